# SPDX-License-Identifier: MIT
"""What real senders sent, case by case: taken whole, or refused with what to write instead.

Each row is a request as some client made it. 200 means that everything in it is in the event.
"""

import math
import subprocess
import unittest

from harness import programs, runner
from harness.client import request
from harness.prometheus import Job, Prometheus
from harness.scraping import next_scrape_begun
from harness.server import Server
from harness.waiting import wait_until

FORM = "application/x-www-form-urlencoded"
LONG = "x" * 400


class Sent:
    """A POST: the target, and a body of that type (None: no Content-Type)."""

    def __init__(self, target, body=None, kind=FORM):
        self.target, self.body, self.kind = target, body, kind

    def to(self, server):
        headers = [("Content-Type", self.kind)] if self.body is not None and self.kind else []
        with server.connect() as connection:
            connection.send(request("POST", self.target, headers, self.body))
            return connection.read_reply()

    def __repr__(self):
        return f"{self.target} {self.kind}: {self.body!r}"


def form(body):
    return Sent("/event", body)


# (number of the case, settings, what is sent, the labels and value that come out or the status and words of the
# refusal)
CASES = [
    # A body whose type is not understood says nothing where the query says all, and is refused where it is alone.
    (1, {}, Sent("/event?type=alert", b"{}", "application/json"), {"type": "alert"}),
    (1, {}, Sent("/event?type=alert", b"<a/>", "application/xml"), {"type": "alert"}),
    (1, {}, Sent("/event?type=alert", b"x", "text/plain"), {"type": "alert"}),
    (1, {}, Sent("/event?type=alert", b"\0\1\2", "application/octet-stream"), {"type": "alert"}),
    (1, {}, Sent("/event", b"<a/>", "application/xml"), (415, "application/xml", "-d message='…'")),
    (1, {}, Sent("/event?value=3", b"x", "text/plain"), (415, "text/plain", "-d message='…'")),
    # A body without a type is read as a form.
    (2, {}, Sent("/event", b"type=deploy&x=1", None), {"type": "deploy", "x": "1"}),
    (2, {}, Sent("/event?type=alert", b"some text", None), (400, 'parameter 2 ("some text") has no =')),
    (2, {}, Sent("/event", b'{"type":"deploy"}', None), (400, "this is JSON: send Content-Type: application/json")),
    # JSON is read, flat.
    (3, {}, Sent("/event", b'{"type":"deploy","value":3}', "application/json"), ({"type": "deploy"}, 3)),
    # JSON as a form is called by its name.
    (4, {}, form(b'{"type":"deploy"}'), (400, "this is JSON: send Content-Type: application/json")),
    (4, {"events.label_names": "replace"}, form(b'{"url":"a?b=c"}'), (400, "this is JSON")),
    (4, {}, Sent("/event?type=alert", b'[{"a":1}]'), (400, "this is JSON")),
    # Line ends at the end of a file or a pipe are dropped.
    (5, {}, form(b"type=deploy&service=a\n"), {"type": "deploy", "service": "a"}),
    (5, {}, form(b"type=deploy&value=5\r\n"), ({"type": "deploy"}, 5)),
    (5, {}, form(b"type=deploy&service=a%0A"), {"type": "deploy", "service": "a\n"}),
    (6, {}, form(b"type=deploy\nservice=a\n"), (400, 'line 1 ends inside "type"', "%0A")),
    (6, {}, form(b"type=deploy\r\nservice=a"), (400, 'line 1 ends inside "type"')),
    # Nothing is dropped unseen.
    (7, {}, form(b"type=deploy&message=build & test"), (400, 'parameter 3 (" test") has no =', "%26")),
    (7, {}, form(b"Backup of db1 finished"), (400, "parameter 1", "-d message='…'")),
    (7, {}, Sent("/event"), (400, "no label", "type=deploy")),
    (7, {}, Sent("/event?value=5"), (400, "no label")),
    (7, {}, Sent("/event?a=&b="), (400, "every label")),
    (7, {}, Sent("/event?message=100%"), (400, "%25")),
    # Names of Kubernetes, Docker and CI.
    (8, {}, Sent("/event?type=deploy&app.kubernetes.io%2Fname=shop"), (400, '"app_kubernetes_io_name" would work')),
    (8, {}, Sent("/event?pod-template-hash=1"), (400, '"pod_template_hash" would work')),
    (8, {"events.label_names": "replace"}, Sent("/event?type=deploy&app.kubernetes.io%2Fname=shop&1st=x&__a=y"),
     {"type": "deploy", "app_kubernetes_io_name": "shop", "_1st": "x", "_a": "y"}),
    (8, {"events.label_names": "replace"}, Sent("/event?a.b=1&a-b=2"), (400, '"a.b"', '"a-b"', '"a_b"')),
    # What a scraper would refuse, and all other events with it.
    (9, {"events.max_label_value_bytes": 200}, Sent(f"/event?n=2&message={LONG}"),
     (400, '"message"', "400 bytes", "200", "max_label_value_bytes")),
    (9, {"events.max_label_value_bytes": 200, "events.long_values": "truncate"}, Sent(f"/event?n=2&message={LONG}"),
     {"n": "2", "message": "x" * 197 + "…"}),
    (9, {"events.max_label_name_bytes": 10}, Sent("/event?a_long_name=1"),
     (400, "a_long_name", "max_label_name_bytes")),
    (10, {"events.max_labels": 7}, Sent("/event?" + "&".join(f"l{n}=x" for n in range(12))),
     (400, "12 labels", "7", "max_labels")),
    (10, {"events.max_labels": 7}, Sent("/event?" + "&".join(f"l{n}=x" for n in range(7))),
     {f"l{n}": "x" for n in range(7)}),
    # Spellings.
    (12, {}, Sent("/event?a=1&value=Infinity"), ({"a": "1"}, math.inf)),
    (12, {}, Sent("/event?a=1&value=-Infinity"), ({"a": "1"}, -math.inf)),
    (12, {}, Sent("/event?a=1&value=1e-400"), ({"a": "1"}, 0)),
    (13, {}, Sent("//event?type=x"), {"type": "x"}),
    (13, {}, Sent("/event/?type=x"), {"type": "x"}),
    (13, {}, Sent("http://h//event//?type=x"), {"type": "x"}),
    (14, {}, form(b"version=1.2.3%2Bbuild.5"), {"version": "1.2.3+build.5"}),
    (14, {}, Sent("/event?message=build 7 is done"), (400, "write %20")),
    # A time is the sender's time; as a label each event would begin a series.
    (15, {}, Sent("/event?type=x&time=2026-11-26T10:30:00%2B01:00"), {"type": "x"}),
    (15, {}, Sent("/event?type=x&time=1795685400.25"), {"type": "x"}),
    (15, {}, Sent("/event?type=x&time=1795685400000"), (400, 'time "1795685400000"', "RFC 3339", "milliseconds")),
    (15, {}, Sent("/event?type=x&timestamp=1795685400"), (400, "timestamp is no label", "time=")),
    (15, {}, Sent("/event?type=x&ttl=60"), (400, "ttl is no label")),
    (15, {"events.plain_labels": ["time", "timestamp", "ttl"]}, Sent("/event?time=a&timestamp=b&ttl=c"),
     {"time": "a", "timestamp": "b", "ttl": "c"}),
    (15, {"events.sender_time": "refuse"}, Sent("/event?type=x&time=1795685400"), (400, "sender_time")),
]


