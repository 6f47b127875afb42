# SPDX-License-Identifier: MIT
"""Alerts about a Prometheus that scrapes well and does not store: in a real one of each generation, whose disk is full
for a while, that refuses scrapes for its limits, and one of whose targets falls behind its own clock.

The clock of Prometheus itself cannot be set back without that of the machine. A target that says its own times does to
the same counters what that would do: its clock is set back, and Prometheus refuses its samples as older than what it
has of the same series.
"""

import http.server
import os
import re
import threading
import time

from harness import programs
from harness.generations import EachGeneration, main
from harness.oracle import Oracle
from harness.poster import Poster
from harness.prometheus import Job, Prometheus
from harness.scraping import delivered
from harness.server import Server
from harness.small_disk import SmallDisk
from harness.sockets import free_port
from harness.waiting import wait_until

ALERTS = os.path.join(programs.ROOT, "config", "prometheus-alerts.yml")
SLOW = {"time() - timestamp(oneshot_build_info) > 150\n        for: 1m":
        "time() - timestamp(oneshot_build_info) > 7\n        for: 1s"}  # of an interval of 5 s instead of two minutes
INTERVALS = {"1s": 4, "5s": 4}  # how many scrapers have them
BURST = 900  # with some 150 of the server's own: over the limit as a whole, and at most one of two parts is
NEW = {"OneshotScrapeThrownAway", "OneshotScrapeOverBodySizeLimit", "OneshotPrometheusStoresNothing",
       "OneshotPrometheusCouldNotStore", "OneshotPrometheusClockSetBack"}


class Target(http.server.ThreadingHTTPServer):
    """Exposes sixty series with the time of a clock of its own."""

    def __init__(self):
        self.behind = 0.0  # seconds
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        now = int((time.time() - self.server.behind) * 1000)
        body = "".join(f'clockwork{{wheel="{n}"}} 1 {now}\n' for n in range(60)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Rig:
    views = ()

    def __init__(self, program, cleanup):
        self.names = [f"{interval}-{number}" for interval, count in INTERVALS.items() for number in range(count)]
        self.server = Server({"scrapers.names": [*self.names, "size"], "scrapers.max": 64})
        cleanup(self.server.stop)
        self.target = Target()
        cleanup(self.target.server_close)
        cleanup(self.target.shutdown)
        self.disk = SmallDisk(64)
        cleanup(self.disk.unmount)
        port = free_port()
        self.prometheus = Prometheus(program, {
            "prometheus": Job(port), "clockwork": Job(self.target.server_port),
            "size": self.job("size", "1s", body_size_limit="48KB"),
            **{name: self.job(name, name.partition("-")[0], sample_limit=650) for name in self.names}},
            options={"rule_files": [self.rules()]}, folder=self.disk.path, port=port)
        cleanup(self.prometheus.stop)
        self.seen, self.bursts = {}, 0

    def job(self, name, interval, **options):
        return Job(self.server.port, name, scrape_interval=interval, **options)

    def rules(self):
        """The alerts with the times of this test."""
        with open(ALERTS, encoding="utf-8") as file:
            text = file.read()
        for usual, short in SLOW.items():
            assert text.count(usual) == 1, usual
            text = text.replace(usual, short)
        path = os.path.join(self.disk.path, "alerts.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self):
        self.wait_until_up()
        self.seen["before"] = NEW & set(self.prometheus.firing())
        self.throw_scrapes_away()
        self.wait_for("OneshotScrapeOverBodySizeLimit")
        self.target.behind = 45.0
        self.wait_for("OneshotPrometheusClockSetBack")
        self.wait_until_up()  # one whose last scrape was thrown away counts as gone
        with self.disk.full():
            wait_until(lambda: len(self.alerts("OneshotPrometheusStoresNothing")) == len(self.names) + 1,
                       "nothing is stored of any job", 40, 0.2)
        self.wait_for("OneshotPrometheusCouldNotStore")

    def throw_scrapes_away(self):
        """One of each scraper; a burst that came to one in two scrapes may have been within its limit."""
        burst = Poster(Oracle(self.server), "burst", sizes=(20,))
        while not all(map(self.failed, self.names)):
            assert self.bursts < 5, "a scraper never throws a scrape away"
            assert burst.post(BURST), burst.fault
            self.bursts += 1
            for name in self.names:
                delivered(self.server, name)
        burst.close()
        wait_until(lambda: len(self.alerts("OneshotScrapeThrownAway")) == len(self.names), "each is told", 30, 0.2)

    def failed(self, job):
        """How many of its scrapes were thrown away; one that took as long as it may failed for want of a processor."""
        longest = 0.9 * float(job.partition("s-")[0])
        seconds = dict(self.prometheus.samples(f'scrape_duration_seconds{{job="{job}"}}'))
        return sum(value == 0 and seconds.get(time, 0) < longest
                   for time, value in self.prometheus.samples(f'up{{job="{job}"}}'))

    def wait_until_up(self):
        jobs = len(self.names) + 3
        wait_until(lambda: len(self.prometheus.query("up == 1")) == jobs, "every target is up", 30, 0.2)

    def alerts(self, name):
        return self.prometheus.firing().get(name, [])

    def wait_for(self, name):
        wait_until(lambda: self.alerts(name), name, 40, 0.2)


class OfPrometheus(EachGeneration):
    rig = Rig

    def test_a_prometheus_in_good_order_makes_no_noise(self):
        self.each_rig(lambda rig: self.assertEqual(rig.seen["before"], set()))

    def test_one_scrape_thrown_away_is_seen_at_every_interval(self):
        def check(rig):
            jobs = [alert["labels"]["job"] for alert in rig.alerts("OneshotScrapeThrownAway")]
            self.assertEqual(sorted(jobs), sorted(rig.names))
            for name in rig.names:
                self.assertLessEqual(rig.failed(name), rig.bursts, name)
        self.each_rig(check)

    def test_a_full_disk_is_seen_afterwards_too(self):
        def check(rig):
            self.assertEqual(len(rig.alerts("OneshotPrometheusCouldNotStore")), 1)
            self.assertIn("no space left on device", rig.prometheus.log())
        self.each_rig(check)

    def test_prometheus_exposes_each_metric_of_its_own_that_an_alert_asks_for(self):
        with open(ALERTS, encoding="utf-8") as file:
            asked = set(re.findall(r"\bprometheus_\w+_total\b", file.read()))
        self.assertEqual(len(asked), 4, asked)

        def check(rig):
            exposed = rig.prometheus.get("/metrics")[1].decode()
            self.assertEqual({name for name in asked if f"\n{name} " not in exposed}, set())
        self.each_rig(check)

    def test_the_texts_are_whole_and_no_rule_fails(self):
        def check(rig):
            self.assertEqual({rule["name"]: rule["lastError"] for rule in rig.prometheus.rules()
                              if rule.get("lastError") and "no space left" not in rule["lastError"]}, {})
            for alert in sum(rig.prometheus.firing().values(), []):
                for text in alert["annotations"].values():
                    self.assertNotRegex(text, "error expanding|<no value>|  ")
        self.each_rig(check)


if __name__ == "__main__":
    main()
