# SPDX-License-Identifier: MIT
"""Metrics that the config names, counters beside the events, and senders' times, as a real Prometheus stores them."""

import signal
import subprocess
import time
import unittest

from harness import programs, runner
from harness.exposition import parse
from harness.prometheus import Job, Prometheus
from harness.scraping import delivered
from harness.server import Server
from harness.sockets import free_port
from harness.waiting import wait_until

METRICS = {
    "metrics.deploys.help": "Deployments, each when it \"ended\".",
    "metrics.deploys.counter_labels": ["service"],
    "metrics.backups.repeats": "last",
    "events.counter_labels": ["type"],
}


def post(server, path):
    reply = server.post(path)
    assert reply.status == 200, reply
    return reply


class Exposition(unittest.TestCase):
    """What anybody sees, in one scrape."""

    def test_two_metrics_in_one_scrape_are_two_families_that_every_parser_takes(self):
        with Server(METRICS) as server:
            parse(server.get("/metrics?scraper=p").body)
            for path in ("/event/deploys?service=a", "/event/backups?host=x", "/event/deploys?service=b",
                         "/event?type=t", "/event/backups?host=x&value=7", "/event//deploys?service=b"):
                post(server, path)
            reply = server.get("/metrics?scraper=p")
            shown = parse(reply.body)
            self.assertEqual([(s.labels, s.value) for s in shown.family("deploys")],
                             [({"service": "a"}, 1), ({"service": "b"}, 2)])
            self.assertEqual([(s.labels, s.value) for s in shown.family("backups")], [({"host": "x"}, 7)])
            self.assertEqual(shown.value("deploys_events_total", service="b"), 2)
            self.assertEqual(shown.value("events_to_metrics_events_total", type="t"), 1)
            order = [reply.text.index(f"\n# TYPE {name} gauge\n")
                     for name in ("deploys", "backups", "events_to_metrics")]
            self.assertEqual(order, sorted(order))
            promtool = programs.find("promtool", "ONESHOT_PROMTOOL")
            if promtool:
                done = subprocess.run([promtool, "check", "metrics"], input=reply.body, capture_output=True,
                                      timeout=20, check=False)
                # 3 is its opinion of names, such as events_to_metrics_event_count.
                self.assertIn(done.returncode, (0, 3), done.stderr.decode())
                self.assertNotIn(b"deploys", done.stderr)

    def test_an_unknown_metric_is_404_and_stores_nothing(self):
        with Server(METRICS) as server:
            server.get("/metrics?scraper=p")
            reply = server.post("/event/deploy?service=a")
            self.assertEqual((reply.status, reply.text),
                             (404, 'there is no metric "deploy"; [metrics] has: deploys, backups\n'))
            self.assertEqual(parse(server.get("/metrics?scraper=p").body).value("oneshot_events_accepted_total"), 0)

    def test_events_of_a_metric_that_a_reload_takes_away_still_go_out(self):
        with Server(METRICS) as server:
            server.get("/metrics?scraper=p")
            post(server, "/event/deploys?service=a")
            server.configure({key: value for key, value in METRICS.items() if "deploys" not in key})
            server.signal(signal.SIGHUP)
            server.wait_for_log(lambda line: line["msg"] == "reloaded", "of the reload")
            wait_until(lambda: server.post("/event/deploys?service=a").status == 404, "the metric is gone")
            shown = parse(server.get("/metrics?scraper=p").body)
            self.assertEqual([s.labels for s in shown.family("deploys")], [{"service": "a"}])
            self.assertEqual(shown.types["deploys"], "gauge")


