# SPDX-License-Identifier: MIT
"""More than the server can take: a thousand posters at full speed, and every place taken by idlers.

What is held to: memory, an answer of 200 or 503 for each event, an account of each event for each scraper,
and the health answered at once. Memory is the largest VmRSS that the kernel saw (VmHWM). The pages of the
mapped event log are in it, hence the capacity in the ceiling; what the kernel keeps in socket buffers is not.
"""

import contextlib
import resource
import time
import unittest
from collections import Counter
from statistics import median

from harness import load, programs, runner
from harness.beside import Beside
from harness.client import request
from harness.exposition import parse
from harness.oracle import Oracle
from harness.processes import memory, waited_for_processor_by_thread
from harness.server import Server
from harness.waiting import wait_until

MIB = 1024 * 1024
CONNECTIONS = 1000
CAPACITY_MIB = 2
SECONDS = 5
PADDING = 200  # bytes
CEILING = (CAPACITY_MIB + 16) * MIB + CONNECTIONS * 64 * 1024
HEALTH_SECONDS = 0.050
HEADER_SECONDS = 10  # header_timeout_seconds, as it is by default
SCRAPERS = ("slow", "steady")


class Outcome:
    """What came of SECONDS under load, when everything was fetched that was left."""

    def __init__(self, when_full):
        settings = {"storage.capacity_mib": CAPACITY_MIB, "storage.when_full": when_full,
                    "scrapers.names": SCRAPERS, "scrapers.startup_hold_seconds": 0,
                    "scrapers.max_events_per_scrape": 2000}
        echo = load.Echo()
        # The server's own clients are what it competes with for processors here, so they come second.
        with Server(settings) as server, \
                Beside(load.scrape, server.port, "slow", 4096, 4096, 0.004) as slow, \
                Beside(load.scrape, server.port, "steady", None, 1 << 20, 0.1) as steady, \
                Beside(load.probe, server.port, server.pid, "/healthz", echo.port, echo.task(),
                       niceness=-5) as health, \
                Beside(load.post, server.port, CONNECTIONS, PADDING, niceness=5) as posters:
            time.sleep(SECONDS)  # how long the load goes on is part of the case
            self.statuses = posters.finish()
            self.health = health.finish()
            self.bare = self.health.pop("bare")
            self.ledger = load.ledger_of(self.statuses, slow=slow.finish(60), steady=steady.finish(60))
            self.peak = memory(server.pid, "VmHWM")
            shown = server.scrape("steady")
            self.dropped = {name: int(shown.value("oneshot_events_dropped_total", scraper=name, reason="full"))
                            for name in SCRAPERS}
        self.missing = {name: len(self.ledger.missing(name)) for name in SCRAPERS}

    def report(self):
        counts = Counter(self.statuses)
        print(f"        {len(self.statuses) / SECONDS:.0f} requests/s: {dict(counts)}; lost {self.missing}\n"
              f"        peak memory {self.peak / MIB:.1f} of {CEILING / MIB:.1f} MiB", flush=True)
        print(f"        an echo of one byte: {load.percentiles(self.bare[0])};\n"
              f"        with a processor at hand: {load.percentiles(self.bare[1])}", flush=True)
        for kind, (seconds, fed_seconds) in self.health.items():
            print(f"        /healthz on a {kind} connection: {load.percentiles(seconds)};\n"
                  f"        with a processor at hand: {load.percentiles(fed_seconds)}", flush=True)


class Overload(unittest.TestCase):
    def check(self, when_full):
        outcome = Outcome(when_full)
        outcome.report()
        self.assertLessEqual(set(outcome.statuses), {200, 503})
        self.assertIn(200, outcome.statuses)
        for name in SCRAPERS:
            self.assertEqual(outcome.ledger.account(name, outcome.dropped[name]).problems(), {}, name)
            self.assertEqual(outcome.missing[name], outcome.dropped[name], name)
        if not programs.sanitized():
            self.assertLess(outcome.peak, CEILING)
            # What the machine's own host takes no counter here shows: it may hit one of hundreds, and on a busy host
            # more, as the echo beside it shows.
            spoiled = 1 + sum(one >= HEALTH_SECONDS for one in outcome.bare[1])
            bare_median = median(outcome.bare[0])
            for kind, (seconds, fed_seconds) in outcome.health.items():
                self.assertLessEqual(sum(one >= HEALTH_SECONDS for one in fed_seconds), spoiled, kind)
                self.assertLess(median(seconds), HEALTH_SECONDS + bare_median, kind)
        return outcome

    def test_a_thousand_posters_and_a_slow_scraper_and_each_event_answered_200_arrives_once_with_reject(self):
        self.assertEqual(self.check("reject").missing, {"slow": 0, "steady": 0})

    def test_a_thousand_posters_and_a_slow_scraper_and_each_event_lost_is_counted_with_drop_oldest(self):
        self.assertGreater(self.check("drop_oldest").missing["slow"], 0)


