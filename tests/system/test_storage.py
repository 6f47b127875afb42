# SPDX-License-Identifier: MIT
"""With storage.path, what was accepted and who had got it outlives the server."""

import os
import signal
import stat
import tempfile
import unittest

from harness import runner, storage_file
from harness.exposition import parse
from harness.oracle import Oracle
from harness.server import Server


class Storage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-storage-")
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "events.log")

    def server(self, capacity_mib=1, **more):
        """With no startup hold, where a test does not say otherwise."""
        return Server({"storage.path": self.path, "storage.capacity_mib": capacity_mib,
                       "scrapers.startup_hold_seconds": 0, **more})

    def test_the_first_start_makes_a_file_that_only_its_owner_may_read(self):
        with self.server(capacity_mib=3):
            found = os.stat(self.path)
            self.assertEqual(stat.S_IMODE(found.st_mode), 0o600)
            self.assertEqual(found.st_size, storage_file.size(3))
            self.assertGreaterEqual(found.st_blocks * 512, 3 << 20, "room was not taken at the start")
        self.assertEqual(os.listdir(os.path.dirname(self.path)), ["events.log"])

    def test_a_link_is_followed_also_where_the_capacity_changes(self):
        path, self.path = self.path, self.path + ".link"
        os.symlink(path, self.path)
        with self.server(capacity_mib=1) as server:
            server.scrape("a")
            server.event("id=1")
        with self.server(capacity_mib=2) as server:
            self.assertEqual(server.scrape("a").ids(), ["1"])
        self.assertTrue(os.path.islink(self.path))
        self.assertEqual(os.stat(path).st_size, storage_file.size(2))

    def test_a_restart_keeps_events_and_scrapers_and_how_far_each_had_come(self):
        with self.server() as server:
            server.scrape("a")
            server.scrape("b")
            server.event("id=1")
            self.assertEqual(server.scrape("a").ids(), ["1"])
            server.event("id=2")
            server.event("id=3&value=7")
        with self.server() as server:
            shown = server.peek("a")
            self.assertEqual(shown.value("oneshot_scrapers"), 2)
            self.assertEqual(shown.value("oneshot_events_waiting", scraper="a"), 2)
            self.assertEqual(shown.value("oneshot_events_accepted_total"), 0, "counters begin anew")
            self.assertEqual([(e.labels, e.value) for e in server.scrape("a").events()],
                             [({"id": "2"}, 1), ({"id": "3"}, 7)])
            self.assertEqual(server.scrape("b").ids(), ["1", "2", "3"])
            server.event("id=4")
            self.assertEqual(server.scrape("a").ids(), ["4"])
        with self.server() as server:
            self.assertEqual((server.scrape("a").ids(), server.scrape("b").ids()), ([], ["4"]))

    def test_a_stop_says_how_many_events_are_kept_and_a_start_where(self):
        with self.server() as server:
            server.scrape("a")
            server.event("id=1")
            server.event("id=2")
            server.signal()
            server.wait()
            self.assertEqual([l["kept_events"] for l in server.log_lines() if l["msg"] == "stopped"], ["2"])
            self.assertFalse([l for l in server.log_lines() if l["level"] in ("warn", "error")], server.log())
        with self.server() as server:
            server.wait_for_log(lambda l: l["msg"] == "listening" and l.get("storage") == self.path,
                                "of a start that names the file")

    def test_a_kill_keeps_the_same_and_what_the_kernel_had_counts_as_delivered(self):
        with self.server(**{"server.threads": 1}) as server:
            oracle = Oracle(server)
            oracle.scrape("a")
            oracle.scrape("b")
            oracle.post(500)
            with server.connect(receive_buffer=4096) as connection:
                connection.send_get("/metrics?scraper=a")
                connection.wait_for_unread(1000)
                in_flight = server.peek("a").value("oneshot_events_in_flight", scraper="a")
                self.assertEqual(in_flight, 500)  # and its one thread has given all to the kernel
                server.signal(signal.SIGKILL)
                oracle.whole("a", parse(connection.read_reply().body))
        with self.server() as oracle.server:
            oracle.drain("a")
            oracle.drain("b")
            oracle.check("a", "b")

    def test_what_nobody_scraped_waits_for_a_scraper_that_comes_after_the_restart(self):
        hold = {"scrapers.startup_hold_seconds": 600}
        with self.server(**hold) as server:
            server.event("id=1")
        with self.server(**hold) as server:
            server.event("id=2")
            server.signal(signal.SIGKILL)
        with self.server(**hold) as server:
            self.assertEqual(server.scrape("new").ids(), ["1", "2"])

    def test_another_capacity_moves_what_waits_into_the_new_file(self):
        with self.server(capacity_mib=2) as server:
            early, oracle = Oracle(server, "early"), Oracle(server)
            early.scrape("a")
            early.post(2000, padding=700)  # over the end of the ring, with the next ones
            early.drain("a")
            early.scrape("b")
            oracle.post(1000, padding=700)
        for capacity in (5, 1, 3):
            with self.server(capacity_mib=capacity) as oracle.server:
                self.assertEqual(os.stat(self.path).st_size, storage_file.size(capacity))
                self.assertEqual(oracle.server.peek("a").value("oneshot_events_waiting", scraper="a"), 1000)
                self.assertEqual(os.listdir(os.path.dirname(self.path)), ["events.log"])
        with self.server(capacity_mib=3) as oracle.server:
            oracle.drain("a")
            oracle.post(100)
            oracle.drain("a")
            oracle.drain("b")
            oracle.check("a", "b")

    def test_sync_always_stores_events_one_by_one_and_many_at_a_time(self):
        with self.server(**{"storage.sync": "always"}) as server:
            oracle = Oracle(server)
            oracle.scrape("a")
            for _ in range(5):
                oracle.post(1)
            oracle.post(300)
            oracle.drain("a")
            oracle.check("a")

    def test_a_damaged_event_is_skipped_and_counted_and_the_others_arrive(self):
        with self.server() as server:
            server.scrape("a")
            for number in range(9):
                server.event(f"id={number}&marked=text-of-{number}-")
        data = storage_file.read(self.path)
        self.assertEqual(data.count(b"text-of-4-"), 1)
        data[data.index(b"text-of-4-")] ^= 1
        storage_file.write(self.path, data)
        with self.server() as server:
            warning = server.wait_for_log(lambda l: l["level"] == "warn", "that warns")
            self.assertEqual([warning[key] for key in ("reason", "path", "parts")], ["damaged", self.path, "1"])
            self.assertEqual(server.scrape("a").ids(), [str(n) for n in range(9) if n != 4])
            shown = server.peek("a")
            self.assertEqual(shown.value("oneshot_events_dropped_total", scraper="a", reason="damaged"), 1)
            server.event("id=9")
            self.assertEqual(server.scrape("a").ids(), ["9"])


if __name__ == "__main__":
    runner.main()
