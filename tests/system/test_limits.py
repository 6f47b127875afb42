# SPDX-License-Identifier: MIT
"""Batches that a scraper does not take: for a limit of its own, for one event, or for want of time. No batch blocks a
scraper for ever, and no event is dropped that it would have taken."""

import select
import unittest

from harness import runner
from harness.client import scrape_timeout
from harness.exposition import parse
from harness.oracle import Oracle
from harness.server import Server
from harness.waiting import wait_until

PATH = "/metrics?scraper=p"
MEGABYTE = 1_000_000


def split(data):
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))
    return len(head) + 4 + length, body


class Limits(unittest.TestCase):
    def serve(self, settings=None):
        server = Server({"server.stop_seconds": 2, **(settings or {})})
        self.addCleanup(server.stop)
        oracle = Oracle(server)
        oracle.scrape("p")  # known from here on
        return server, oracle

    def picky_scrape(self, server, oracle, refuses):
        """One scrape that closes with a byte unread where `refuses` says so of the size or the body. True: it took
        it."""
        with server.connect() as connection:
            connection.send_get(PATH)
            data = connection.read_some(4096)
            size, _ = split(data)
            if not refuses(size, b""):
                data += connection.read_some(size - 1 - len(data))
            _, body = split(data)
            if refuses(size, body):
                connection.close()
                return False
            body += connection.read_some(1)
        oracle.whole("p", parse(body))
        return True

    def scrape_until_all_came(self, server, oracle, refuses, scrapes, left=0):
        for n in range(scrapes):
            if len(oracle.missing("p")) == left:
                return n
            self.picky_scrape(server, oracle, refuses)
        raise AssertionError(f"{len(oracle.missing('p'))} events did not come in {scrapes} scrapes")

    def numbers(self, server):
        wait_until(lambda: server.peek("p").value("oneshot_events_in_flight", scraper="p") == 0, "the receipt")
        shown = server.peek("p")
        return {**{name: shown.value(f"oneshot_events_{name}", scraper="p")
                   for name in ("waiting", "delivered_total", "given_up_total")},
                "refused": shown.value("oneshot_events_dropped_total", scraper="p", reason="refused")}

    def test_a_backlog_over_the_scrapers_limit_of_bytes_arrives_whole_and_in_few_scrapes(self):
        for timed in (False, True):
            server, oracle = self.serve({"events.use_explicit_timestamps": timed})
            oracle.post(150, padding=8000)
            oracle.post(5)
            over = lambda size, body: size > MEGABYTE
            self.assertLessEqual(self.scrape_until_all_came(server, oracle, over, 12), 6)
            oracle.check("p")
            self.assertEqual(self.numbers(server),
                             {"waiting": 0, "delivered_total": 155, "given_up_total": 0, "refused": 0})

    def test_events_that_are_each_near_the_limit_arrive_one_by_one(self):
        server, oracle = self.serve()
        own = len(server.get(PATH).body)
        oracle.post(20, padding=15000)
        self.scrape_until_all_came(server, oracle, lambda size, body: size > own + 16_000, 60)
        oracle.check("p")
        self.assertEqual(self.numbers(server)["refused"], 0)

    def test_one_event_that_the_scraper_refuses_is_dropped_alone_and_named(self):
        server, oracle = self.serve()
        oracle.post(40)
        server.event("type=poison&id=poison")
        oracle.post(40)
        poisoned = lambda size, body: b'type="poison"' in body
        self.scrape_until_all_came(server, oracle, poisoned, 80)
        oracle.check("p")
        for _ in range(20):  # others pass by meanwhile, each of which shows that the scraper works
            if self.numbers(server)["refused"]:
                break
            oracle.post(1)
            self.picky_scrape(server, oracle, poisoned)
        found = self.numbers(server)
        self.assertEqual((found["refused"], found["waiting"]), (1, len(oracle.missing("p"))))
        line = server.wait_for_log(lambda l: l.get("reason") == "refused", "about it")
        self.assertEqual((line["scraper"], line["level"]), ("p", "warn"))
        self.assertIn("poison", line["labels"])
        oracle.drain("p")
        oracle.check("p")

    def test_with_timestamps_the_event_alone_is_given_up(self):
        server, oracle = self.serve({"events.use_explicit_timestamps": True})
        oracle.post(40)
        server.event("type=poison&id=poison")
        oracle.post(40)
        self.scrape_until_all_came(server, oracle, lambda size, body: b'type="poison"' in body, 80)
        oracle.check("p")
        found = self.numbers(server)
        self.assertEqual((found["given_up_total"], found["delivered_total"], found["waiting"]), (1, 81, 0))

    def test_scrapes_that_time_out_for_a_while_cost_nothing(self):
        for timed in (False, True):
            server, oracle = self.serve({"events.use_explicit_timestamps": timed})
            ids = oracle.post(300, padding=400)
            sizes = []
            for _ in range(8):
                with server.connect(receive_buffer=4096) as connection:
                    connection.send_get(PATH, [scrape_timeout(0.2)])
                    sizes.append(split(connection.read_some(2000))[0])
                    self.wait_for_reset(connection)
            self.assertLess(sizes[-1], sizes[0] / 3)
            self.assertGreater(sizes[-1], 64 * 400)
            oracle.drain("p")
            oracle.check("p")
            self.assertEqual(self.numbers(server), {"waiting": 0, "delivered_total": len(ids), "given_up_total": 0,
                                                    "refused": 0})

    def wait_for_reset(self, connection):
        """At the deadline, of a reply that nobody reads on."""
        ends = select.poll()
        ends.register(connection.socket, 0)
        self.assertTrue(ends.poll(5000), "the reply was withdrawn")


if __name__ == "__main__":
    runner.main()
