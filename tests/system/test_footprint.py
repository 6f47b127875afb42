# SPDX-License-Identifier: MIT
"""Memory and time to the first answer. The time is held to in release builds only."""

import time
import unittest

from harness import load, programs, runner
from harness.client import Connection, request
from harness.oracle import Oracle
from harness.processes import (memory, memory_of_file, open_files, times_asleep, waited_for_processor,
                               waited_for_processor_by_thread)
from harness.server import Server
from harness.waiting import wait_until

EVENTS = 100_000
SCRAPERS = [f"s{n}" for n in range(5)]
MIB = 1024 * 1024
HISTORY = 4 * MIB  # history.max_mib: what stays in memory after delivery
# Meson sets it for all tests. With it glibc writes to what calloc() gives, so all of a table counts that is empty.
USUAL_MEMORY = {"MALLOC_PERTURB_": None}


def count_events(body):
    return body.count(b"\nevents_to_metrics{")


@unittest.skipIf(programs.sanitized(), "a sanitizer's memory and time are not the product's")
class Footprint(unittest.TestCase):
    def test_an_idle_server_stays_below_9_mib_4_of_them_its_own_and_wakes_once_a_second(self):
        with Server(env=USUAL_MEMORY) as server:
            for _ in range(5):
                server.get("/metrics?scraper=p")
            resident = memory(server.pid)
            own = memory(server.pid, "RssAnon")
            if programs.released():
                self.assertLess(own, 1.25 * MIB)
                self.assertLess(own + memory_of_file(server.pid, programs.server_binary()), 4 * MIB)
            # The rest are pages of libraries, which all processes share. How many of them there are is the page
            # cache's affair: 4.4 to 4.6 MiB, libcrypto and libssl among them.
            self.assertLess(resident, 9 * MIB)
            # The last look at the deadlines of connections that are gone comes up to a second after them.
            last_look = time.monotonic() + 1.5
            wait_until(lambda: time.monotonic() > last_look, "the last look at deadlines", 5)
            began, before = time.monotonic(), times_asleep(server.pid)
            wait_until(lambda: times_asleep(server.pid) > before + 7, "eight ticks", 20)
            took = time.monotonic() - began
            print(f"        {resident / MIB:.2f} MiB, {own / MIB:.2f} its own, 8 ticks in {took:.1f} s", flush=True)
            self.assertGreater(took, 5)  # it sleeps between them, all its threads together

    def test_the_stripped_program_has_at_most_3_mib(self):  # 2.74: the page, the API and the history take 0.3
        if not programs.released():
            self.skipTest("asserted for release builds only")
        size = programs.stripped_size(programs.server_binary())
        print(f"        {size / MIB:.2f} MiB", flush=True)
        self.assertLess(size, 3 * MIB)

    def test_a_hundred_thousand_events_for_five_scrapers_stay_below_40_mib_and_go_back_after_delivery(self):
        with Server({"scrapers.startup_hold_seconds": 0}, USUAL_MEMORY) as server:
            for name in SCRAPERS:
                server.scrape(name)
            at_rest = memory(server.pid)
            self.post_all(server)
            waiting = memory(server.pid)
            for name in SCRAPERS:
                with server.connect() as connection:
                    # A batch for each request, since each one settles the one before it; then an empty one.
                    replies = [connection.get(f"/metrics?scraper={name}") for _ in range(11)]
                batches = [count_events(reply.body) for reply in replies]
                self.assertEqual(batches, [10_000] * 10 + [0])
            peak = memory(server.pid, "VmHWM")
            after = wait_until(lambda: (m := memory(server.pid)) < at_rest + HISTORY + 4 * MIB and m,
                               f"memory near {at_rest / MIB:.1f} MiB, it is {memory(server.pid) / MIB:.1f}",
                               15, 0.2)
            print(f"        rest {at_rest / MIB:.1f}, waiting {waiting / MIB:.1f}, peak {peak / MIB:.1f}, "
                  f"after {after / MIB:.1f} MiB", flush=True)
            self.assertLess(waiting, 40 * MIB)
            self.assertLess(peak, 40 * MIB)

    def post_all(self, server):
        pack = 500
        with server.connect() as connection:
            for start in range(0, EVENTS, pack):
                connection.send(b"".join(
                    request("POST", f"/event?type=footprint&service=checkout&number={n}")
                    for n in range(start, start + pack)))
                got = b""
                while (answered := got.count(b"\r\n\r\n")) < pack:
                    got += connection.socket.recv(262144)
                self.assertEqual(got.count(b"HTTP/1.1 200 "), answered)

    def test_connections_that_come_and_go_leave_nothing_behind(self):
        with Server() as server:
            def round_of_connections():
                connections = [server.connect() for _ in range(300)]
                for connection in connections:
                    connection.send(request("GET", "/healthz"))
                for connection in connections:
                    connection.read_reply()
                for connection in connections:  # so that all were open at once, in each round
                    connection.close()
                wait_until(lambda: open_files(server.pid) <= idle, "all closed by the server")
            idle = open_files(server.pid)
            round_of_connections()
            first = memory(server.pid)
            for _ in range(5):
                round_of_connections()
            wait_until(lambda: memory(server.pid) < first + 2 * MIB,
                       f"memory near {first / MIB:.1f} MiB, it is {memory(server.pid) / MIB:.1f}")

    def test_the_first_answer_comes_within_50_ms_of_the_start(self):
        if not programs.released():
            self.skipTest("asserted for release builds only")
        times = []
        for _ in range(10):
            we_waited = waited_for_processor()
            with Server() as server:
                with Connection(server.port) as connection:
                    self.assertEqual(connection.get("/healthz").status, 200)
                seconds = time.monotonic() - server.started_at
                main, *workers = waited_for_processor_by_thread(server.pid)
                times.append(seconds - (waited_for_processor() - we_waited) - main - max(workers))
        print(f"        {min(times) * 1000:.1f} to {max(times) * 1000:.1f} ms", flush=True)
        self.assertLess(min(times), 0.050)

    def test_a_large_batch_does_not_hold_up_other_connections(self):
        with Server({"server.threads": 1, "scrapers.max_events_per_scrape": 1_000_000,
                     "storage.capacity_mib": 64}) as server:
            Oracle(server).post(20_000, padding=200)
            with server.connect() as scraper, server.connect() as other:
                other.get("/healthz")
                scraper.send_get("/metrics?scraper=p")
                watch = load.stopwatch(server)
                for _ in range(50):
                    with watch:
                        other.get("/healthz")
                self.assertEqual(count_events(scraper.read_reply().body), 20_000)
            print(f"        beside it {load.percentiles(watch.fed_seconds)}", flush=True)
            self.assertLess(max(watch.fed_seconds), 0.5)


if __name__ == "__main__":
    runner.main()
