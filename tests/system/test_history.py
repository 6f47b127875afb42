# SPDX-License-Identifier: MIT
"""Events that stay readable after delivery: what they cost those who post and scrape, which has to be nothing."""

import json
import os
import re
import tempfile
import unittest

from harness import programs, runner
from harness.processes import memory
from harness.server import Server
from harness.waiting import wait_until

MIB = 1024 * 1024
CAPACITY_MIB = 2
TEXT = "x" * 200
ID = re.compile(r"^[0-9a-f]{24}$")


def lines(first, count):
    return "".join(json.dumps({"i": str(first + i), "text": TEXT}) + "\n" for i in range(count)).encode()


def post(connection, first, count=100):
    return connection.post("/events", lines(first, count), [("Content-Type", "application/x-ndjson")])


def settings(when_full, history_seconds, path=""):
    return {"storage.capacity_mib": CAPACITY_MIB, "storage.when_full": when_full, "storage.path": path,
            "scrapers.names": ["a"], "scrapers.startup_hold_seconds": 0, "scrapers.max_events_per_scrape": 100_000,
            "history.seconds": history_seconds, "history.max_mib": CAPACITY_MIB // 2}


class Room:
    """What a server lets in, and loses, when its log fills while the history is full."""

    def __init__(self, when_full, history_seconds, path=""):
        with Server(settings(when_full, history_seconds, path)) as server, server.connect() as connection:
            sent = self.fill_history(server, connection)
            self.used_before = server.scrape("b").value("oneshot_event_log_used_bytes")
            self.refused = 0
            for _ in range(120):  # some 3.6 MB, for 2 MiB
                status = post(connection, sent).status
                assert status in (200, 503), status
                sent += 100
                self.refused += status == 503
            shown = server.scrape("b")
            self.dropped = shown.value("oneshot_events_dropped_total", scraper="a", reason="full")
            self.got = len(server.scrape("a").events())

    @staticmethod
    def fill_history(server, connection):
        sent = 0
        for _ in range(6):
            for _ in range(10):
                assert post(connection, sent).status == 200
                sent += 100
            server.scrape("a")
        server.scrape("a")  # the receipt of the last batch
        return sent


class History(unittest.TestCase):
    def test_a_full_history_has_nothing_refused_or_dropped_that_would_not_have_been_without_it(self):
        for when_full in ("reject", "drop_oldest"):
            for in_file in (False, True):
                with self.subTest(when_full=when_full, in_file=in_file), tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "events.log") if in_file else ""
                    with_history = Room(when_full, 3600, path)
                    if in_file:
                        os.remove(path)
                    without = Room(when_full, 0, path)
                    place = "file" if in_file else "memory"
                    print(f"        {when_full}, {place}: refused {with_history.refused} ({without.refused}), "
                          f"dropped {with_history.dropped:.0f} ({without.dropped:.0f})", flush=True)
                    self.assertLessEqual(with_history.refused, without.refused)
                    self.assertLessEqual(with_history.dropped, without.dropped)
                    self.assertGreaterEqual(with_history.got, without.got)
                    self.assertEqual(with_history.used_before, without.used_before)
                    self.assertGreater(without.refused + without.dropped, 0)  # or the log was not full

    def test_each_answer_names_its_events_by_ids_that_are_all_different(self):
        with Server() as server, server.connect() as connection:
            ids = []
            for n in range(50):
                reply = connection.post(f"/event?n={n}")
                ids.append(reply.header("Event-Id"))
            ids += json.loads(post(connection, 0, 50).body)["ids"]
            self.assertEqual(len(set(ids)), 100)
            for one in ids:
                self.assertRegex(one, ID)
            key = [("Idempotency-Key", "k")]
            first = connection.post("/event?n=1", headers=key)
            again = connection.post("/event?n=1", headers=key)
            self.assertEqual(again.header("Idempotency-Replayed"), "true")
            self.assertEqual(again.header("Event-Id"), first.header("Event-Id"))
            refused = connection.post("/event")
            self.assertEqual(refused.status, 400)
            self.assertIsNone(refused.header("Event-Id"))

    def test_with_sync_always_the_answer_names_the_event_too(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "events.log")
            with Server({"storage.path": path, "storage.sync": "always"}) as server, server.connect() as connection:
                ids = [connection.post("/event?n=1").header("Event-Id") for _ in range(5)]
                self.assertEqual(len(set(ids)), 5)
                for one in ids:
                    self.assertRegex(one, ID)

    @unittest.skipIf(programs.sanitized(), "a sanitizer's memory is not the product's")
    def test_in_memory_the_server_takes_as_much_more_as_the_history_may_have(self):
        with Server({"history.max_mib": 1, "scrapers.startup_hold_seconds": 0}) as server:
            server.scrape("a")
            at_rest = memory(server.pid)
            with server.connect() as connection:
                for n in range(400):  # some 12 MB
                    post(connection, n * 100)
                    if n % 40 == 39:
                        server.scrape("a")
            for _ in range(3):
                server.scrape("a")
            wait_until(lambda: memory(server.pid) < at_rest + 5 * MIB,
                       f"memory near {at_rest / MIB:.1f} MiB, it is {memory(server.pid) / MIB:.1f}", 15, 0.2)

    def test_a_batch_that_was_not_delivered_is_counted_and_told_with_its_reason(self):
        with Server({"scrapers.names": ["a"]}) as server, server.connect() as connection:
            server.scrape("a")
            for n in range(100):
                post(connection, n * 100)
            with server.connect(receive_buffer=2048) as reader:
                reader.send(b"GET /metrics?scraper=a HTTP/1.1\r\nHost: x\r\n\r\n")
                reader.socket.recv(100)
                reader.reset()
            line = server.wait_for_log(lambda l: l["msg"].startswith("batch not delivered"), "about the batch")
            self.assertEqual(line["scraper"], "a")
            self.assertEqual(line["outcome"], "truncated")
            self.assertRegex(line["reason"], r"^reset after \d+ of \d+ bytes$")
            shown = server.scrape("a")
            self.assertEqual(shown.value("oneshot_batches_total", scraper="a", outcome="truncated"), 1)


if __name__ == "__main__":
    runner.main()