class FieldCases(unittest.TestCase):
    def test_each_case_is_taken_whole_or_refused_with_what_to_write(self):
        servers = {}
        for number, settings, sent, expected in CASES:
            key = repr(settings)
            if key not in servers:
                servers[key] = Server(settings)
                self.addCleanup(servers[key].stop)
            with self.subTest(case=number, sent=sent, settings=settings):
                reply = sent.to(servers[key])
                self.check(reply, servers[key].scrape("prom").events(), expected)

    def check(self, reply, events, expected):
        if isinstance(expected, tuple) and isinstance(expected[0], int):
            status, *words = expected
            self.assertEqual(reply.status, status, reply)
            self.assertRegex(reply.text, r"\A[^\n]+\n\Z")
            for word in words:
                self.assertIn(word, reply.text)
            self.assertEqual(events, [])
            return
        labels, value = expected if isinstance(expected, tuple) else (expected, 1)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual([(e.labels, e.value) for e in events], [(labels, value)])

    def test_header_event_time_is_the_same_as_the_parameter(self):
        with Server() as server:
            path = "/event?type=x"
            self.assertEqual(server.post(path, headers=[("Event-Time", "2026-11-26T09:30:00Z")]).status, 200)
            for target, header, word in ((path, "noon", "RFC 3339"), (path + "&time=1", "1", "twice")):
                reply = server.post(target, headers=[("Event-Time", header)])
                self.assertEqual(reply.status, 400)
                self.assertIn(word, reply.text)

    def test_a_time_in_the_future_or_the_past_comes_within_its_bounds_with_explicit_timestamps(self):
        with Server({"events.use_explicit_timestamps": True, "events.sender_time": "refuse"}) as server:
            self.assertEqual(server.post("/event?type=x&time=2026-11-26T09:30:00Z").status, 200)
            self.assertEqual(server.post("/event?type=y&time=never").status, 400)

    # -- 9 and 10: what a Prometheus with limits gets ------------------------------------------------------------

    def test_an_event_that_prometheus_would_refuse_costs_no_other_where_the_limits_are_known(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        limits = {"label_limit": 10, "label_value_length_limit": 200, "label_name_length_limit": 50}
        with Server({"scrapers.names": ["limited"], "events.max_labels": 7, "events.max_label_value_bytes": 200,
                     "events.max_label_name_bytes": 50}) as server:
            prometheus = Prometheus(program, {"limited": Job(server.port, "limited", **limits)})
            self.addCleanup(prometheus.stop)
            next_scrape_begun(server, "limited")
            seven = "".join(f"&l{n}=x" for n in range(6))
            statuses = [server.post("/event?" + query).status for query in (
                "id=1" + seven, f"id=2&message={LONG}", "id=3" + seven + "&one=more", f"id=4&{'n' * 51}=x",
                f"id=5&message={'x' * 200}", f"id=6&{'n' * 50}=x")]
            self.assertEqual(statuses, [200, 400, 400, 400, 200, 200])
            wait_until(lambda: prometheus.stored("limited") == {"1": 1, "5": 1, "6": 1}, "what was taken")

    # -- 11: who was refused and why -----------------------------------------------------------------------------

    def refusals(self, server):
        return [line for line in server.log_lines() if line.get("msg") == "event refused"]

    def test_a_client_that_shows_no_answer_is_named_in_the_log_with_the_reason_once_a_minute(self):
        with Server({"scrapers.trusted_proxies": ["127.0.0.1"]}) as server:
            url = f"http://127.0.0.1:{server.port}/event"
            wget = [programs.need("wget"), "-q", "-O", "-", "--post-data=a-b=1", url]
            silent = subprocess.run(wget, capture_output=True, timeout=20, check=False)
            self.assertEqual((silent.returncode, silent.stdout), (8, b""))
            loud = subprocess.run([*wget, "--content-on-error"], capture_output=True, timeout=20, check=False)
            self.assertIn(b'"a_b" would work', loud.stdout)
            self.assertEqual(server.post("/event?ttl=1", source="127.0.0.9").status, 400)
            forwarded = [("X-Forwarded-For", "192.0.2.7")]
            for _ in range(3):
                self.assertEqual(server.post("/event?value=1", headers=forwarded).status, 400)
        lines = self.refusals(server)
        self.assertEqual([(l["level"], l["peer"], l.get("forwarded_for"), l["reason"]) for l in lines], [
            ("info", "127.0.0.1", None, "bad_label_name"), ("info", "127.0.0.9", None, "bad_parameter"),
            ("info", "127.0.0.1", "192.0.2.7", "no_labels")])
        self.assertIn('"a_b" would work', lines[0]["detail"])

    def test_a_forwarded_address_counts_only_where_the_proxy_is_trusted(self):
        with Server() as server:
            for number in range(3):
                server.post("/event?value=1", headers=[("X-Forwarded-For", f"192.0.2.{number}")])
        line, = self.refusals(server)
        self.assertNotIn("forwarded_for", line)


class UnknownParameters(unittest.TestCase):
    """A misspelt `scraper=` made a scraper without a name, which shares its events with its neighbours unseen."""

    def test_an_unknown_parameter_of_metrics_is_400_with_the_nearest_and_takes_nothing(self):
        with Server() as server:
            server.event("type=kept")
            for query, word in (("scrapper=prom", '"scraper"'), ("scraper=prom&peak=1", '"peek"'),
                                ("scraper=prom&match[]=up", "there are scraper, since, peek and events"),
                                ("Scraper=prom", '"scraper"')):
                reply = server.get("/metrics?" + query)
                self.assertEqual(reply.status, 400, reply)
                self.assertIn(word, reply.text)
            exposition = server.scrape("prom")
            self.assertEqual((len(exposition.events()), exposition.value("oneshot_scrapers")), (1, 1))

    def test_a_real_prometheus_with_a_misspelt_name_is_down_and_the_log_says_why(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        with Server({"scrapers.names": ["right"]}) as server:
            server.event("id=1")
            jobs = {"wrong": Job(server.port, params={"scrapper": ["wrong"]}), "right": Job(server.port, "right")}
            prometheus = Prometheus(program, jobs)
            self.addCleanup(prometheus.stop)
            wait_until(lambda: prometheus.stored("right") == {"1": 1}, "the event at the one that is right")
            wait_until(lambda: self.health(prometheus).get("wrong", "unknown") != "unknown", "a scrape of the other")
            health = self.health(prometheus)
            self.assertEqual(health, {"wrong": "down", "right": "up"})
            line = server.wait_for_log(lambda l: l.get("msg") == "scrape refused", "of the refused scrape")
            self.assertEqual(line["level"], "warn")
            self.assertIn('did you mean "scraper"?', line["detail"])
            self.assertEqual(server.scrape("right").value("oneshot_scrapers"), 1)

    def health(self, prometheus):
        return {t["labels"]["job"]: t["health"] for t in prometheus.data("/api/v1/targets")["activeTargets"]}


if __name__ == "__main__":
    runner.main()
