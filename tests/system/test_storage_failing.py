# SPDX-License-Identifier: MIT
"""A disk that fails while the server runs: never a silent 200, and the failure shows where an operator
looks."""

import os
import shutil
import tempfile
import unittest

from harness import runner
from harness.client import request
from harness.oracle import Oracle
from harness.preload import Preload
from harness.server import Server
from harness.waiting import wait_until


class Failing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-storage-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "events.log")
        self.trigger = os.path.join(folder.name, "fails")
        self.count = os.path.join(folder.name, "flushes")
        self.shim = Preload("failing_flush.c")
        self.shim.__enter__()
        self.addCleanup(self.shim.__exit__, None, None, None)

    def server(self, sync):
        return Server({"storage.path": self.path, "storage.capacity_mib": 1, "storage.sync": sync,
                       "scrapers.startup_hold_seconds": 0},
                      self.shim.env(FLUSH_FAILS_WHEN=self.trigger, FLUSHES_COUNTED_IN=self.count))

    def spoil_the_disk(self):
        with open(self.trigger, "w", encoding="ascii"):
            pass

    def mend_the_disk(self):
        os.remove(self.trigger)

    def errors(self, server):
        return [l for l in server.log_lines() if l["level"] == "error"]

    def is_red(self, server):
        reply = server.get("/readyz")
        return reply.status == 503 and "unable to store" in reply.text

    def test_with_sync_always_posts_are_refused_and_none_of_them_is_ever_delivered(self):
        with self.server("always") as server:
            oracle = Oracle(server)
            oracle.scrape("a")
            oracle.post(3)
            self.assertEqual(server.get("/readyz").status, 200)
            self.spoil_the_disk()
            for number in range(3):
                reply = server.post(f"/event?id=refused-{number}")
                self.assertEqual(reply.status, 503)
                self.assertIn("cannot be written", reply.text)
                self.assertTrue(reply.text.endswith("\n"), reply)
            self.assertTrue(self.is_red(server))
            shown = server.peek("a")
            self.assertEqual(shown.value("oneshot_event_log_failed"), 1)
            self.assertEqual(shown.value("oneshot_events_rejected_total", reason="unable_to_store"), 3)
            self.mend_the_disk()
            self.assertEqual(server.post("/event?id=refused-3").status, 503, "it is final until the restart")
            self.assertTrue(self.is_red(server))
            oracle.scrape("a")  # what was stored before is still given out
            oracle.check("a")
            server.signal()
            server.wait()  # then its log has come whole
            self.assertEqual(len(self.errors(server)), 1, server.log())
        with self.server("always") as oracle.server:
            self.assertEqual(oracle.server.get("/readyz").status, 200)
            oracle.post(2)
            oracle.drain("a")
            oracle.check("a")

    def statuses(self, connection, requests):
        """Of the replies to requests that are sent at once, in order."""
        connection.send(b"".join(requests))
        return [connection.read_reply().status for _ in requests]

    def test_pipelined_posts_share_a_flush_and_are_answered_in_order(self):
        posts = [request("POST", f"/event?id=e{number:03d}") for number in range(256)]
        with self.server("always") as server:
            server.scrape("a")
            before, told_before = os.path.getsize(self.count), server.peek("a").value("oneshot_event_log_flushes_total")
            with server.connect() as connection:
                self.assertEqual(self.statuses(connection, posts), [200] * 256)
            flushes = os.path.getsize(self.count) - before
            shown = server.peek("a")
            told = shown.value("oneshot_event_log_flushes_total") - told_before
            self.assertTrue(1 <= told <= os.path.getsize(self.count) - before, f"{told} told")
            self.assertGreater(shown.value("oneshot_event_log_flush_seconds_total"), 0)
            self.assertLess(flushes, 64, "of 256 events: 8 KiB of requests are read at a time, and need two or three")
            shown = server.scrape("a")
            self.assertEqual([e.labels["id"] for e in shown.events()], [f"e{number:03d}" for number in range(256)])
            self.assertEqual(shown.value("oneshot_events_accepted_total"), 256)
            mixed = [posts[0], request("POST", "/event?a-b=1"), posts[1], request("GET", "/healthz"), posts[2],
                     request("GET", "/nothing"), posts[3],
                     request("POST", "/event?id=last", [("Connection", "close")], b""), posts[4]]
            with server.connect() as connection:
                connection.send(b"".join(mixed))
                found = [connection.read_reply() for _ in mixed[:-1]]
                self.assertEqual([reply.status for reply in found], [200, 400, 200, 200, 200, 404, 200, 200])
                self.assertEqual([reply.header("connection") for reply in found], [None] * 7 + ["close"])

    def test_pipelined_posts_are_all_refused_when_their_flush_fails(self):
        posts = [request("POST", f"/event?id=refused-{number}") for number in range(256)]
        with self.server("always") as server:
            server.scrape("a")
            server.event("id=before")
            self.spoil_the_disk()
            with server.connect() as connection:
                self.assertEqual(self.statuses(connection, posts), [503] * 256)
            shown = server.scrape("a")
            self.assertEqual(shown.value("oneshot_events_rejected_total", reason="unable_to_store"), 256)
            self.assertEqual(shown.value("oneshot_events_accepted_total"), 1)
            self.assertEqual([e.labels["id"] for e in shown.events()], ["before"])

    def test_with_sync_interval_posts_go_on_and_the_server_is_not_ready(self):
        with self.server("interval") as server:
            oracle = Oracle(server)
            oracle.scrape("a")
            self.spoil_the_disk()
            oracle.post(3)
            wait_until(lambda: self.is_red(server), "readiness is red", 10)
            oracle.post(3)
            self.assertEqual(server.peek("a").value("oneshot_event_log_failed"), 1)
            oracle.drain("a")
            oracle.check("a")
            server.signal()
            server.wait()
            self.assertEqual(len(self.errors(server)), 1, server.log())

    def test_a_disk_that_does_not_fail_is_no_failure(self):
        with self.server("always") as server:
            server.event("id=1")
            self.assertEqual(server.get("/readyz").status, 200)
            server.scrape("a")
            self.assertEqual(server.peek("a").value("oneshot_event_log_failed"), 0)


