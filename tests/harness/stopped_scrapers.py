# SPDX-License-Identifier: MIT
"""A real scraper that is stopped, as a whole program, while answers are on their way to it, and goes on later.

Its kernel acknowledges each answer meanwhile, so TCP says that the scraper has everything. What the program does when
it goes on depends on its scrape timeout: it reads the answer, or gives the scrape up."""

import random
import time

from . import sockets
from .crew import together
from .freezing import freeze, thaw
from .oracle import Oracle
from .prometheus import Job
from .server import Server
from .view import View
from .waiting import wait_until

JOBS = 16
ASKED = 0.3  # seconds whose scrapes wait for an answer in each round
AGAIN = "oneshot_events_redelivered_total"
HERE, POSTERS = "127.0.0.1", "127.0.0.9"


class Stopped:
    """One program, which scrapes one server under several names. `kind` starts it as `kind(program, jobs)`; `times` are
    its interval and timeout as Prometheus writes them, `stops` how many seconds it stands in each round: a choice of
    ranges. `server` and `job`: more settings, and more for the scrapers' jobs."""

    def __init__(self, kind, program, cleanup, times, stops, rounds=14, server=None, job=None, tls=None):
        names = [f"s{number}" for number in range(JOBS)]
        self.server = Server({**(server or {}), "scrapers.names": names})
        cleanup(self.server.stop)
        self.server.tls, self.server.source = tls, POSTERS
        self.scraper = kind(program, {name: Job(self.server.port, name, **times, **(job or {})) for name in names})
        cleanup(self.scraper.stop)
        oracle = Oracle(self.server, clock=time.time).keep_posting(0.03)
        self.views = [View(name, oracle, self.scraper, name) for name in names]
        self.oracle, self.answered, self.dice = oracle, 0, random.Random(7)
        self.stops, self.rounds = stops, rounds

    def run(self):
        together(*(view.goes_on for view in self.views))
        for number in range(self.rounds):
            time.sleep(self.dice.random())  # at any time
            self.stop_while_it_waits(self.stops[number % len(self.stops)])
        together(*(view.goes_on for view in self.views))
        self.oracle.finish()
        together(*(view.finish for view in self.views))

    def stop_while_it_waits(self, seconds):
        freeze(self.server.pid)
        try:
            wait_until(self.asking, "a request", 5, 0.001)
            time.sleep(ASKED)  # for more of them
            self.answered += self.asking()
            freeze(self.scraper.pid)
        finally:
            thaw(self.server.pid)
        try:
            wait_until(lambda: sockets.has_unread(self.scraper, self.server) and sockets.settled(self.server, HERE),
                       "answers that nobody reads", 5, 0.001)
            time.sleep(self.dice.uniform(*seconds))  # is the fault
        finally:
            thaw(self.scraper.pid)

    def asking(self):
        """How many connections of the scraper have a request unread."""
        return sum(1 for c in sockets.of_server(self.server, HERE) if c.unread)

    def own(self, metric):
        """Of the server, over all scrapers."""
        return sum(view.own(metric) for view in self.views)

    def __str__(self):
        again = self.own(AGAIN)
        return (f"{len(self.oracle.accepted)} events, {self.answered} scrapes answered while it stood, "
                f"{again:.0f} sent again, lost {sum(len(view.lost()) for view in self.views)}")


class OnceEach:
    """The tests of a TestCase whose `rigs` are {program: Stopped}, each played to its end."""

    @classmethod
    def play(cls, rigs):
        together(*(rig.run for rig in rigs.values()))
        cls.rigs = {**getattr(cls, "rigs", {}), **rigs}
        for name, rig in rigs.items():
            print(f"        {name}: {rig}", flush=True)

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
                self.assertGreater(rig.own(AGAIN), 20)
