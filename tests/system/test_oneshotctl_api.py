# SPDX-License-Identifier: MIT
"""oneshotctl's commands that ask the API, against answers of every kind that docs/api.md has; a scripted server says
what a real one says only now and then."""

import copy
import json
import time
from urllib.parse import parse_qs, urlsplit

from harness import runner
from harness.oneshotctl import Case, run
from harness.scripted_server import ScriptedServer

NOW = 1795685400000  # 2026-11-26 09:30:00 UTC

EVENT = {"id": "00000000000000a1c3f09b52", "unix_ms": NOW - 60_000 + 123, "metric": "events_to_metrics",
         "labels": {"service": "check\"out", "type": "deploy"}, "value": 42.5, "waiting_for": ["prom-b"],
         "in_flight_to": ["prom-a"]}

SCRAPER = {"name": "prom-a", "named": True, "confirmed": False, "shared": False, "waiting": 0, "in_flight": 0,
           "delivered": 12, "redelivered": 0, "given_up": 0, "replayed": 0,
           "dropped": {"full": 0, "damaged": 0, "refused": 0, "skipped": 0}, "oldest_waiting_seconds": 0,
           "last_scrape_unix_ms": NOW - 4000, "batches": {"delivered": 3},
           "last_batch": {"unix_ms": NOW - 4000, "events": 12, "outcome": "delivered"}}

STATUS = {"version": "0.1.0", "started_unix_ms": NOW - 10 ** 8, "now_unix_ms": NOW, "ready": True, "not_ready": [],
          "storage": {"kind": "file", "path": "/var/lib/events.log", "capacity_bytes": 64 << 20, "used_bytes": 1000,
                      "failed": False},
          "history": {"seconds": 3600, "events": 1, "from_unix_ms": NOW - 3_600_000},
          "events": {"accepted": 1, "rejected": {}, "duplicates": 0, "kept": 0, "unclaimed": 0, "held": 0},
          "scrapers": [SCRAPER], "refusals": []}


CLUSTER = {"name": "oneshot", "replica": "a", "settings_differ": False,
           "engine": {"connected": True, "node": "10.0.0.1:4222", "version": "2.10.27"},
           "applied": 12, "lag_seconds": 0.004, "in_flight": 1, "waiting_bytes": 0,
           "replicas": [{"name": "a", "version": "0.1.0", "heard_unix_ms": NOW - 1000, "silent": False},
                        {"name": "b", "version": "0.2.0", "heard_unix_ms": NOW - 120_000, "silent": True}]}


def changed(base, **members):
    """A copy with other members; `a__b` is b in a."""
    copied = copy.deepcopy(base)
    for name, value in members.items():
        *way, last = name.split("__")
        place = copied
        for step in way:
            place = place[step]
        place[last] = value
    return copied


def confirmed(name="prom-a", **members):
    """A scraper that its own API confirms, with other members of the confirmation."""
    state = {"url": "http://prom-a:9090", "up": True, "since_unix_ms": NOW - 130_000, "decides": "api",
             "unreachable": "wait", **members}
    return changed(SCRAPER, name=name, confirmed=True, confirmation=state)


def page(*events, truncated=False, from_unix_ms=NOW - 3_600_000):
    """An answer of /api/v1/events."""
    return {"events": list(events), "truncated": truncated, "from_unix_ms": from_unix_ms}


class Scripted(Case):
    """Answers by (method, path without its query); what is missing is 404 in the server's form."""

    def setUp(self):
        self.answers = {}
        self.server = ScriptedServer(self.answer)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def answer(self, asked):
        given = self.answers.get((asked.method, urlsplit(asked.path).path))
        given = given(asked) if callable(given) else given
        return (404, {"error": f"there is nothing at {asked.path}"}) if given is None else given

    def says(self, path, body, method="GET", status=200):
        self.answers[(method, path)] = (status, body)

    def queries(self):
        """The parameters of each question so far."""
        return [parse_qs(urlsplit(asked.path).query) for asked in self.server.asked]

    def ctl(self, *args, **options):
        return self.done(*args, "--url", self.server.url, **options)

    def fails(self, *args, words=()):
        return self.failed(*args, "--url", self.server.url, words=words)