class Gone(unittest.TestCase):
    """The file is deleted, moved away or replaced while the server runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-storage-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "events.log")

    def delete(self):
        os.remove(self.path)

    def move(self):
        os.rename(self.path, self.path + ".1")

    def replace(self):
        shutil.copyfile(self.path, self.path + ".1")
        os.rename(self.path + ".1", self.path)

    def test_it_is_noticed_within_seconds_and_nothing_is_said_to_be_kept(self):
        for spoil in (self.delete, self.move, self.replace):
            for sync, status in (("always", 503), ("interval", 200)):
                with self.subTest(spoil.__name__, sync=sync), Server({
                        "storage.path": self.path, "storage.capacity_mib": 1, "storage.sync": sync,
                        "scrapers.names": ["a", "b"]}) as server:
                    server.event("id=before")
                    spoil()
                    wait_until(lambda: server.get("/readyz").status == 503, "readiness is red", 10)
                    self.assertEqual(server.post("/event?id=after").status, status)
                    self.assertEqual(server.peek("a").value("oneshot_event_log_failed"), 1)
                    self.assertEqual(len(server.scrape("a").events()), 1 if sync == "always" else 2)
                    server.signal()
                    server.wait()
                    told = [line for line in server.log_lines() if line["level"] == "error"]
                    self.assertEqual(len(told), 1, server.log())
                    self.assertIn("deleted or replaced", told[0]["msg"])
                    stopped = [line for line in server.log_lines() if line["msg"] == "stopped"]
                    self.assertIn("lost_events", stopped[0])
                if os.path.exists(self.path):
                    os.remove(self.path)


if __name__ == "__main__":
    runner.main()