class Crowd(unittest.TestCase):
    """All places are taken by those who want nothing, and then somebody comes who does."""

    def take(self, oracle, scraper, connection):
        oracle.whole(scraper, parse(connection.get(f"/metrics?scraper={scraper}").body))

    def check_answered(self, oracle, limit, rounds=1):
        """A POST, a look at the health and a scrape, each on a connection of its own that stays open, and
        each answered within `limit` seconds, not counted those in which the machine was busy with others."""
        worst = Counter()
        watch = load.Stopwatch(lambda: waited_for_processor_by_thread(oracle.server.pid))
        with contextlib.ExitStack() as open_ones:
            for number in range(rounds):
                for method, path in (("POST", f"/event?id=real{number}"), ("GET", "/healthz"),
                                     ("GET", "/metrics?scraper=real")):
                    if method == "POST":
                        oracle.posted([f"real{number}"])
                    with watch:
                        connection = open_ones.enter_context(oracle.server.connect(timeout=limit + 5))
                        connection.send(request(method, path))
                        reply = connection.read_reply()
                    self.assertEqual(reply.status, 200, reply)
                    kind = path.partition("?")[0]
                    worst[kind] = max(worst[kind], watch.fed_seconds[-1])
                    if method == "POST":
                        oracle.answered(f"real{number}", reply.status)
                    if kind == "/metrics":
                        oracle.whole("real", parse(reply.body))
        print("        answered within",
              ", ".join(f"{seconds * 1000:.1f} ms ({kind})" for kind, seconds in worst.items()), flush=True)
        self.assertLess(max(worst.values()), limit, worst)

    def test_slowloris_on_every_place_keeps_nobody_out_and_costs_no_scraper_its_receipt(self):
        places = 1000
        with Server({"server.max_connections": places}) as server, server.connect() as scraper:
            oracle = Oracle(server)
            oracle.post(3)
            self.take(oracle, "kept", scraper)  # its receipt is open
            with Beside(load.dribble, server.port, places, niceness=5) as slow:
                self.check_answered(oracle, HEADER_SECONDS if programs.sanitized() else 1, rounds=20)
                wait_until(lambda: server.scrape("watch").value("oneshot_connections") >= places * 0.9,
                           "the slow ones back on their places")
                self.take(oracle, "kept", scraper)
                thrown_out = slow.finish()
            print(f"        {thrown_out} times somebody slow was thrown out", flush=True)
            self.assertGreater(thrown_out, 0)
            oracle.drain("real")
            oracle.check("kept", "real")
            shown = server.peek("kept")
            self.assertEqual(shown.value("oneshot_events_redelivered_total", scraper="kept"), 0)

    def test_readers_that_do_not_read_on_every_place_keep_others_out_no_longer_than_the_header_timeout(self):
        places, seconds = 8, 2
        with Server({"server.max_connections": places, "server.header_timeout_seconds": seconds}) as server, \
                contextlib.ExitStack() as open_ones:
            oracle = Oracle(server)
            oracle.post(3)
            for _ in range(places):
                connection = open_ones.enter_context(server.connect(receive_buffer=4096, timeout=0.1))
                with contextlib.suppress(TimeoutError):
                    while True:  # until the server, which cannot write its replies, reads no more
                        connection.socket.send(request("GET", "/") * 500)
            self.check_answered(oracle, seconds)
            oracle.drain("real")
            oracle.check("real")

    def test_silent_scrapers_on_every_place_make_room_and_lose_and_repeat_nothing(self):
        names = [f"s{n}" for n in range(4)]
        with Server({"server.max_connections": len(names)}) as server, contextlib.ExitStack() as open_ones:
            oracle = Oracle(server)
            oracle.post(5)
            for name in names:  # read to the end, and the receipt is open until something more comes
                self.take(oracle, name, open_ones.enter_context(server.connect()))
            self.check_answered(oracle, HEADER_SECONDS)
            for name in names:
                oracle.drain(name)
            oracle.check(*names, "real")

    def test_idle_connections_on_every_place_keep_nobody_out(self):
        with Server({"server.max_connections": 50}) as server:
            self.crowd_with_idle_ones(server, 50)

    # The sanitizer for undefined behaviour opens a pipe to look at an object's type, or reports a fault.
    @unittest.skipIf(programs.sanitized(), "sanitizers need file descriptors of their own")
    def test_idle_connections_on_every_file_descriptor_keep_nobody_out(self):
        prlimit = programs.need("prlimit")
        with Server(prefix=[prlimit, "--nofile=64:64"]) as server:
            self.crowd_with_idle_ones(server, 80)

    @unittest.skipIf(programs.sanitized(), "sanitizers need file descriptors of their own")
    def test_file_descriptors_that_run_out_later_keep_nobody_out(self):
        with Server() as server:
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (64, 64))
            self.crowd_with_idle_ones(server, 80)

    def crowd_with_idle_ones(self, server, count):
        with contextlib.ExitStack() as open_ones:
            for _ in range(count):
                open_ones.enter_context(server.connect()).send_get("/healthz")
            self.check_answered(Oracle(server), HEADER_SECONDS / 2)


if __name__ == "__main__":
    runner.main()