class Events(Scripted):
    def test_an_event_is_a_line_with_its_time_its_series_and_who_has_not_got_it(self):
        self.says("/api/v1/events", page(EVENT, changed(EVENT, value="+Inf", waiting_for=[], in_flight_to=[])))
        line = '2026-11-26 09:29:00.123 UTC  events_to_metrics{service="check\\"out",type="deploy"} '
        self.assertEqual(self.ctl("events"), line + "42.5  waits for prom-b  on its way to prom-a\n" + line + "+Inf\n")
        self.assertIn("10:29:00.123 CET", self.ctl("events", env={"TZ": "CET-1"}))

    def test_ids_and_senders_are_shown_where_they_are(self):
        sent = changed(EVENT, sender={"client": "ci", "peer": "10.1.2.3", "agent": "curl"}, in_flight_to=[])
        self.says("/api/v1/events", page(sent))
        shown = self.ctl("events", "--ids")
        self.assertIn("UTC  00000000000000a1c3f09b52  events_to", shown)
        self.assertTrue(shown.endswith("waits for prom-b  from ci at 10.1.2.3\n"), shown)

    def test_conditions_reach_the_server_as_they_were_typed(self):
        self.says("/api/v1/events", page(EVENT))
        self.ctl("events", "type=a b&c", "x=", "--since", "15m", "--until", "2026-11-26T09:30:00+01:00", "--limit", "7",
                 "--scraper", "prom-a", "--metric", "deploys")
        query = parse_qs(urlsplit(self.server.asked[-1].path).query, keep_blank_values=True)
        self.assertEqual(query, {"label.type": ["a b&c"], "label.x": [""], "since": ["15m"], "limit": ["7"],
                                 "until": ["2026-11-26T09:30:00+01:00"], "scraper": ["prom-a"], "metric": ["deploys"]})

    def test_what_a_page_lacks_is_told_on_standard_error(self):
        self.says("/api/v1/events", page(EVENT, truncated=True))
        done = run("events", "--url", self.server.url)
        self.assertEqual((done.status, done.out.count("\n")), (0, 1))
        self.assertIn("there are older ones", done.err)
        self.says("/api/v1/events", page())
        self.assertIn("reaches back to 2026-11-26 08:30:00 UTC", run("events", "--url", self.server.url).err)
        self.says("/api/v1/events", page(from_unix_ms=0))
        self.assertIn("the history is empty", run("events", "--url", self.server.url).err)

    def test_json_is_the_servers_answer(self):
        self.says("/api/v1/events", page(EVENT))
        self.assertEqual(json.loads(self.ctl("events", "--json")), page(EVENT))

    def test_one_event_is_shown_with_what_became_of_it(self):
        scrapers = [{"name": "prom-a", "state": "in_flight", "unix_ms": NOW},
                    {"name": "prom-b", "state": "dropped", "reason": "skipped", "unix_ms": NOW - 1000},
                    {"name": "prom-c", "state": "before_it_came"}]
        self.says("/api/v1/events/" + EVENT["id"], changed(EVENT, scrapers=scrapers))
        self.assertEqual(self.ctl("events", EVENT["id"]), (
            '2026-11-26 09:29:00.123 UTC  events_to_metrics{service="check\\"out",type="deploy"} 42.5\n'
            "SCRAPER  STATE                      SINCE\n"
            "prom-a   on its way                 2026-11-26 09:30:00 UTC\n"
            "prom-b   dropped (skipped)          2026-11-26 09:29:59 UTC\n"
            "prom-c   came later than the event  -\n"))

    def test_what_the_server_refuses_is_told_in_its_words(self):
        self.says("/api/v1/events", {"error": 'since "yesterday" must be a duration'}, status=400)
        self.fails("events", "--since", "yesterday", words=['status 400: since "yesterday" must be a duration'])
        self.says("/api/v1/events", {"error": "credentials are needed"}, status=401)
        self.fails("events", words=["401: credentials are needed", "--token-file", "ONESHOT_TOKEN"])
        self.says("/api/v1/events", b"<html>")
        self.fails("events", words=["/api/v1/events does not answer as this server does"])

    def test_wrong_usage_asks_nobody(self):
        self.refused("events", "a=b", "c", words=['"c": must be label=value'])
        self.refused("tail", "x", words=['"x": must be label=value'])
        self.refused("top", "type", words=["write --by LABEL"])
        self.refused("scrapers", "prom-a", words=["oneshotctl why NAME"])


