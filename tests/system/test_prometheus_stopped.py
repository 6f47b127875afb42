# SPDX-License-Identifier: MIT
"""Real scrapers that are stopped while an answer is on its way to them, as `docker pause` and the freezer of cgroups do
and a machine that is short of time, and that go on when they have long given the scrape up."""

import unittest

from harness import programs, runner, versions
from harness.crew import together
from harness.prometheus import Prometheus
from harness.stopped_scrapers import Stopped

TIMEOUT = 0.9
# They go on at about their timeout, or so long after it that the server has asked their kernel for a sign of life,
# which it gave. The next scrape begins at the same time as the one before is given up.
TIMES = {"scrape_interval": "1s", "scrape_timeout": "900ms"}
STOPS = [(TIMEOUT - 0.45, TIMEOUT + 0.4), (TIMEOUT + 2.0, TIMEOUT + 3.0)]


class StoppedPrometheus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        found = versions.prometheus()
        if not found:
            programs.need("prometheus", "ONESHOT_PROMETHEUS")
        cls.rigs = {version: Stopped(Prometheus, program, cls.addClassCleanup, TIMES, STOPS)
                    for version, program in found.items()}
        together(*(rig.run for rig in cls.rigs.values()))
        for version, rig in cls.rigs.items():
            print(f"        Prometheus {version}: {rig}", flush=True)

    def each(self, check):
        for version, rig in self.rigs.items():
            for view in rig.views:
                with self.subTest(version, scraper=view.scraper):
                    check(view)

    def test_each_event_is_stored_once(self):
        self.each(lambda view: self.assertEqual(view.problems(), {}))

    def test_for_the_server_each_was_delivered(self):
        self.each(lambda view: view.assert_silent())

    def test_scrapes_were_given_up_and_their_events_sent_again(self):
        for version, rig in self.rigs.items():
            with self.subTest(version):
                self.assertGreater(rig.own("oneshot_events_redelivered_total"), 20)


if __name__ == "__main__":
    runner.main()
