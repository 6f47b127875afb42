# SPDX-License-Identifier: MIT
"""Every row of the table of endpoints, on a real socket."""

import re
import unittest

from harness import runner
from harness.client import request
from harness.exposition import parse
from harness.server import Server
from harness.waiting import wait_until

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
OWN_FAMILIES = {
    "events_to_metrics_event_count": "counter", "events_to_metrics_scraper_counts": "gauge",
    "oneshot_events_accepted_total": "counter", "oneshot_events_rejected_total": "counter",
    "oneshot_events_waiting": "gauge", "oneshot_events_in_flight": "gauge",
    "oneshot_events_delivered_total": "counter", "oneshot_events_redelivered_total": "counter",
    "oneshot_events_given_up_total": "counter", "oneshot_events_replayed_total": "counter",
    "oneshot_batches_total": "counter", "oneshot_scraper_shared": "gauge",
    "oneshot_events_dropped_total": "counter", "oneshot_events_unclaimed_total": "counter",
    "oneshot_oldest_waiting_seconds": "gauge", "oneshot_scraper_last_scrape_timestamp_seconds": "gauge",
    "oneshot_scrapers": "gauge", "oneshot_scrapers_max": "gauge", "oneshot_event_log_used_bytes": "gauge",
    "oneshot_event_log_capacity_bytes": "gauge", "oneshot_event_log_in_file": "gauge",
    "oneshot_event_log_failed": "gauge", "oneshot_event_log_flushes_total": "counter",
    "oneshot_event_log_flush_seconds_total": "counter",
    "oneshot_connections": "gauge", "oneshot_connections_evicted_total": "counter",
    "oneshot_memory_bytes": "gauge", "oneshot_memory_max_bytes": "gauge", "oneshot_memory_refused_total": "counter",
    "oneshot_replies_reset_total": "counter",
    "oneshot_http_responses_total": "counter", "oneshot_build_info": "gauge",
    "process_resident_memory_bytes": "gauge", "process_cpu_seconds_total": "counter",
    "process_open_fds": "gauge", "process_start_time_seconds": "gauge"}