class Scrapers(Scripted):
    def test_the_table_is_for_people(self):
        away = changed(SCRAPER, name="10.0.0.7", named=False, waiting=17391, oldest_waiting_seconds=7260.5,
                       last_scrape_unix_ms=0, delivered=0, last_batch=None)
        broken = changed(SCRAPER, name="prom-ü", in_flight=3, last_batch={
            "unix_ms": NOW, "events": 1, "outcome": "truncated", "reason": "reset after 8192 of 120331 bytes"})
        self.says("/api/v1/status", changed(STATUS, scrapers=[SCRAPER, away, broken]))
        self.assertEqual(self.ctl("scrapers"), (
            "NAME      NAMED  LAST SCRAPE  WAITING  OLDEST     ON ITS WAY  DELIVERED  LAST BATCH\n"
            "prom-a    yes    4 s ago            0  -                   0         12  delivered, 12 events\n"
            "10.0.0.7  no     not yet        17391  2 h 1 min           0          0  -\n"
            "prom-ü    yes    4 s ago            0  -                   3         12  "
            "reset after 8192 of 120331 bytes, 1 event\n"))

    def test_who_says_what_was_delivered_is_a_column_where_somebody_is_confirmed(self):
        others = [confirmed(name="b", decides="nothing", up=False, reason="answers 503"),
                  confirmed(name="c", decides="tcp", up=False, reason="answers 503"),
                  confirmed(name="d", decides="tcp"), confirmed(name="e", decides="nothing")]
        self.says("/api/v1/status", changed(STATUS, scrapers=[SCRAPER, confirmed(), *others]))
        rows = self.ctl("scrapers").splitlines()
        at = rows[0].index("CONFIRMED")
        self.assertEqual([row[at:rows[0].index("LAST BATCH")].strip() for row in rows[1:]], [
            "-", "by its API", "waits: API away for 2 min 10 s", "by TCP: API away for 2 min 10 s",
            "by TCP: no oneshot_batch shows", "waits: no oneshot_batch shows"])

    def test_in_a_cluster_the_replica_is_named_that_a_batch_is_on_its_way_from(self):
        self.says("/api/v1/status", changed(STATUS, scrapers=[changed(SCRAPER, in_flight=3, held_by="b")]))
        self.assertIn("  3 from b  ", self.ctl("scrapers").splitlines()[1])

    def test_json_is_the_servers_answer(self):
        self.says("/api/v1/scrapers", {"scrapers": [SCRAPER]})
        self.assertEqual(json.loads(self.ctl("scrapers", "--json")), {"scrapers": [SCRAPER]})

    def test_nobody_has_scraped_yet(self):
        self.says("/api/v1/status", changed(STATUS, scrapers=[]))
        self.assertIn("oneshotctl scrape-config NAME", run("scrapers", "--url", self.server.url).err)

    def test_top_is_a_table_by_the_values_of_a_label(self):
        self.says("/api/v1/top", {"by": "type", "values": [{"value": "deploy", "events": 75, "bytes": 4800},
                                                           {"value": "backup", "events": 20, "bytes": 900}],
                                  "others": 4, "without": 1, "events": 100})
        self.assertEqual(self.ctl("top"), (
            "type            EVENTS  SHARE  BYTES\n"
            "deploy              75    75%   4800\n"
            "backup              20    20%    900\n"
            "(other values)       4     4%\n"
            "(without it)         1     1%\n"))
        self.ctl("top", "--by", "service", "--limit", "3", "--scraper", "prom-b")
        self.assertEqual(self.queries(), [{"by": ["type"]},
                                          {"by": ["service"], "limit": ["3"], "scraper": ["prom-b"]}])


