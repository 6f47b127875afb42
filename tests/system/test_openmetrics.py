# SPDX-License-Identifier: MIT
"""OpenMetrics, for who takes nothing else: the parser of the Prometheus client for Python takes every exposition."""

import unittest

from harness import filling, programs, runner
from harness.oracle import Oracle
from harness.server import Server
from harness.waiting import wait_until

ACCEPT = [("Accept", "application/openmetrics-text")]
TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def families(text):
    """{name: family}; ValueError where it is no OpenMetrics."""
    parser = programs.need_module("prometheus_client.openmetrics.parser", "python3-prometheus-client")
    return {family.name: family for family in parser.text_string_to_metric_families(text)}


class OpenMetrics(unittest.TestCase):
    def scrape(self, server, headers=ACCEPT, name="p"):
        reply = server.get(f"/metrics?scraper={name}", headers)
        self.assertEqual((reply.status, reply.header("content-type")), (200, TYPE))
        self.assertTrue(reply.text.endswith("\n# EOF\n"))
        return reply

    def test_events_and_own_metrics_parse_with_and_without_a_batch(self):
        with Server() as server:
            oracle = Oracle(server)
            families(self.scrape(server).text)
            server.post("/event", b"text=a+%22b%22+%5C+c%0Ad%C3%A9&value=0.5")
            server.event("id=nan&value=NaN")
            server.event("id=inf&value=-Inf")
            ids = oracle.post(3)
            reply = self.scrape(server)
            self.assertGreaterEqual(reply.size, 16 * 1024)
            found = families(reply.text)
            events = found["events_to_metrics"]
            self.assertEqual(events.type, "gauge")
            self.assertEqual([s.labels["id"] for s in events.samples[-3:]], ids)
            self.assertEqual((events.samples[0].labels, events.samples[0].value),
                             ({"text": 'a "b" \\ c\nd\u00e9'}, 0.5))
            accepted = found["oneshot_events_accepted"]
            self.assertEqual((accepted.type, accepted.samples[0].name, accepted.samples[0].value),
                             ("counter", "oneshot_events_accepted_total", 6))
            self.assertEqual(found["events_to_metrics_event_count"].type, "unknown")
            self.assertEqual(families(self.scrape(server).text)["events_to_metrics"].samples, [])

    def test_metrics_of_the_config_and_counters_are_families_of_their_own(self):
        for times in (False, True):
            with self.subTest(times=times), Server({
                    "metrics.deploys.counter_labels": ["service"], "metrics.backups.help": 'a "b" \\ c',
                    "events.use_explicit_timestamps": times}) as server:
                self.scrape(server)
                for path in ("/event/deploys?service=a", "/event?n=1", "/event/backups?n=1",
                             "/event/deploys?service=a"):
                    self.assertEqual(server.post(path).status, 200)
                wait_until(lambda: len(server.peek("p").events("deploys")) == (2 if times else 1), "the time of each")
                found = families(self.scrape(server).text)
                self.assertEqual([(n, len(found[n].samples)) for n in ("deploys", "backups", "events_to_metrics")],
                                 [("deploys", 2 if times else 1), ("backups", 1), ("events_to_metrics", 1)])
                self.assertEqual(found["backups"].documentation.rstrip(), 'a "b" \\ c')
                counter = found["deploys_events"]
                self.assertEqual((counter.type, counter.samples[0].labels, counter.samples[0].value),
                                 ("counter", {"service": "a"}, 2))

    def test_samples_with_times_parse_grouped_by_series(self):
        with Server({"events.use_explicit_timestamps": True}) as server:
            self.scrape(server)
            for number in range(60):
                server.event(f"series={number % 7}&value={number}")
            wait_until(lambda: len(server.peek("p").events()) == 60, "the time of each")
            text = self.scrape(server).text
            samples = families(text)["events_to_metrics"].samples
            expected = [float(number) for series in range(7) for number in range(series, 60, 7)]
            self.assertEqual([s.value for s in samples], expected)
            self.assertEqual(len({(s.labels["series"], float(s.timestamp)) for s in samples}), 60)

    def test_over_gzip_with_padding_and_without(self):
        with Server() as server:
            oracle = Oracle(server)
            self.scrape(server)
            for size in (dict(count=80, padding=1000, fill=filling.thin), dict(count=2000, padding=400)):
                ids = oracle.post(**size)
                reply = self.scrape(server, [*ACCEPT, ("Accept-Encoding", "gzip")])
                self.assertTrue(reply.compressed)
                self.assertGreaterEqual(reply.size, 16 * 1024)
                self.assertEqual([s.labels["id"] for s in families(reply.text)["events_to_metrics"].samples], ids)

    def test_everybody_who_takes_text_gets_text(self):
        with Server() as server:
            for accept in ("*/*", "text/plain", "application/openmetrics-text;version=1.0.0;q=0.5,"
                           "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"):
                reply = server.get("/metrics?scraper=p", [("Accept", accept)])
                self.assertEqual(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8")
                self.assertTrue(reply.text.startswith('# scraper "p"'))


if __name__ == "__main__":
    runner.main()
