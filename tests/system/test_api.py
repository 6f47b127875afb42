# SPDX-License-Identifier: MIT
"""The HTTP API as docs/openapi.yaml and docs/api.md describe it, by real requests to the real program."""

import hashlib
import json
import os
import time
import unittest
import urllib.parse

from harness import load, runner
from harness.client import request
from harness.openapi import Description
from harness.server import Server
from harness.waiting import wait_until

ADMIN = ("Authorization", "Bearer boss")
CLIENTS = {"clients.boss.token_sha256": hashlib.sha256(b"boss").hexdigest(),
           "clients.boss.rights": ["admin", "view"], "clients.anonymous.rights": ["post", "scrape", "view"]}


def is_optimized():
    return (os.environ.get("ONESHOT_BUILDTYPE"), os.environ.get("ONESHOT_SANITIZE")) == ("release", "none")


class Api:
    """Asks one server, and holds each answer to the description."""

    def __init__(self, test, server):
        self.test, self.server = test, server
        self.description = Description.read()

    def ask(self, path, method="GET", status=200, headers=(ADMIN,), **query):
        target = f"/api/v1/{path}"
        if query:
            target += "?" + urllib.parse.urlencode({name.replace("label_", "label."): v for name, v in query.items()})
        with self.server.connect() as connection:
            connection.send(request(method, target, headers))
            reply = connection.read_reply(method)
        self.test.assertEqual(reply.status, status, (target, reply))
        self.test.assertEqual(reply.header("content-type"), "application/json")
        self.test.assertEqual(reply.header("cache-control"), "no-store, private")
        answer = json.loads(reply.body)
        self.description.check(method, f"/api/v1/{path}", status, answer)
        return answer

    def refused(self, path, status=400, **options):
        return self.ask(path, status=status, **options)["error"]

    def scraper(self, name):
        return next(one for one in self.ask("scrapers")["scrapers"] if one["name"] == name)