class Changes(Scripted):
    def test_replay_says_what_goes_out_again(self):
        self.says("/api/v1/scrapers/prom-a:9/replay", {"events": 12, "from_unix_ms": NOW}, "POST")
        self.assertEqual(self.ctl("replay", "prom-a:9", "--since", "1h"),
                         "12 events since 2026-11-26 09:30:00 UTC will go out to prom-a:9 again, as new samples\n")
        self.assertEqual(self.queries(), [{"since": ["1h"]}])
        self.says("/api/v1/scrapers/prom-a/replay", {"events": 0, "from_unix_ms": 0}, "POST")
        self.assertIn("nothing to send again", self.ctl("replay", "prom-a", "--since", "1s"))
        self.refused("replay", "prom-a", words=["--since 1h"])

    def test_skip_and_forget_say_what_was_dropped(self):
        self.says("/api/v1/scrapers/prom-a/skip", {"dropped": 1}, "POST")
        self.assertEqual(self.ctl("skip", "prom-a"), "prom-a begins at the newest event; dropped for it: 1 event\n")
        self.says("/api/v1/scrapers/10.0.0.7", {"dropped": 5}, "DELETE")
        self.assertEqual(self.ctl("forget", "10.0.0.7"), "10.0.0.7 is forgotten; dropped for it: 5 events\n")
        self.assertEqual(json.loads(self.ctl("forget", "10.0.0.7", "--json")), {"dropped": 5})
        for command in ("skip", "forget"):
            self.refused(command, words=["the name of one scraper must follow"])
            self.refused(command, "a", "b", words=["the name of one scraper must follow"])

    def test_a_name_cannot_leave_its_place_in_the_path(self):
        self.fails("skip", "../x?y", words=["status 404"])
        self.assertEqual(self.server.asked[-1].path, "/api/v1/scrapers/..%2Fx%3Fy/skip")

    def test_a_change_that_cannot_be_is_told(self):
        self.says("/api/v1/scrapers/prom-a", {"error": "prom-a is one of scrapers.names: take it out"}, "DELETE", 409)
        self.fails("forget", "prom-a", words=["status 409: prom-a is one of scrapers.names"])

    def test_reload_passes_on_what_the_server_says(self):
        self.answers[("POST", "/-/reload")] = 200
        self.assertEqual(self.ctl("reload"), "")
        self.answers[("POST", "/-/reload")] = (500, b"config.toml:2: [server] prot: unknown key\n")
        self.fails("reload", words=["status 500: config.toml:2: [server] prot: unknown key"])


