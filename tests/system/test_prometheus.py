# SPDX-License-Identifier: MIT
"""The main job with a real Prometheus that scrapes once a second: what its API counts is what was posted.

One Prometheus scrapes three servers. "plain" and "times" get their events over 15 s; "late" is held (SIGSTOP)
during every scrape and let go within some 20 ms of the scrape timeout, so that some are stored and some not.
"""

import random
import signal
import time
import unittest

from harness import programs, runner
from harness.client import request
from harness.crew import Work
from harness.prometheus import Job, Prometheus
from harness.scraping import delivered, next_scrape_begun
from harness.server import Server

EVENTS = 500
SECONDS = 15
SERIES, REPEATS = 10, 8
LATE_ROUNDS = 14
TIMEOUT = 0.9


class RealPrometheus(unittest.TestCase):
    job = {}  # more of what it is told of each server

    @classmethod
    def program(cls):
        return programs.need("prometheus", "ONESHOT_PROMETHEUS")

    @classmethod
    def setUpClass(cls):
        program = cls.program()
        cls.plain, cls.times, cls.late = (
            cls.start({}), cls.start({"events.use_explicit_timestamps": True}),
            cls.start({"scrapers.names": ["late"], "server.threads": 1}))
        cls.prometheus = Prometheus(program, {name: Job(server.port, name, **cls.job) for name, server in (
            ("plain", cls.plain), ("times", cls.times), ("late", cls.late))})
        cls.addClassCleanup(cls.prometheus.stop)
        cls.late_ids, cls.late_offsets = [], []
        cls.traffic = {work.__name__: Work(work) for work in (cls.post_plain, cls.post_times, cls.post_late)}

    @classmethod
    def start(cls, settings):
        server = Server(settings)
        cls.addClassCleanup(server.stop)
        return server

    # -- traffic -------------------------------------------------------------------------------------------

    @classmethod
    def post_plain(cls):
        began = time.monotonic()
        with cls.plain.connect() as connection:
            for number in range(EVENTS):
                reply = connection.post(f"/event?type=one&id={number}&value={number}.5")
                assert reply.status == 200, reply
                ahead = began + (number + 1) * SECONDS / EVENTS - time.monotonic()
                time.sleep(max(0, ahead))  # the pace of the traffic is part of the case
            next_scrape_begun(cls.plain, "plain")
            connection.send(request("POST", "/event?type=equal") * 3)
            for _ in range(3):
                assert connection.read_reply().status == 200

    @classmethod
    def post_times(cls):
        with cls.times.connect() as connection:
            for repeat in range(REPEATS):
                if repeat % 4 == 0:  # bursts of four, so that milliseconds collide
                    next_scrape_begun(cls.times, "times")
                for series in range(SERIES):
                    value = series * 100 + repeat
                    reply = connection.post(f"/event?type=again&series={series}&value={value}")
                    assert reply.status == 200, reply

    @classmethod
    def post_late(cls):
        """Every scrape finds the server stopped, and gets its whole answer about when it gives up."""
        dice = random.Random(5)
        scrape = next_scrape_begun(cls.late, "late")
        for _ in range(LATE_ROUNDS):
            with cls.late.connect() as connection:
                for _ in range(3):
                    name = f"l{len(cls.late_ids)}"
                    assert connection.post(f"/event?id={name}").status == 200
                    cls.late_ids.append(name)
            while scrape < time.time() + 0.02:
                scrape += 1
            time.sleep(scrape - 0.02 - time.time())
            cls.late.signal(signal.SIGSTOP)
            offset = TIMEOUT + dice.uniform(-0.02, 0.01)
            try:
                time.sleep(max(0, scrape + offset - time.time()))
            finally:
                cls.late.signal(signal.SIGCONT)
            cls.late_offsets.append(offset)

    # -- checks --------------------------------------------------------------------------------------------

    def test_five_hundred_events_are_five_hundred_series_of_exactly_one_sample(self):
        self.traffic["post_plain"].finish()
        shown = delivered(self.plain, "plain")
        counts = self.prometheus.query('count_over_time(events_to_metrics{job="plain",type="one"}[5m])')
        self.assertEqual(len(counts), EVENTS)
        self.assertEqual({value for _, value in counts}, {1.0})
        values = self.prometheus.query('last_over_time(events_to_metrics{job="plain",type="one"}[5m])')
        self.assertEqual({labels["id"]: value for labels, value in values},
                         {str(n): n + 0.5 for n in range(EVENTS)})
        self.assertEqual(shown.value("oneshot_events_redelivered_total", scraper="plain"), 0)
        self.assertEqual(shown.value("oneshot_events_delivered_total", scraper="plain"), EVENTS + 3)

    def test_three_equal_events_are_one_sample_of_3(self):
        self.traffic["post_plain"].finish()
        delivered(self.plain, "plain")
        series = 'events_to_metrics{job="plain",type="equal"}[5m]'
        self.assertEqual([v for _, v in self.prometheus.query(f"count_over_time({series})")], [1])
        self.assertEqual([v for _, v in self.prometheus.query(f"last_over_time({series})")], [3])

    def test_own_metrics_arrive_and_the_target_was_up_all_the_time(self):
        self.traffic["post_plain"].finish()
        delivered(self.plain, "plain")
        newest = {
            'events_to_metrics_event_count{job="plain"}': EVENTS + 3,
            'oneshot_events_accepted_total{job="plain"}': EVENTS + 3,
            'oneshot_events_delivered_total{job="plain",exported_scraper="plain"} or '
            'oneshot_events_delivered_total{job="plain",scraper="plain"}': EVENTS + 3,
            'events_to_metrics_scraper_counts{job="plain"}': 0}
        for query, value in newest.items():
            self.assertEqual([v for _, v in self.prometheus.query(query)], [value], query)
        for job in ("plain", "times"):
            self.assertEqual([v for _, v in self.prometheus.query(f'min_over_time(up{{job="{job}"}}[5m])')],
                             [1], job)
        self.assertNotIn("duplicate", self.prometheus.log())

    def test_with_explicit_timestamps_every_repeated_event_is_stored(self):
        self.traffic["post_times"].finish()
        delivered(self.times, "times")
        series = 'events_to_metrics{job="times",type="again"}[5m]'
        counts = {l["series"]: v for l, v in self.prometheus.query(f"count_over_time({series})")}
        sums = {l["series"]: v for l, v in self.prometheus.query(f"sum_over_time({series})")}
        self.assertEqual(counts, {str(n): REPEATS for n in range(SERIES)})
        self.assertEqual(sums, {str(n): sum(n * 100 + r for r in range(REPEATS)) for n in range(SERIES)})

    def test_answered_just_before_its_timeout_each_event_still_arrives_exactly_once(self):
        self.traffic["post_late"].finish()
        shown = delivered(self.late, "late")
        counts = {l["id"]: v for l, v in
                  self.prometheus.query('count_over_time(events_to_metrics{job="late"}[5m])')}
        failed = self.prometheus.query('count_over_time((up{job="late"} == 0)[5m:1s])')
        again = shown.value("oneshot_events_redelivered_total", scraper="late")
        print(f"        {LATE_ROUNDS} scrapes, answered {min(self.late_offsets):.3f} to "
              f"{max(self.late_offsets):.3f} s after their start: about "
              f"{failed[0][1] if failed else 0:.0f} failed, {again:.0f} events were sent again", flush=True)
        missing = [i for i in self.late_ids if i not in counts]
        repeated = {i: v for i, v in counts.items() if v != 1}
        self.assertEqual((missing, repeated), ([], {}))


if __name__ == "__main__":
    runner.main()