class Endpoints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def test_the_root_welcomes_and_names_the_paths(self):
        reply = self.server.get("/")
        self.assertEqual(reply.status, 200)
        self.assertTrue(reply.header("content-type").startswith("text/plain"))
        for word in ("/event", "/metrics", "/healthz", "/readyz", "--data-urlencode"):
            self.assertIn(word, reply.text)

    def test_health_and_its_alias_say_ok(self):
        for path in ("/healthz", "/-/healthy"):
            reply = self.server.get(path)
            self.assertEqual((reply.status, reply.text.strip()), (200, "OK"))
            self.assertTrue(reply.header("content-type").startswith("text/plain"))

    def test_a_started_server_is_ready(self):
        for path in ("/readyz", "/-/ready"):
            self.assertEqual(self.server.get(path).status, 200)

    def test_a_query_on_a_plain_path_changes_nothing(self):
        for path in ("/healthz?a=1", "/readyz?verbose", "/?x"):
            self.assertEqual(self.server.get(path).status, 200)

    def test_an_accepted_event_is_answered_with_an_empty_body(self):
        reply = self.server.post("/event?type=endpoints")
        self.assertEqual((reply.status, reply.body, reply.header("content-length")), (200, b"", "0"))

    def test_the_exposition_has_its_type_its_length_and_a_first_line_for_people(self):
        reply = self.server.get("/metrics?scraper=people")
        self.assertEqual((reply.status, reply.header("content-type")), (200, EXPOSITION))
        exposition = parse(reply.body)
        name, how, _ = exposition.welcome()
        self.assertEqual((name, how), ("people", "by name"))
        self.assertIn("/metrics?peek=1", reply.text.split("\n")[0])
        self.assertIsNone(reply.header("content-encoding"))

    def test_all_own_metrics_are_there_with_their_types_and_without_timestamps(self):
        exposition = self.server.scrape("own")
        for family, kind in OWN_FAMILIES.items():
            self.assertEqual(exposition.types.get(family), kind, family)
            self.assertTrue(exposition.family(family), family)
        for sample in exposition.samples:
            if sample.name != "events_to_metrics":
                self.assertIsNone(sample.timestamp, sample)

    def test_every_reason_and_every_known_scraper_starts_at_0(self):
        with Server({"scrapers.names": ["prom-a"]}) as server:
            exposition = server.peek("prom-a")
            rejected = exposition.family("oneshot_events_rejected_total")
            self.assertGreaterEqual(len(rejected), 5)
            self.assertEqual({s.value for s in rejected}, {0.0})
            for family in ("waiting", "in_flight", "delivered_total", "redelivered_total"):
                self.assertEqual(exposition.value(f"oneshot_events_{family}", scraper="prom-a"), 0)
            for reason in ("full", "forgotten", "damaged", "refused"):
                self.assertEqual(
                    exposition.value("oneshot_events_dropped_total", scraper="prom-a", reason=reason), 0)
            codes = {s.labels["code"]: s.value for s in exposition.family("oneshot_http_responses_total")}
            self.assertEqual((codes["400"], codes["503"]), (0, 0))

    def test_a_peek_shows_the_batch_and_takes_nothing(self):
        with Server() as server:
            server.scrape("p")
            server.event("type=peeked")
            for _ in range(3):
                self.assertEqual(len(server.peek("p").events()), 1)
            self.assertEqual(len(server.scrape("p").events()), 1)
            wait_until(lambda: not server.peek("p").events(), "the receipt")

    def test_a_peek_for_an_unknown_scraper_says_so_and_creates_none(self):
        with Server() as server:
            server.event("type=early")
            for path in ("/metrics?peek=1&scraper=nobody", "/metrics?scraper=nobody&peek=1",
                         "/metrics?peek=1"):
                reply = server.get(path)
                self.assertEqual(reply.status, 200, reply)
                self.assertIn("not known: it has not scraped yet", reply.text.split("\n")[0])
                self.assertEqual(parse(reply.body).events(), [])
            self.assertTrue(server.get("/metrics?peek=1&scraper=nobody").text.startswith('# scraper "nobody"'))
            exposition = server.scrape("somebody")
            self.assertEqual(exposition.value("oneshot_scrapers"), 1)
            self.assertEqual(len(exposition.events()), 1)

    def test_a_scraper_name_outside_its_letters_or_length_is_400(self):
        good = ("a", "A.b_c:d-9", "x" * 128)
        bad = ("", "a%20b", "a/b", "%C3%A4", "x" * 129, "a%22", "a%0A", "a&scraper=b")
        for name in good:
            self.assertEqual(self.server.get(f"/metrics?scraper={name}").status, 200, name)
        for name in bad:
            reply = self.server.get(f"/metrics?scraper={name}")
            self.assertEqual(reply.status, 400, (name, reply))
            self.assertIn("scraper", reply.text)

    def test_head_of_any_get_path_has_the_same_head_and_no_body(self):
        for path in ("/", "/healthz", "/-/healthy", "/readyz", "/-/ready", "/metrics", "/ui/", "/api/v1/openapi.yaml"):
            get = self.server.get(path)
            with self.server.connect() as connection:
                # What follows would be misread if a body came after the head.
                connection.send(request("HEAD", path) + request("GET", "/healthz"))
                head = connection.read_reply("HEAD")
                self.assertEqual(head.status, get.status, path)
                self.assertEqual(head.header("content-type"), get.header("content-type"), path)
                if path != "/metrics":
                    self.assertEqual(head.header("content-length"), get.header("content-length"), path)
                self.assertEqual(connection.read_reply().body.strip(), b"OK")

    def test_head_never_takes_a_batch_and_never_creates_a_scraper(self):
        with Server() as server:
            server.event("type=kept")
            with server.connect() as connection:
                for path in ("/metrics?scraper=h", "/metrics?scraper=h", "/metrics"):
                    connection.send(request("HEAD", path))
                    self.assertEqual(connection.read_reply("HEAD").status, 200)
            exposition = server.scrape("h")
            self.assertEqual(exposition.value("oneshot_scrapers"), 1)
            self.assertEqual(len(exposition.events()), 1)
            self.assertEqual(exposition.value("oneshot_events_redelivered_total", scraper="h"), 0)

    def test_any_other_path_is_404(self):
        for path in ("/nothing", "/metrics/x", "/events-", "/healthz/x", "/METRICS", "/-/", "/metrics%00",
                     "/%2e%2e/metrics"):
            for method in ("GET", "POST"):
                with self.server.connect() as connection:
                    connection.send(request(method, path))
                    reply = connection.read_reply()
                self.assertEqual(reply.status, 404, (method, path, reply))
                self.assertTrue(reply.header("content-type").startswith("text/plain"))

    def test_a_slash_too_many_is_the_same_path(self):
        for path in ("//healthz", "/healthz/", "///-//healthy/", "//readyz//", "//"):
            self.assertEqual(self.server.get(path).status, 200, path)
        for path in ("//event?a=1", "/event/?a=1"):
            self.assertEqual(self.server.post(path).status, 200, path)

    def test_what_a_proxy_does_not_know_as_metrics_is_not_metrics(self):
        for path in ("/%6detrics", "/metric%73?scraper=p", "/%6D%65trics", "//metrics", "/metrics/", "/.%2fmetrics",
                     "http://h//metrics", "http://h/%6Detrics"):
            for method in ("GET", "HEAD", "OPTIONS"):
                with self.subTest(path=path, method=method), self.server.connect() as connection:
                    connection.send(request(method, path))
                    self.assertEqual(connection.read_reply(method).status, 404)
        self.assertIn("must be written as it is: /metrics", self.server.get("/%6detrics").text)

    def test_options_says_what_a_path_takes(self):
        for path, expected in (("/event", "POST, OPTIONS"), ("/metrics", "GET, HEAD, OPTIONS"),
                               ("*", "GET, HEAD, POST, OPTIONS")):
            with self.server.connect() as connection:
                connection.send(request("OPTIONS", path))
                reply = connection.read_reply()
            self.assertEqual((reply.status, reply.header("allow"), reply.body), (200, expected, b""), path)

    def test_another_method_is_405_and_allow_says_which(self):
        allowed = {"/": "GET, HEAD, OPTIONS", "/healthz": "GET, HEAD, OPTIONS", "/-/healthy": "GET, HEAD, OPTIONS",
                   "/readyz": "GET, HEAD, OPTIONS",
                   "/-/ready": "GET, HEAD, OPTIONS", "/metrics": "GET, HEAD, OPTIONS", "/event": "POST, OPTIONS",
                   "/ui/": "GET, HEAD, OPTIONS", "/ui/main.js": "GET, HEAD, OPTIONS",
                   "/api/v1/status": "GET, HEAD, OPTIONS", "/api/v1/scrapers/x": "POST, DELETE, OPTIONS"}
        for path, expected in allowed.items():
            for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
                if method in expected.split(", "):
                    continue
                with self.subTest(path=path, method=method), self.server.connect() as connection:
                    connection.send(request(method, path))
                    reply = connection.read_reply(method)
                    self.assertEqual(reply.status, 405, reply)
                    self.assertEqual(sorted(reply.header("allow").split(", ")), sorted(expected.split(", ")))

    def test_an_encoded_query_is_the_same_query(self):
        self.assertEqual(self.server.get("/metrics?%73craper=q%75x").status, 200)
        self.assertEqual(parse(self.server.get("/metrics?%73craper=q%75x").body).welcome()[0], "qux")

    def test_every_reply_has_content_length_and_date_and_a_body_only_with_a_type(self):
        for path in ("/", "/healthz", "/readyz", "/metrics", "/metrics?peek=1&scraper=none-of-them", "/no"):
            reply = self.server.get(path)
            self.assertEqual(int(reply.header("content-length")), len(reply.body), path)
            self.assertRegex(reply.header("date"), re.compile(
                r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$"))
            self.assertIsNotNone(reply.header("content-type"))


if __name__ == "__main__":
    runner.main()
