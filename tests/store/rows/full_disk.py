# SPDX-License-Identifier: MIT
"""A Prometheus whose disk is full for a while."""

from harness.small_disk import SmallDisk
from harness.waiting import wait_until
from store.row import Row
from store.stores import OfPrometheus


class FullDisk(Row):
    """It goes on scraping, says that all is well, and stores nothing."""

    families = (OfPrometheus,)
    undecidable = "Prometheus reads a scrape to its end before it finds that it cannot store it"
    seconds = 30.0

    def make_options(self):
        self.disk = SmallDisk(32)
        self.stack.callback(self.disk.unmount)
        return {"folder": self.disk.path}

    def work(self):
        self.scrapes(3)
        self.make_room_for_queries()
        with self.disk.full():
            wait_until(lambda: self.failed() >= 9, "nine scrapes that could not be stored", 60, 0.2)
        self.faults = self.failed()
        self.scrapes(2)

    def make_room_for_queries(self):
        """Prometheus notes each query that runs in one of twenty places of a sparse file that it has mapped: on a full
        disk it dies by SIGBUS at the first use of a page of it. One that runs for long has used all."""
        for _ in range(40):
            self.scraper.query("vector(1)")

    def failed(self):
        return self.scraper.log().count("no space left on device")


ROWS = [FullDisk]
