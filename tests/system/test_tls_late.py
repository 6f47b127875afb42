# SPDX-License-Identifier: MIT
"""Real scrapers that are stopped while they wait for an answer, and go on about when they give up: by https.

This is what decides how large records may be. A Go program reads a whole record at once, so with large ones it has read
a small answer to its end, and ends its connection in good order, although it has given the scrape up.
"""

import unittest

from harness import certificates, programs, runner, versions
from harness.prometheus import Prometheus
from harness.site import Site
from harness.stopped_scrapers import ASKED, OnceEach, Stopped
from harness.victoria_metrics import VictoriaMetrics

# The next scrape of a name is long after it gave up; test_prometheus_stopped has those that come at the same time.
TIMES = {"scrape_interval": "3s", "scrape_timeout": "900ms"}
TIMEOUT = 0.9
STOPS = [(TIMEOUT - ASKED - 0.15, TIMEOUT + 0.4)]
# Of VictoriaMetrics before this release the client reads answers to their ends after it has given up, and throws them
# away: 1.79.5 lost events in this test by plain HTTP too, and no server can tell that.
READS_ON_BEFORE = (1, 100)


def that_stop_reading(programs_by_version):
    return {version: program for version, program in programs_by_version.items()
            if tuple(int(part) for part in version.split(".")[:2]) >= READS_ON_BEFORE}


class Late(OnceEach, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificates.need()
        found = [("Prometheus", Prometheus, versions.prometheus()),
                 ("VictoriaMetrics", VictoriaMetrics, that_stop_reading(versions.victoria_metrics()))]
        if not any(all_of for _, _, all_of in found):
            programs.need("prometheus", "ONESHOT_PROMETHEUS")
        site = Site({"client_auth_type": "RequireAndVerifyClientCert"})
        cls.addClassCleanup(site.stop)
        for name, kind, all_of in found:
            cls.play({f"{name} {version}": cls.rig(site, kind, program) for version, program in all_of.items()})

    @classmethod
    def rig(cls, site, kind, program):
        return Stopped(kind, program, cls.addClassCleanup, TIMES, STOPS, server=site.settings,
                       job=site.job(site.client), tls=site.authority.trusted_by(site.client))


if __name__ == "__main__":
    runner.main()