class AnApi(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.server = Server({**CLIENTS, "scrapers.names": ["prom-a"], **self.settings})
        self.addCleanup(self.server.stop)
        self.api = Api(self, self.server)

    def deliver(self, name):
        """A scrape, and its receipt."""
        events = self.server.scrape(name).events()
        wait_until(lambda: self.api.scraper(name)["in_flight"] == 0, "the receipt")
        return events


class Status(AnApi):
    def test_the_status_says_what_the_own_metrics_say(self):
        self.server.event("type=deploy")
        self.deliver("prom-b")
        self.server.event("type=deploy")
        status = self.api.ask("status")
        self.assertEqual(status["events"]["accepted"], 2)
        self.assertEqual(status["events"]["kept"], 2)  # prom-a has neither
        self.assertEqual((status["storage"]["kind"], status["ready"], status["not_ready"]), ("memory", True, []))
        self.assertNotIn("path", status["storage"])
        names = [scraper["name"] for scraper in status["scrapers"]]
        self.assertEqual(names, ["prom-a", "prom-b"])
        a, b = status["scrapers"]
        self.assertEqual((a["named"], a["waiting"], a["last_scrape_unix_ms"], a["last_batch"]), (True, 2, 0, None))
        self.assertEqual((b["named"], b["waiting"], b["delivered"]), (False, 1, 1))
        self.assertLess(abs(status["now_unix_ms"] - time.time() * 1000), 5000)
        self.assertLess(abs(b["last_scrape_unix_ms"] - status["now_unix_ms"]), 20000)
        self.assertLessEqual(status["started_unix_ms"], status["now_unix_ms"])
        alone = self.api.ask("scrapers")["scrapers"]
        for scraper in alone + status["scrapers"]:
            del scraper["oldest_waiting_seconds"]
        self.assertEqual(alone, status["scrapers"])

    def test_the_last_refusals_say_who_was_refused_and_why(self):
        self.assertEqual(self.api.ask("status")["refusals"], [])
        self.server.post("/event?a-b=1", headers=(ADMIN,))  # no right to post
        self.server.post("/event?a-b=1")
        self.server.get("/metrics?scrapper=x")
        refusals = {r["reason"]: r for r in self.api.ask("status")["refusals"]}  # of one millisecond in any order
        self.assertEqual({reason: (r["status"], r.get("client")) for reason, r in refusals.items()},
                         {"forbidden": (403, "boss"), "bad_label_name": (400, None), "bad_query": (400, None)})
        self.assertIn('label name "a-b"', refusals["bad_label_name"]["text"])
        self.assertEqual({r["peer"] for r in refusals.values()}, {"127.0.0.1"})

    def test_the_last_16_of_a_worker_stay_however_long_their_words_are(self):
        with Server({"server.threads": 1}) as server:
            for i in range(20):
                server.post(f"/event?n%2D{i}{'%C3%A4' * 200}=1")
            refusals = Api(self, server).ask("status", headers=())["refusals"]
        self.assertEqual(len(refusals), 16)
        self.assertIn("n-19", refusals[-1]["text"])
        self.assertTrue(all(len(r["text"].encode()) <= 200 for r in refusals))

    def test_refusals_of_a_client_behind_a_trusted_proxy_name_both(self):
        with Server({"scrapers.trusted_proxies": ["127.0.0.1"]}) as server:
            server.post("/event?a-b=1", headers=(("X-Forwarded-For", "192.0.2.7"),))
            refusal = Api(self, server).ask("status", headers=())["refusals"][0]
        self.assertEqual((refusal["peer"], refusal["forwarded_for"]), ("127.0.0.1", "192.0.2.7"))

    def test_what_a_sender_wrote_is_valid_json_whatever_its_bytes(self):
        for value in ("%FF%FE", "%00", "%22%5C", "%E2%80%AE", "%F0%9F%98%80"):
            self.server.post(f"/event?a-{value}=1")
            self.server.post(f"/event?v={value}")
        self.api.ask("status")
        values = [event["labels"]["v"] for event in self.api.ask("events")["events"]]
        self.assertEqual(values, ["\0", '"\\', "\u202e", "\U0001f600"])


class Senders(AnApi):
    settings = {"history.senders": True}

    def test_the_program_that_sent_an_event_is_shown_as_it_named_itself(self):
        agent = 'cu\u00e9rl/8 \\o/ "x"'
        for n, name in enumerate((agent, "a" * 200, "\u00e9" * 100)):
            self.server.post(f"/event?n={n}", headers=[("User-Agent", name)])
        shown = [event["sender"]["agent"] for event in self.api.ask("events")["events"]]
        self.assertEqual(shown, [agent, "a" * 128, "\u00e9" * 64])


class Events(AnApi):
    def test_events_come_newest_last_with_all_that_is_known(self):
        before = time.time() * 1000
        self.server.event("type=deploy&service=a&value=2.5")
        self.server.event("type=deploy&service=b&value=NaN")
        page = self.api.ask("events")
        self.assertFalse(page["truncated"])
        first, second = page["events"]
        self.assertEqual((first["metric"], first["labels"], first["value"]),
                         ("events_to_metrics", {"type": "deploy", "service": "a"}, 2.5))
        self.assertEqual((second["labels"]["service"], second["value"]), ("b", "NaN"))
        self.assertLess(abs(first["unix_ms"] - before), 5000)
        self.assertEqual(page["from_unix_ms"], first["unix_ms"])
        self.assertEqual((first["waiting_for"], first["in_flight_to"]), (["prom-a"], []))
        self.assertNotEqual(first["id"], second["id"])

    def test_an_event_stays_readable_when_every_scraper_has_it(self):
        self.server.event("type=deploy")
        self.assertEqual(len(self.deliver("prom-a")), 1)
        event, = self.api.ask("events")["events"]
        self.assertEqual((event["waiting_for"], event["in_flight_to"]), ([], []))
        self.assertEqual(self.api.ask("events", scraper="prom-a")["events"], [])

    def test_the_filters_hold_together(self):
        for i in range(6):
            self.server.event(f"type={'deploy' if i % 2 else 'build'}&n={i}")
        numbers = lambda **query: [event["labels"]["n"] for event in self.api.ask("events", **query)["events"]]
        self.assertEqual(numbers(label_type="deploy"), ["1", "3", "5"])
        self.assertEqual(numbers(label_type="deploy", label_n="3"), ["3"])
        self.assertEqual(numbers(label_type="deploy", limit=2), ["3", "5"])
        self.assertEqual(numbers(label_type="deploy", metric="events_to_metrics"), ["1", "3", "5"])
        self.assertEqual(numbers(metric="another"), [])
        self.assertEqual(numbers(until="1h"), [])
        self.assertEqual(numbers(since="1h", scraper="prom-a", limit=1), ["5"])
        self.assertEqual(numbers(since=int(time.time() * 1000) + 60000), [])
        self.assertEqual(numbers(since="2020-01-01T00:00:00Z"), ["0", "1", "2", "3", "4", "5"])
        self.assertTrue(self.api.ask("events", limit=5)["truncated"])
        self.assertFalse(self.api.ask("events", limit=6)["truncated"])

    def test_a_query_that_is_wrong_is_refused_with_what_to_write(self):
        for query, words in (({"since": "yesterday"}, "15m, 1h30m, 2d"), ({"until": "1x"}, "until"),
                             ({"limit": 0}, "from 1 to 1000"), ({"limit": 1001}, "from 1 to 1000"),
                             ({"limit": "-1"}, "limit"), ({"sinse": "1h"}, 'did you mean "since"?'),
                             ({"label": "x"}, "label.NAME"), ({"scraper": ""}, "scraper is empty"),
                             ({"metric": ""}, "metric is empty"), ({"since": "1h", "until": "2h"}, "later than since"),
                             ({f"label_l{i}": "v" for i in range(17)}, "there may be 16 at most")):
            with self.subTest(query=query):
                self.assertIn(words, self.api.refused("events", **query))
        self.assertIn('did you mean "prom-a"?', self.api.refused("events", 404, scraper="prom-b"))

    def test_an_empty_value_stands_for_events_without_that_label(self):
        self.server.event("type=deploy&env=prod")
        self.server.event("type=restart")
        events = self.api.ask("events", label_env="")["events"]
        self.assertEqual([e["labels"]["type"] for e in events], ["restart"])

    def test_one_event_is_found_by_the_id_that_its_post_was_answered_with(self):
        event_id = self.server.event("type=deploy").header("event-id")
        event = self.api.ask(f"events/{event_id}")
        self.assertEqual(event["labels"], {"type": "deploy"})
        self.assertEqual([(s["name"], s["state"]) for s in event["scrapers"]], [("prom-a", "waiting")])
        self.deliver("prom-a")
        event = self.api.ask(f"events/{event_id}")
        self.assertEqual([(s["name"], s["state"]) for s in event["scrapers"]], [("prom-a", "delivered")])

    def test_an_id_that_nobody_has_is_404_and_one_that_cannot_be_is_400(self):
        event_id = self.server.event("type=deploy").header("event-id")
        other = event_id[:-1] + ("0" if event_id[-1] != "0" else "1")
        self.assertIn("the history reaches back to 20", self.api.refused(f"events/{other}", 404))
        self.assertIn("24 digits", self.api.refused("events/nothing", 400))

    def test_an_hour_of_100000_events_answers_100_in_under_20_ms(self):
        with Server({"scrapers.max_events_per_scrape": 100000, "storage.capacity_mib": 64,
                     "history.max_mib": 32}) as server:
            lines = b"".join(b'{"type":"load","n":"%d"}\n' % (i % 1000) for i in range(10000))
            for _ in range(10):
                reply = server.post("/events", lines, (("Content-Type", "application/x-ndjson"),))
                self.assertEqual(reply.status, 200, reply)
            api = Api(self, server)
            with server.connect() as connection:
                watch = load.stopwatch(server)
                for _ in range(10):
                    with watch:
                        reply = connection.get("/api/v1/events?limit=100")
                took = watch.fed_seconds
                self.assertEqual(len(json.loads(reply.body)["events"]), 100)
            print(f"100 of 100,000 events: {min(took) * 1000:.1f} ms, the slowest of ten {max(took) * 1000:.1f} ms")
            if is_optimized():
                self.assertLess(min(took), 0.02)
            self.assertEqual(len(api.ask("events", headers=(), label_n="7", limit=1000)["events"]), 100)


class Top(AnApi):
    def test_what_fills_the_log_is_counted_by_a_label(self):
        for query in ("type=a", "type=a&x=1", "type=b", "x=1"):
            self.server.event(query)
        top = self.api.ask("top", by="type")
        self.assertEqual([(v["value"], v["events"]) for v in top["values"]], [("a", 2), ("b", 1)])
        self.assertEqual((top["without"], top["others"], top["events"]), (1, 0, 4))
        self.assertGreater(top["values"][0]["bytes"], top["values"][1]["bytes"])
        top = self.api.ask("top", by="type", limit=1, scraper="prom-a")
        self.assertEqual((len(top["values"]), top["others"]), (1, 1))

    def test_a_query_that_is_wrong_is_refused(self):
        self.assertIn("by is missing", self.api.refused("top"))
        self.assertIn("from 1 to 1000", self.api.refused("top", by="type", limit=0))
        self.assertIn("prom-a", self.api.refused("top", 404, by="type", scraper="nobody"))


class Changes(AnApi):
    def changed(self, change):
        return self.server.wait_for_log(
            lambda line: line.get("msg") == "scraper changed" and line.get("change") == change, change)

    def test_a_replay_sends_again_what_was_delivered(self):
        self.server.event("type=deploy")
        self.assertEqual(len(self.deliver("prom-a")), 1)
        self.assertEqual(self.deliver("prom-a"), [])
        replayed = self.api.ask("scrapers/prom-a/replay", "POST", since="1h")
        self.assertEqual(replayed["events"], 1)
        self.assertEqual(replayed["from_unix_ms"], self.api.ask("events")["events"][0]["unix_ms"])
        self.assertEqual(self.api.scraper("prom-a")["replayed"], 1)
        self.assertEqual(len(self.deliver("prom-a")), 1)
        line = self.changed("replay")
        self.assertEqual((line["scraper"], line["events"], line["asked_by"]), ("prom-a", "1", "boss"))

    def test_a_skip_drops_what_waits_and_says_how_much(self):
        for _ in range(3):
            self.server.event("type=deploy")
        self.assertEqual(self.api.ask("scrapers/prom-a/skip", "POST")["dropped"], 3)
        scraper = self.api.scraper("prom-a")
        self.assertEqual((scraper["waiting"], scraper["dropped"]["skipped"]), (0, 3))
        self.assertEqual(self.deliver("prom-a"), [])
        self.assertEqual(self.changed("skip")["asked_by"], "boss")
        self.server.event("type=deploy")
        for path in ("scrapers/prom%2Da/skip", "scr%61pers/prom-a/skip", "scrapers/prom-a%2Fskip"):
            with self.server.connect() as connection:
                connection.send(request("POST", f"/api/v1/{path}", (ADMIN,)))
                reply = connection.read_reply()
            self.assertEqual(reply.status, 404)
            self.assertIn("must be written as it is", json.loads(reply.body)["error"])
        self.assertEqual(self.api.ask("scrapers/prom-a/skip", "POST")["dropped"], 1)

    def test_a_scraper_is_forgotten_unless_it_is_named(self):
        self.deliver("guest")
        self.server.event("type=deploy")
        self.assertEqual(self.api.ask("scrapers/guest", "DELETE")["dropped"], 1)
        self.assertEqual([s["name"] for s in self.api.ask("scrapers")["scrapers"]], ["prom-a"])
        self.assertIn("scrapers.names", self.api.refused("scrapers/prom-a", 409, method="DELETE"))
        self.assertIn("there are prom-a", self.api.refused("scrapers/guest", 404, method="DELETE"))
        self.assertEqual(self.changed("forget")["scraper"], "guest")

    def test_a_change_that_cannot_be_is_refused_with_what_to_write(self):
        post = {"method": "POST"}
        self.assertIn('did you mean "prom-a"?', self.api.refused("scrapers/prom-x/skip", 404, **post))
        self.assertIn("replay?since=1h", self.api.refused("scrapers/prom-a/replay", 400, **post))
        self.assertIn("1h30m", self.api.refused("scrapers/prom-a/replay", 400, since="soon", **post))
        self.assertIn('since "30" has no unit: write 30m or 30s',
                      self.api.refused("scrapers/prom-a/replay", 400, since="30", **post))
        self.assertIn("since", self.api.refused("scrapers/prom-a/replay", 400, sinse="1h", **post))
        self.assertIn("there are none", self.api.refused("scrapers/prom-a/skip", 400, since="1h", **post))


class Rights(AnApi):
    CHANGES = (("POST", "scrapers/prom-a/replay?since=1h"), ("POST", "scrapers/prom-a/skip"),
               ("DELETE", "scrapers/prom-a"))
    VIEWS = ("status", "scrapers", "events", "top?by=type", "openapi.yaml", "events/" + 24 * "0")

    def send(self, method, path, headers=()):
        with self.server.connect() as connection:
            connection.send(request(method, "/api/v1/" + path, headers))
            return connection.read_reply(method)

    def test_whoever_may_look_changes_nothing(self):
        self.server.event("type=kept")
        for method, path in self.CHANGES:
            reply = self.send(method, path)
            self.assertEqual(reply.status, 401, path)
            self.assertIn('the right "admin"', json.loads(reply.body)["error"])
            self.assertTrue(any(name == "www-authenticate" for name, _ in reply.headers))
        self.assertEqual(len(self.deliver("prom-a")), 1)

    def test_without_clients_nobody_changes_anything(self):
        with Server() as self.server:
            for method, path in self.CHANGES:
                self.assertEqual(self.send(method, path, (ADMIN,)).status, 401, path)

    def test_a_page_of_another_site_changes_nothing_with_an_admin_s_credentials(self):
        self.server.event("type=kept")
        for method, path in self.CHANGES:
            for headers in ((("Sec-Fetch-Site", "cross-site"),), (("Origin", "http://evil.example"),)):
                reply = self.send(method, path, (ADMIN, *headers))
                self.assertEqual(reply.status, 403, (path, headers))
                self.assertIn("another site", json.loads(reply.body)["error"])
        self.assertEqual(len(self.deliver("prom-a")), 1)

    def test_whoever_may_not_look_sees_nothing(self):
        with Server({**CLIENTS, "clients.anonymous.rights": ["post", "scrape"]}) as self.server:
            for path in self.VIEWS:
                reply = self.send("GET", path)
                self.assertEqual((reply.status, reply.header("content-type")), (401, "application/json"), path)
                self.assertNotEqual(self.send("GET", path, (ADMIN,)).status, 401, path)

    def test_wrong_methods_and_paths_are_refused_in_json_too(self):
        for method, path, status in (("POST", "status", 405), ("DELETE", "events", 405), ("PUT", "top", 405),
                                     ("GET", "scrapers/prom-a/skip", 405), ("GET", "nothing", 404),
                                     ("POST", "scrapers/prom-a/what", 404), ("POST", "scrapers/prom-a", 404),
                                     ("DELETE", "scrapers/prom-a/skip", 404), ("GET", "%73tatus", 404)):
            with self.subTest(method=method, path=path):
                reply = self.send(method, path, (ADMIN,))
                self.assertEqual((reply.status, reply.header("content-type")), (status, "application/json"))
                self.assertTrue(json.loads(reply.body)["error"])
                self.assertEqual(reply.header("allow") is not None, status == 405)

    def test_head_answers_as_get_without_a_body(self):
        for path in ("status", "events", "top?by=type"):
            self.assertEqual(self.send("HEAD", path).status, 200, path)

    def test_the_description_names_every_operation(self):
        served = self.send("GET", "openapi.yaml")
        self.assertEqual(served.header("content-type"), "application/yaml")
        description = Description(served.text)
        self.assertEqual(description.operations(),
                         {("GET", f"/api/v1/{p}") for p in ("status", "scrapers", "events", "events/{id}", "top")}
                         | {("POST", "/api/v1/scrapers/{name}/replay"), ("POST", "/api/v1/scrapers/{name}/skip"),
                            ("DELETE", "/api/v1/scrapers/{name}"), ("POST", "/-/reload")})


class Metrics(AnApi):
    def test_events_0_gives_the_own_metrics_and_takes_nothing(self):
        self.server.event("type=kept")
        exposition = self.server.exposition("/metrics?events=0")
        self.assertEqual(exposition.events(), [])
        self.assertEqual(exposition.value("oneshot_events_accepted_total"), 1)
        self.assertEqual(exposition.value("oneshot_scrapers"), 1)  # nobody became known
        self.assertEqual(self.server.get("/metrics?events=2").status, 400)
        self.assertEqual(len(self.deliver("prom-a")), 1)

    def test_whoever_may_only_look_gets_them_too(self):
        with Server({"server.rights": ["view"]}) as server:
            self.assertEqual(server.get("/metrics?events=0").status, 200)
            self.assertEqual(server.get("/metrics").status, 403)

    def test_a_peek_lists_the_scrapers_that_are_known(self):
        self.deliver("guest")
        for path in ("/metrics?peek=1&scraper=prom-a", "/metrics?peek=1&scraper=nobody", "/metrics?peek=1"):
            reply = self.server.get(path)
            self.assertEqual(reply.status, 200)
            self.assertEqual(reply.text.split("\n")[1], "# known scrapers: guest, prom-a")

    def test_a_new_scraper_begins_as_far_back_as_it_asks(self):
        with Server({"scrapers.startup_hold_seconds": 0, "scrapers.names": ["prom-a"]}) as server:
            server.event("type=early")
            self.assertEqual(len(server.scrape("prom-a").events()), 1)
            self.assertEqual(server.scrape("new").events(), [])
            self.assertEqual(len(server.exposition("/metrics?scraper=newer&since=1h").events()), 1)
            in_flight = lambda: server.peek("newer").value("oneshot_events_in_flight", scraper="newer")
            wait_until(lambda: in_flight() == 0, "the receipt")
            self.assertEqual(server.exposition("/metrics?scraper=newer&since=1h").events(), [])  # it is known by now
            self.assertEqual(server.get("/metrics?scraper=n&since=soon").status, 400)


if __name__ == "__main__":
    runner.main()
