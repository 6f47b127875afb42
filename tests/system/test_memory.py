# SPDX-License-Identifier: MIT
"""What clients can make the server hold has a bound, goes back afterwards, and costs others nothing
(docs/memory.md)."""

import contextlib
import re
import time
import unittest

from harness import load, memory_attacks, processes, programs, runner
from harness.client import request
from harness.server import Server
from harness.waiting import wait_until

MIB = 1 << 20
# A test's allocator would fill what is freed, and touch pages that the product does not.
USUAL_MEMORY = {"MALLOC_PERTURB_": None}


def kernel_memory(port):
    """Bytes that the kernel holds for the server's own connections: what has arrived, and what is written."""
    lines = processes.run(programs.need("ss"), "-tmnH", f"sport = :{port}")
    return sum(sum(map(int, found)) for found in re.findall(r"skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f\d+,w(\d+)", lines))


RESTING = 2000
KEPT = 4096  # bytes for each of them, as the goal is


@unittest.skipIf(programs.sanitized(), "a sanitizer's memory is not the product's")
class Resting(unittest.TestCase):
    def test_a_connection_that_rests_takes_no_more_than_a_page(self):
        processes.raise_open_files_limit()
        with Server({"server.max_connections": 2 * RESTING, "server.max_connections_per_peer": 2 * RESTING},
                    USUAL_MEMORY) as server, contextlib.ExitStack() as stack:
            stack.enter_context(server.connect()).get("/healthz")
            base = processes.memory(server.pid)
            resting = [stack.enter_context(server.connect(timeout=60)) for _ in range(RESTING)]
            for connection in resting:
                self.assertEqual(connection.get("/healthz").status, 200)
            wait_until(lambda: processes.memory(server.pid) - base < RESTING * KEPT,
                       f"{RESTING} connections that rest take {RESTING * KEPT} bytes", 10, 0.1)
            for connection in resting[::100]:
                self.assertEqual(connection.get("/healthz").status, 200)


class Unread(unittest.TestCase):
    def check(self, **attack):
        with Server({"server.header_timeout_seconds": 1, "scrapers.names": ["b0"]}, USUAL_MEMORY) as server:
            with memory_attacks.unread_replies((server.host, server.port), 20, **attack) as held:
                self.assertLess(kernel_memory(server.port), 20 * 96 * 1024)
                wait_until(lambda: held.open() == 0, "the resets", 40)  # looks take turns, of five seconds at most
            self.assertEqual(server.post("/event?type=a").status, 200)
            self.assertGreaterEqual(server.peek("b0").value("oneshot_replies_reset_total"), 20)

    def test_scrapes(self):
        self.check()

    def test_not_found(self):
        self.check(path="/nothing", requests=3000)

    def test_the_welcome_page(self):
        self.check(path="/", requests=300)

    def test_looks(self):
        self.check(path="/metrics?scraper=b0&peek=1")

    def test_options(self):
        self.check(path="/event", method="OPTIONS", requests=3000)

    def test_posts(self):
        self.check(path="/event?k=v", method="POST", requests=3000)

    def test_a_peer_that_has_ended_its_side(self):
        self.check(path="/", requests=300, half_close=True)

    def test_a_client_that_reads_late_but_in_time_keeps_its_connection(self):
        with Server({"server.header_timeout_seconds": 3}) as server:
            with server.connect(receive_buffer=4096) as connection:
                connection.send(request("GET", "/") * 30)
                time.sleep(1)
                for _ in range(30):
                    self.assertEqual(connection.read_reply().status, 200)
                time.sleep(3)
                self.assertEqual(connection.get("/healthz").status, 200)


@unittest.skipIf(programs.sanitized(), "a sanitizer's memory is not the product's")
class Peaks(unittest.TestCase):
    def test_large_requests_are_within_the_budget_and_their_memory_goes_back(self):
        settings = {"server.max_memory_mib": 16, "scrapers.names": ["a0"], "server.max_connections": 500}
        with Server(settings, USUAL_MEMORY) as server:
            at_rest = processes.memory(server.pid)
            address = (server.host, server.port)
            with memory_attacks.Attack(address, 400) as held:
                large = memory_attacks.large_request("/nothing")
                held.send(large[:-1])
                peak = processes.memory(server.pid)
                self.assertEqual(server.post("/event?type=small").status, 200)
                shown = self.scrape_when_refused(server, 100)
            self.assertLess(peak - at_rest, (16 + 400 * 48 / 1024 + 8) * MIB)
            self.assertLessEqual(shown.value("oneshot_memory_bytes"), 16 * MIB)
            self.assertEqual(shown.value("oneshot_memory_max_bytes"), 16 * MIB)
            lines = [line for line in server.log_lines() if "memory is short" in line["msg"]]
            self.assertEqual(len(lines), 1)
            self.assertIn("max_memory_mib", lines[0]["msg"])
            wait_until(lambda: processes.memory(server.pid) < at_rest + 12 * MIB,
                       f"memory near {at_rest / MIB:.0f} MiB", 10)
            self.assertLessEqual(server.peek("a0").value("oneshot_memory_bytes"), MIB)

    @staticmethod
    def scrape_when_refused(server, requests):
        """What a scraper is shown once more than so many have been refused; a look may be refused then, too."""
        def shown():
            answer = server.scrape("a0")
            return answer if answer.value("oneshot_memory_refused_total") > requests else None
        return wait_until(shown, f"more than {requests} refused for want of memory", 10, 0.05)

    def test_looks_wait_for_their_turn_and_posts_do_not_wait_for_looks(self):
        with Server({"scrapers.names": ["a0"], "server.threads": 1}, USUAL_MEMORY) as server:
            for number in range(2000):
                server.post(f"/event?n={number}&text={'x' * 400}")
            at_rest = processes.memory(server.pid)
            watch = load.stopwatch(server)
            with memory_attacks.unread_replies((server.host, server.port), 200, "/metrics?scraper=a0&peek=1",
                                               requests=1):
                for _ in range(20):
                    with watch:
                        self.assertEqual(server.post("/event?type=a").status, 200)
                peak = processes.memory(server.pid)
            self.assertLess(max(watch.fed_seconds), 2)
            self.assertLess(peak - at_rest, 200 * 48 * 1024 + 4 * 1 * MIB + 4 * MIB)
            wait_until(lambda: server.get("/metrics?scraper=a0&peek=1").status == 200, "a look again", 15)


if __name__ == "__main__":
    runner.main()
