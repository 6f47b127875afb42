# SPDX-License-Identifier: MIT
"""Real scrapers that are stopped while they wait for an answer, and go on about when they give up: by https.

This is what decides how large records may be. A Go program reads a whole record at once, so with large ones it has read
a small answer to its end, and ends its connection in good order, although it has given the scrape up.
"""

import random
import time
import unittest

from harness import certificates, programs, runner, sockets, versions
from harness.crew import together
from harness.freezing import freeze, thaw
from harness.oracle import Oracle
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.site import Site
from harness.victoria_metrics import VictoriaMetrics
from harness.view import View
from harness.waiting import wait_until

JOBS, ROUNDS = 16, 14
# The next scrape of a name is long after it gave up. Where it comes at the same time, as after a pause of a whole
# interval, it may come before the end that says so, and on a busy machine it does.
TIMES = {"scrape_interval": "3s", "scrape_timeout": "900ms"}
TIMEOUT = 0.9
ASKED = 0.3  # seconds whose scrapes wait for an answer in each round
HOLD = (TIMEOUT - ASKED - 0.15, TIMEOUT + 0.4)
HERE, POSTERS = "127.0.0.1", "127.0.0.9"
# Of VictoriaMetrics before this release the client reads answers to their ends after it has given up, and throws them
# away: 1.79.5 lost events in this test by plain HTTP too, and no server can tell that.
READS_ON_BEFORE = (1, 100)
AGAIN = "oneshot_events_redelivered_total"


def that_stop_reading(programs_by_version):
    return {version: program for version, program in programs_by_version.items()
            if tuple(int(part) for part in version.split(".")[:2]) >= READS_ON_BEFORE}


class Rig:
    """One program, which scrapes one server under several names."""

    def __init__(self, site, kind, program, cleanup):
        names = [f"s{number}" for number in range(JOBS)]
        self.server = Server({**site.settings, "scrapers.names": names})
        cleanup(self.server.stop)
        self.server.tls, self.server.source = site.authority.trusted_by(site.client), POSTERS
        self.scraper = kind(program, {name: Job(self.server.port, name, **TIMES, **site.job(site.client))
                                      for name in names})
        cleanup(self.scraper.stop)
        oracle = Oracle(self.server, clock=time.time).keep_posting(0.03)
        self.views = [View(name, oracle, self.scraper, name) for name in names]
        self.oracle, self.stopped, self.dice = oracle, 0, random.Random(7)

    def run(self):
        together(*(view.goes_on for view in self.views))
        for _ in range(ROUNDS):
            time.sleep(self.dice.random())  # at any time
            self.stop_while_it_waits()
        together(*(view.goes_on for view in self.views))
        self.oracle.finish()
        together(*(view.finish for view in self.views))

    def stop_while_it_waits(self):
        freeze(self.server.pid)
        try:
            wait_until(self.asking, "a request", 5, 0.001)
            time.sleep(ASKED)  # for more of them
            self.stopped += self.asking()
            freeze(self.scraper.pid)
        finally:
            thaw(self.server.pid)
        try:
            wait_until(lambda: sockets.has_unread(self.scraper, self.server) and sockets.settled(self.server, HERE),
                       "answers that nobody reads", 5, 0.001)
            time.sleep(self.dice.uniform(*HOLD))  # is the fault
        finally:
            thaw(self.scraper.pid)

    def asking(self):
        """How many connections of the scraper have a request unread."""
        return sum(1 for c in sockets.of_server(self.server, HERE) if c.unread)


class Late(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificates.need()
        found = [("Prometheus", Prometheus, versions.prometheus()),
                 ("VictoriaMetrics", VictoriaMetrics, that_stop_reading(versions.victoria_metrics()))]
        if not any(all_of for _, _, all_of in found):
            programs.need("prometheus", "ONESHOT_PROMETHEUS")
        site = Site({"client_auth_type": "RequireAndVerifyClientCert"})
        cls.addClassCleanup(site.stop)
        cls.rigs = {}
        for name, kind, all_of in found:
            rigs = {f"{name} {version}": Rig(site, kind, program, cls.addClassCleanup)
                    for version, program in all_of.items()}
            together(*(rig.run for rig in rigs.values()))
            cls.rigs.update(rigs)
        for name, rig in cls.rigs.items():
            again = sum(view.own(AGAIN) for view in rig.views)
            print(f"        {name}: {len(rig.oracle.accepted)} events, {rig.stopped} scrapes answered while it stood, "
                  f"{again:.0f} sent again, lost {sum(len(view.lost()) for view in rig.views)}", flush=True)

    def each(self, check):
        for name, rig in self.rigs.items():
            for view in rig.views:
                with self.subTest(name, scraper=view.scraper):
                    check(view)

    def test_each_event_is_stored_once(self):
        self.each(lambda view: self.assertEqual(view.problems(), {}))

    def test_for_the_server_each_was_delivered(self):
        self.each(lambda view: view.assert_silent())

    def test_scrapes_were_given_up_and_their_events_sent_again(self):
        for name, rig in self.rigs.items():
            with self.subTest(name):
                self.assertGreater(sum(view.own(AGAIN) for view in rig.views), 20)


if __name__ == "__main__":
    runner.main()
