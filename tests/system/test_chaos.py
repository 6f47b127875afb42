# SPDX-License-Identifier: MIT
"""Producers and scrapers at the same time, scrapes ended in all ways: in the end each event came once.

The dice are seeded, but threads and the network interleave as they like; ONESHOT_SEED tries other dice.
"""

import os
import random
import threading
import time
import unittest

from support import runner
from support.client import Broken, request
from support.exposition import parse
from support.oracle import Oracle
from support.server import Server
from support.waiting import wait_until

SECONDS = 3
SCRAPERS = ("a", "b", "c", "d")
SEED = int(os.environ.get("ONESHOT_SEED", "1"))


class Scraper:
    """One scraper that ends one scrape in three in some wrong way. Only whole replies reach the oracle."""

    def __init__(self, server, oracle, name):
        self.server, self.oracle, self.name = server, oracle, name
        self.dice = random.Random(f"{SEED} {name}")
        self.path = f"/metrics?scraper={name}"
        self.left_open = []
        self.spoiled = 0
        self.abandoned = False  # the last scrape was given up before its reply came

    def whole(self, connection):
        self.oracle.whole(self.name, parse(connection.read_reply().body))

    def connect(self):
        return self.server.connect(receive_buffer=self.dice.choice((4096, 16384, None)))

    def good(self):
        try:
            self.read_whole()
        except Broken:
            if not self.abandoned:  # else this one was withdrawn for that request
                raise
        self.abandoned = False

    def read_whole(self):
        way = self.dice.randrange(4)
        connection = self.connect()
        connection.send_get(self.path)
        if way == 1:
            connection.half_close()
        self.whole(connection)
        if way == 2:  # the next ones on the same connection
            for _ in range(self.dice.randrange(1, 4)):
                connection.send_get(self.path)
                self.whole(connection)
        if way == 3:  # falls silent, and another connection takes over
            self.left_open.append(connection)
        else:
            connection.close()

    def bad(self):
        self.spoiled += 1
        # A request whose client is gone (way 0) may get its turn after the one that follows it, and to the
        # server it is the newer of the two. If the other has stalled then, all acknowledged (way 2), it counts
        # as read, as every silent scraper does. So way 2 never follows way 0.
        way = self.dice.randrange(2 if self.abandoned else 3)
        self.abandoned = way == 0
        connection = self.connect()
        connection.send_get(self.path, [("X-Prometheus-Scrape-Timeout-Seconds", "0.1")] if way == 2 else [])
        try:
            if way:
                connection.socket.settimeout(0.05)  # a reply without events may be shorter than what is read
                connection.read_some(self.dice.choice((1, 500, 4096, 8192)))
            if way == 2:  # past its timeout, and much of it perhaps not even in a buffer on this side
                time.sleep(0.15)
        except (Broken, ConnectionResetError, TimeoutError):
            pass
        (connection.close, connection.reset)[self.dice.randrange(2)]()

    def run(self, stop):
        while not stop.is_set():
            (self.bad if self.dice.randrange(3) == 0 else self.good)()


class Chaos(unittest.TestCase):
    def run_all(self, work):
        """Runs each function on a thread of its own until the time is up; any failure fails the test."""
        stop, failures = threading.Event(), []

        def guarded(function):
            try:
                function(stop)
            except BaseException as failure:
                failures.append(failure)
                stop.set()
        threads = [threading.Thread(target=guarded, args=(function,)) for function in work]
        for thread in threads:
            thread.start()
        stop.wait(SECONDS)
        stop.set()
        for thread in threads:
            thread.join(30)
        if failures:
            raise failures[0]

    def check(self, settings):
        with Server({"scrapers.names": list(SCRAPERS), **settings}) as server:
            oracle = Oracle(server)
            scrapers = [Scraper(server, oracle, name) for name in SCRAPERS]
            accepted = [[], []]

            def produce(number, stop):
                dice = random.Random(f"{SEED} producer {number}")
                with server.connect() as connection:
                    while not stop.is_set():
                        ids = [f"p{number}n{len(accepted[number]) + i}" for i in range(dice.randrange(1, 40))]
                        pad = "x" * dice.choice((0, 10, 900))
                        connection.send(b"".join(request("POST", f"/event?id={i}&pad={pad}") for i in ids))
                        for name in ids:
                            self.assertEqual(connection.read_reply().status, 200)
                            accepted[number].append(name)
                        time.sleep(dice.random() * 0.02)  # a load of thousands a second, not a benchmark
            self.run_all([s.run for s in scrapers] + [lambda stop, n=n: produce(n, stop) for n in range(2)])
            oracle.accepted = accepted[0] + accepted[1]
            for scraper in scrapers:
                for connection in scraper.left_open:
                    connection.close()
                oracle.drain(scraper.name)
            oracle.check(*SCRAPERS)
            total = len(oracle.accepted)

            def settled():
                shown = server.peek("a")
                done = [shown.value("oneshot_events_delivered_total", scraper=s) for s in SCRAPERS]
                return done == [total] * len(SCRAPERS) and shown
            shown = wait_until(settled, f"{total} delivered to each")
            self.assertEqual(shown.value("oneshot_events_accepted_total"), total)
            for name in SCRAPERS:
                for reason in ("full", "forgotten", "damaged"):
                    self.assertEqual(
                        shown.value("oneshot_events_dropped_total", scraper=name, reason=reason), 0)
            again = sum(s.value for s in shown.family("oneshot_events_redelivered_total"))
            spoiled = sum(s.spoiled for s in scrapers)
            print(f"        {total} events for {len(SCRAPERS)} scrapers, {spoiled} scrapes spoiled, "
                  f"{again:.0f} events sent again", flush=True)
            self.assertGreater(again, 0)

    def test_whatever_ends_scrapes_meet_each_scraper_gets_each_event_once(self):
        self.check({})

    def test_the_same_holds_with_one_thread_and_small_batches(self):
        self.check({"server.threads": 1, "scrapers.max_events_per_scrape": 200})


if __name__ == "__main__":
    runner.main()
