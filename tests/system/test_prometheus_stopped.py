# SPDX-License-Identifier: MIT
"""Real scrapers that are stopped while an answer is on its way to them, as `docker pause` and the freezer of cgroups do
and a machine that is short of time, and that go on when they have long given the scrape up."""

import unittest

from harness import programs, runner, versions
from harness.prometheus import Prometheus
from harness.stopped_scrapers import OnceEach, Stopped

TIMEOUT = 0.9
# They go on at about their timeout, or so long after it that the server has asked their kernel for a sign of life,
# which it gave. The next scrape begins at the same time as the one before is given up.
TIMES = {"scrape_interval": "1s", "scrape_timeout": "900ms"}
STOPS = [(TIMEOUT - 0.45, TIMEOUT + 0.4), (TIMEOUT + 2.0, TIMEOUT + 3.0)]


class StoppedPrometheus(OnceEach, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        found = versions.prometheus()
        if not found:
            programs.need("prometheus", "ONESHOT_PROMETHEUS")
        cls.play({f"Prometheus {version}": Stopped(Prometheus, program, cls.addClassCleanup, TIMES, STOPS)
                  for version, program in found.items()})


if __name__ == "__main__":
    runner.main()