class Why(Scripted):
    def why(self, state, scraper=SCRAPER, **more):
        """(exit status, sentence) for this state and scraper."""
        one = {"name": "prom-a", "state": state, **more}
        self.says("/api/v1/events", {"events": [EVENT], "truncated": True, "from_unix_ms": 1})
        self.says("/api/v1/events/" + EVENT["id"], changed(EVENT, scrapers=[one]))
        self.says("/api/v1/status", changed(STATUS, scrapers=[scraper]))
        done = run("why", "prom-a", "type=deploy", "--url", self.server.url)
        self.assertEqual((done.err, done.out.count("\n")), ("", 1))
        begin = 'events_to_metrics{service="check\\"out",type="deploy"} 42.5 of 2026-11-26 09:29:00 UTC: '
        self.assertTrue(done.out.startswith(begin), done.out)
        return done.status, done.out[len(begin):]

    def test_each_reason_is_a_sentence_with_what_to_do(self):
        broken = {"unix_ms": NOW - 4000, "events": 9, "outcome": "truncated",
                  "reason": "reset after 8192 of 9999 bytes"}
        silent = confirmed(up=False, decides="nothing", reason="answers 503")
        for expected, words, given in (
                (0, ["prom-a has it: delivered at 2026-11-26 09:29:03 UTC, 2 s after it came"],
                 ("delivered", SCRAPER, {"unix_ms": NOW - 57_000})),
                (0, ["prom-a has it."], ("delivered", SCRAPER, {})),
                (1, ["on its way to prom-a, sent 1 s ago"], ("in_flight", SCRAPER, {"unix_ms": NOW - 1000})),
                (1, ["not scraped this server since that was started", "scrape-config prom-a"],
                 ("waiting", changed(SCRAPER, last_scrape_unix_ms=0), {})),
                (1, ["came last 1 h ago", "is it up"],
                 ("waiting", changed(SCRAPER, last_scrape_unix_ms=NOW - 3_600_000), {})),
                (1, ["last batch failed 4 s ago (reset after 8192 of 9999 bytes, 9 events)", "scrape_timeout"],
                 ("waiting", changed(SCRAPER, last_batch=broken), {})),
                (1, ["its API at http://prom-a:9090 has not answered the server for 2 min 10 s (answers 503)",
                     "newer events wait", "[confirm.prom-a]"],
                 ("waiting", changed(silent, last_batch=broken), {})),
                (1, ["sent 1 s ago", "only that one's API can say", "has not answered the server for 2 min 10 s"],
                 ("in_flight", silent, {"unix_ms": NOW - 1000})),
                (1, ["shown a oneshot_batch of the server yet"], ("waiting", confirmed(decides="nothing"), {})),
                (1, ["whether it arrived shows at the latest"],
                 ("in_flight", confirmed(up=False, decides="tcp", reason="answers 503"), {"unix_ms": NOW - 1000})),
                (1, ["one of 17391 events that wait"], ("waiting", changed(SCRAPER, waiting=17391), {})),
                (1, ["oneshotctl skip"], ("dropped", SCRAPER, {"reason": "skipped"})),
                (1, ["limit for labels or samples"], ("dropped", SCRAPER, {"reason": "refused"})),
                (1, ["storage.capacity_mib"], ("dropped", SCRAPER, {"reason": "full"})),
                (1, ["it was dropped (new_reason)"], ("dropped", SCRAPER, {"reason": "new_reason"})),
                (1, ["came later than the event", f"replay prom-a --since {EVENT['unix_ms']}"],
                 ("before_it_came", SCRAPER, {}))):
            state, scraper, more = given
            status, sentence = self.why(state, scraper, **more)
            self.assertEqual(status, expected, sentence)
            for word in words:
                self.assertIn(word, sentence)

    def test_the_newest_event_with_the_labels_is_meant_or_that_of_the_id(self):
        self.why("delivered")
        self.assertEqual(self.queries()[1], {"label.type": ["deploy"], "limit": ["1"]})
        before = len(self.server.asked)
        shown = json.loads(self.ctl("why", "prom-a", EVENT["id"], "--json"))
        self.assertEqual((shown["id"], shown["state"], shown["scraper"]), (EVENT["id"], "delivered", "prom-a"))
        self.assertEqual(len(self.server.asked) - before, 2)

    def test_what_is_not_known_is_told_with_what_there_is(self):
        self.why("delivered")
        self.fails("why", "prom-x", "type=deploy", words=['no scraper \"prom-x\"', "scraper: [prom-x]", "are prom-a"])
        self.says("/api/v1/events", {"events": [], "truncated": False, "from_unix_ms": NOW})
        self.fails("why", "prom-a", "type=x", words=["reaches back to 2026-11-26 09:30:00 UTC", "was it posted"])

    def test_wrong_usage_asks_nobody(self):
        for words in ([], ["prom-a"], ["type=deploy", "prom-a"], ["prom-a", "id", "type=deploy"]):
            self.refused("why", *words, words=["a scraper and an event must follow"])


class Replicas(Scripted):
    def test_the_table_says_who_was_heard_when_and_how_the_one_that_is_asked_stands_with_the_engine(self):
        self.says("/api/v1/status", changed(STATUS, cluster=CLUSTER))
        self.assertEqual(self.ctl("replicas"), (
            "REPLICA  VERSION  LAST RECORD  STATE\n"
            "a          0.1.0  1 s ago      joined\n"
            "b          0.2.0  2 min ago    silent\n"
            "a of cluster oneshot: ready; connected to 10.0.0.1:4222 (nats-server 2.10.27); has read up to "
            "record 12\n"))

    def test_what_is_wrong_is_said(self):
        away = changed(CLUSTER, engine={"connected": False}, lag_seconds=6.04, settings_differ=True)
        self.says("/api/v1/status", changed(STATUS, cluster=away, ready=False, not_ready=["the engine is away"]))
        self.assertEqual(self.ctl("replicas").splitlines()[3:], [
            "a of cluster oneshot: NOT READY: the engine is away; NO connection to the cluster's engine; has read up "
            "to record 12, the oldest of its own records that it has not read back is 6 s old",
            "a has other settings than those that the cluster acts by: make them equal"])

    def test_a_single_server_has_none(self):
        self.says("/api/v1/status", STATUS)
        self.fails("replicas", words=["the server is a single one, without [cluster]"])


