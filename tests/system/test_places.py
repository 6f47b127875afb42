# SPDX-License-Identifier: MIT
"""Places as a scarce thing that somebody wants all of, with requests that anybody may send: the others get theirs."""

import contextlib
import time
import unittest

from harness import crowd, load, programs, runner
from harness.beside import Beside
from harness.client import request
from harness.processes import waited_for_processor_by_thread
from harness.server import Server
from harness.waiting import wait_until

PATHS = ("/metrics?peek=1", "/metrics", "/healthz", "/event?type=hostile", "/metrics?scraper=x",
         "/metrics?peek=1&scraper=x")
ROUNDS = 100
LIMIT_SECONDS = 1.0
PATIENCE_SECONDS = 0.2  # a newcomer that is silent has 0.25 s (session_eviction.cpp)


class Hostile(unittest.TestCase):
    def scrape(self, connection, seen):
        reply = connection.get("/metrics?scraper=real")
        self.assertEqual(reply.status, 200)
        found = {line.split('"')[1] for line in reply.text.splitlines()
                 if line.startswith('events_to_metrics{id="legit')}
        self.assertFalse(found & seen, "came twice")
        return found

    def post(self, server, watch, number, source="127.0.0.1"):
        """On a connection of its own, which ends with it. Who says nothing for long after the connection is open is no
        newcomer any more: where this process did not run in between it posts once more, as a client would."""
        reply, silent_seconds = None, PATIENCE_SECONDS
        while silent_seconds >= PATIENCE_SECONDS and (reply is None or reply.status == 503):
            began = time.monotonic()
            with watch, server.connect(source=source, timeout=20) as connection:
                connection.send(request("POST", f"/event?id=legit{number}", [("Connection", "close")]))
                silent_seconds = time.monotonic() - began
                reply = connection.read_reply()
        self.assertEqual(reply.status, 200, reply)

    def check_all_answered(self, server, hostile, source="127.0.0.1"):
        """A hundred well-behaved posts beside the hostile ones, and the idle connection of a scraper, which is kept."""
        watch = load.Stopwatch(lambda: waited_for_processor_by_thread(server.pid))
        with server.connect(source=source) as scraper, contextlib.ExitStack() as attack:
            self.post(server, watch, "-first", source)
            seen = self.scrape(scraper, set())
            beside = attack.enter_context(Beside(crowd.send_in_turn, server.port, hostile, PATHS, niceness=5))
            wait_until(lambda: self.evicted(server, source) > hostile, "the hostile ones at the limit", 30)
            for number in range(ROUNDS):
                self.post(server, watch, number, source)
            sent, thrown_out = beside.finish()
            found = self.scrape(scraper, seen)
            while found:
                seen |= found
                found = self.scrape(scraper, seen)
        fed = sorted(watch.fed_seconds)
        print(f"        {sent} hostile requests, {thrown_out} times somebody hostile was thrown out;\n"
              f"        posts: {load.percentiles(watch.seconds)};\n"
              f"        with a processor at hand: {load.percentiles(watch.fed_seconds)}", flush=True)
        self.assertEqual(seen, {f"legit{number}" for number in ("-first", *range(ROUNDS))})
        if not programs.sanitized():
            self.assertLess(fed[int(len(fed) * 0.99) - 1], LIMIT_SECONDS)

    def evicted(self, server, source, reason=None):
        with server.connect(source=source, timeout=20) as connection:
            reply = connection.get("/metrics?scraper=watch")
        self.assertEqual(reply.status, 200)
        return sum(int(line.split()[1]) for line in reply.text.splitlines()
                   if line.startswith("oneshot_connections_evicted_total{") and (reason or "") in line)

    def test_an_attack_from_the_same_address_on_all_places_keeps_nobody_out_and_costs_the_scraper_nothing(self):
        with Server({"server.max_connections": 300, "scrapers.max_events_per_scrape": 1_000_000}) as server:
            self.check_all_answered(server, 350)
            self.assertEqual(self.evicted(server, "127.0.0.1", "peer"), 0)
            line = server.wait_for_log(lambda l: "max_connections reached" in str(l), "about the limit")
            self.assertEqual(line["peer"], "127.0.0.1")

    def test_an_attack_that_is_held_to_the_limit_of_its_address_keeps_nobody_of_the_same_address_out(self):
        with Server({"server.max_connections_per_peer": 100, "scrapers.max_events_per_scrape": 1_000_000}) as server:
            self.check_all_answered(server, 150)
            self.assertEqual(self.evicted(server, "127.0.0.1", "full"), 0)
            line = server.wait_for_log(lambda l: "max_connections_per_peer reached" in str(l), "about the limit")
            self.assertEqual((line["peer"], line["max_connections_per_peer"]), ("127.0.0.1", "100"))

    def test_the_connections_of_others_are_kept_when_one_address_wants_all_places(self):
        with Server({"server.max_connections": 60, "server.max_connections_per_peer": 0}) as server, \
                contextlib.ExitStack() as open_ones:
            others = [open_ones.enter_context(server.connect(source=f"127.0.0.{n}")) for n in range(2, 12)]
            for other in others:
                self.assertEqual(other.get("/healthz").status, 200)  # strangers, idle for longest from now on
            with Beside(crowd.send_in_turn, server.port, 100, PATHS, niceness=5):
                wait_until(lambda: self.evicted(server, "127.0.0.2") > 300, "the hostile ones at the limit", 30)
            for other in others:
                self.assertEqual(other.get("/healthz").status, 200)

    def test_trusted_proxies_have_no_limit(self):
        with Server({"server.max_connections_per_peer": 3, "scrapers.trusted_proxies": ["127.0.0.9"]}) as server, \
                contextlib.ExitStack() as open_ones:
            proxied = [open_ones.enter_context(server.connect(source="127.0.0.9")) for _ in range(20)]
            for connection in proxied:
                self.assertEqual(connection.get("/healthz").status, 200)
            for connection in proxied:
                self.assertEqual(connection.get("/healthz").status, 200)
            direct = [open_ones.enter_context(server.connect()) for _ in range(4)]
            for connection in direct[1:]:
                self.assertEqual(connection.get("/healthz").status, 200)
            data, _ = direct[0].read_to_end()
            self.assertTrue(data == b"" or data.startswith(b"HTTP/1.1 503"), data)


if __name__ == "__main__":
    runner.main()