class RealPrometheus(unittest.TestCase):
    def start(self, settings, jobs, **options):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        port = free_port()
        settings = {"server.port": port, "log.level": "debug", **settings}
        server = Server(settings)
        self.addCleanup(server.kill)
        prometheus = Prometheus(program, {job: Job(port, job, **options) for job in jobs})
        self.addCleanup(prometheus.stop)
        return server, prometheus, settings

    def known(self, server, *jobs):
        for job in jobs:
            wait_until(lambda j=job: server.knows(j), "the first scrape", 30)

    def test_each_metric_is_stored_under_its_name_and_counters_are_the_same_for_two_scrapers(self):
        server, prometheus, _ = self.start(METRICS, ("a", "b"))
        self.known(server, "a", "b")
        for number in range(30):
            post(server, f"/event/deploys?service=s{number % 3}&n={number}")
            post(server, f"/event/backups?n={number}")
            post(server, f"/event?type=t{number % 2}&n={number}")
        for job in ("a", "b"):
            delivered(server, job)
        for metric in ("deploys", "backups", "events_to_metrics"):
            self.assertEqual(sorted(v for _, v in prometheus.query(f"count by (job) (count_over_time({metric}[5m]))")),
                             [30, 30], metric)
        counts = {(labels["job"], labels.get("service") or labels.get("type")): v for labels, v in prometheus.query(
            '{__name__=~"deploys_events_total|events_to_metrics_events_total"}')}
        self.assertEqual(counts, {(job, name): count for job in ("a", "b") for name, count in
                                  (("s0", 10), ("s1", 10), ("s2", 10), ("t0", 15), ("t1", 15))})
        told = prometheus.data("/api/v1/metadata?metric=deploys")["deploys"]
        self.assertEqual([(m["type"], m["help"]) for m in told], [("gauge", METRICS["metrics.deploys.help"])])

    def test_a_senders_time_is_that_of_the_stored_sample(self):
        server, prometheus, _ = self.start({"events.use_explicit_timestamps": True}, ("p",))
        self.known(server, "p")
        now = round(time.time())
        for path, headers in (
                (f"/event?id=query&time={now - 100}.25", ()),
                ("/event?id=header", [("Event-Time", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 200)))]),
                (f"/event?id=series&time={now - 300}", ()), (f"/event?id=series&time={now - 250}", ()),
                (f"/event?id=series&time={now - 280}", ()),  # behind its series
                (f"/event?id=ahead&time={now + 3600}", ())):
            self.assertEqual(server.post(path, headers=headers).status, 200, path)
        delivered(server, "p")
        times = {name: [at - now for at, _ in prometheus.samples(f'events_to_metrics{{id="{name}"}}')]
                 for name in ("query", "header", "series", "ahead")}
        self.assertEqual((times["query"], times["header"]), ([-99.75], [-200]))
        self.assertEqual([round(at, 3) for at in times["series"]], [-300, -250, -249.999])
        self.assertTrue(-1 <= times["ahead"][0] < 30, times)
        self.assertLess(server.peek("p").value("oneshot_oldest_waiting_seconds", scraper="p"), 10)

    def confirmed(self, **options):
        """A server that is confirmed by a Prometheus, with three events of equal labels, one of each metric."""
        server, prometheus, settings = self.start(METRICS, ("p",), **options)
        server.configure({**settings, "confirm.p.url": f"http://127.0.0.1:{prometheus.port}"})
        server.signal(signal.SIGHUP)
        server.wait_for_log(lambda l: l["msg"] == "reloaded", "that it knows the Prometheus")
        self.known(server, "p")
        wait_until(lambda: server.peek("p").value("oneshot_confirm_active", scraper="p") == 1, "confirmation", 30)
        for path in ("/event/deploys?n=1", "/event/backups?n=1", "/event?n=1", "/event/deploys?n=2"):
            post(server, path)
        delivered(server, "p")
        return server, prometheus

    def test_events_of_a_metric_that_the_scraper_drops_are_found_missing_and_no_others(self):
        server, prometheus = self.confirmed(metric_relabel_configs=[
            {"source_labels": ["__name__"], "regex": "backups", "action": "drop"}])
        wait_until(lambda: server.peek("p").value("oneshot_events_refused_total", scraper="p") >= 1, "noticed", 40)
        shown = server.peek("p")
        self.assertEqual(shown.value("oneshot_events_refused_total", scraper="p"), 1)
        self.assertEqual(shown.value("oneshot_events_redelivered_total", scraper="p"), 1)
        line = server.wait_for_log(lambda l: "without some of its events" in l["msg"], "of what is refused")
        self.assertEqual(line["first"], 'backups{n="1"}')
        counts = {metric: [v for _, v in prometheus.query(f"count_over_time({metric}[5m])")]
                  for metric in ("deploys", "backups", "events_to_metrics")}
        self.assertEqual(counts, {"deploys": [1, 1], "backups": [], "events_to_metrics": [1]})


if __name__ == "__main__":
    runner.main()