class Doctor(Scripted):
    def findings(self, *args, **members):
        """{(where, weight): [texts]} for a status with other members; its clock is right unless they say so."""
        now = int(time.time() * 1000)
        shift = now - NOW
        scrapers = members.pop("scrapers", [SCRAPER])
        scrapers = [changed(s, last_scrape_unix_ms=s["last_scrape_unix_ms"] and s["last_scrape_unix_ms"] + shift)
                    for s in scrapers]
        self.says("/api/v1/status", changed(STATUS, **{"now_unix_ms": now, "scrapers": scrapers, **members}))
        done = run("doctor", "--json", "--url", self.server.url, *args)
        found = json.loads(done.out)
        self.assertEqual(done.status, 1 if any(one["weight"] == "error" for one in found) else 0, done)
        return [(one["where"], one["weight"], one["text"]) for one in found]

    def one(self, weight, *words, args=(), **members):
        found = self.findings(*args, **members)
        self.assertEqual(len(found), 1, found)
        self.assertEqual(found[0][1], weight, found)
        for word in words:
            self.assertIn(word, found[0][2])

    def test_nothing_is_said_of_a_server_that_is_well(self):
        self.assertEqual(self.findings(), [])

    def test_each_trouble_of_the_server_is_a_line_with_what_to_do(self):
        self.one("error", "not ready: the disk", ready=False, not_ready=["the disk has failed"])
        self.one("error", "/var/lib/events.log", storage__failed=True)
        self.one("warning", "nearly full (61 of 64 MiB)", "oneshotctl top", storage__used_bytes=61 << 20)
        self.one("error", "nobody scrapes it", "scrape-config NAME", scrapers=[])
        unseen = changed(SCRAPER, last_scrape_unix_ms=0, waiting=5)
        self.one("error", "not come since the server was started", "5 events", "scrape-config prom-a",
                 scrapers=[unseen])
        self.one("warning", "not come since the server was started 1 min ago", scrapers=[unseen],
                 started_unix_ms=int(time.time() * 1000) - 60_000)
        away = changed(SCRAPER, last_scrape_unix_ms=NOW - 7_200_000, waiting=5)
        self.one("error", "came last 2 h ago", "oneshotctl skip prom-a", scrapers=[away])
        self.one("error", "oneshotctl forget prom-a", scrapers=[changed(away, named=False)])
        self.one("error", "two Prometheus", scrapers=[changed(SCRAPER, shared=True)])
        self.one("error", "has lost 7 events", scrapers=[changed(SCRAPER, dropped__full=7)])
        self.one("error", "does not store 1 event", scrapers=[changed(SCRAPER, dropped__refused=1)])
        self.one("warning", "did not get its last batch (timed_out, 3 events)",
                 scrapers=[changed(SCRAPER, last_batch={"unix_ms": NOW, "events": 3, "outcome": "timed_out"})])
        refusal = {"unix_ms": NOW, "peer": "10.1.2.3", "status": 400, "reason": "bad_label", "text": "label a-b"}
        self.one("warning", "from 10.1.2.3", "400: label a-b", refusals=[changed(refusal, peer="x"), refusal])
        self.one("error", "its clock is 1 h behind", now_unix_ms=int(time.time() * 1000) - 3_600_000,
                 scrapers=[changed(SCRAPER, last_scrape_unix_ms=NOW - 3_600_000)])

    def test_a_confirmation_that_does_not_work_is_an_error_where_events_wait_and_a_warning_where_they_do_not(self):
        self.assertEqual(self.findings(scrapers=[confirmed()]), [])
        self.assertEqual(self.findings(scrapers=[confirmed(decides="nothing")]), [])  # the first scrapes
        self.assertEqual(self.findings(scrapers=[confirmed(decides="nothing", up=False, since_unix_ms=0)]), [])
        away = confirmed(decides="nothing", up=False, reason="answers 503")
        self.one("error", "scraper prom-a: its API at http://prom-a:9090 has not answered", "(answers 503)",
                 'unreachable = "tcp"', scrapers=[changed(away, last_batch__outcome="timed_out")])
        self.one("warning", "(answers 503): meanwhile TCP decides",
                 scrapers=[confirmed(decides="tcp", up=False, reason="answers 503")])
        self.one("warning", "shows no oneshot_batch", "relabelling", scrapers=[confirmed(decides="tcp")])

    def test_each_trouble_of_a_cluster_is_a_line_with_what_to_do(self):
        well = changed(CLUSTER, replicas=CLUSTER["replicas"][:1])
        self.assertEqual(self.findings(cluster=well), [])
        self.one("error", "NO connection to the cluster's engine; the last one was to n1:4222",
                 cluster=changed(well, engine={"connected": False, "node": "n1:4222"}))
        self.one("warning", "replica a has other settings", cluster=changed(well, settings_differ=True))
        self.one("warning", "replica b was heard last", "is it down?", cluster=CLUSTER)
        self.one("error", "not ready: the log", cluster=well, ready=False, not_ready=["the log"],
                 storage__kind="cluster", storage__failed=True)

    def test_a_server_that_cannot_be_asked(self):
        done = run("doctor", "--url", "http://127.0.0.1:1")
        self.assertEqual(done.status, 1)
        self.assertRegex(done.out, r"^server: error: no answer from http://127.0.0.1:1: .*\n$")

    def prometheus(self, job, **options):
        """Findings with a Prometheus that runs with this job."""
        config = "scrape_configs:\n- job_name: events\n  static_configs: [{targets: [localhost:1]}]\n" + job
        target = {"scrapePool": "events", "scrapeUrl": "http://localhost:1/metrics", "health": "up", "lastError": ""}
        target.update(options)
        data = {("GET", "/api/v1/status/config"): {"yaml": config},
                ("GET", "/api/v1/targets"): {"activeTargets": [target]},
                ("GET", "/api/v1/query"): {"resultType": "scalar", "result": [time.time(), "0"]}}

        def answer(asked):
            return 200, {"status": "success", "data": data[(asked.method, urlsplit(asked.path).path)]}
        with ScriptedServer(answer) as other:
            return [(weight, text) for where, weight, text in self.findings("--prometheus", other.url)
                    if where == "prometheus"]

    def test_a_prometheus_is_asked_for_its_config_its_target_and_its_clock(self):
        good = "  honor_labels: true\n  params: {scraper: [prom-a]}\n"
        self.assertEqual(self.prometheus(good), [])
        (weight, text), = self.prometheus(good + "  sample_limit: 5\n")
        self.assertTrue(weight == "error" and text.startswith('job "events": sample_limit 5 is below'), text)
        (weight, text), = self.prometheus(good, health="down", lastError="connection refused")
        self.assertIn("http://localhost:1/metrics is down: connection refused", text)
        (weight, text), = self.prometheus(good.replace("prom-a", "prom-x"))
        self.assertIn('has not been scraped as "prom-x"', text)
        (weight, text), = self.prometheus("")
        self.assertIn("no job scrapes 127.0.0.1:", text)

    def test_credentials_for_the_server_do_not_go_to_the_prometheus(self):
        with ScriptedServer(lambda asked: 404) as other:
            run("doctor", "--url", self.server.url, "--prometheus", other.url, env={"ONESHOT_TOKEN": "s3cret"})
            self.assertEqual(self.server.asked[0].headers["Authorization"], "Bearer s3cret")
            self.assertNotIn("Authorization", other.asked[0].headers)


if __name__ == "__main__":
    runner.main()
