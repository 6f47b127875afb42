# SPDX-License-Identifier: MIT
"""VictoriaMetrics as a scraper, in ways of its own."""

from store.cutting import Cutter
from store.row import Row
from store.stores import OfVictoriaMetrics


class Plain(Row):
    """Nothing happens to it; its faults are its scrapes."""

    families = (OfVictoriaMetrics,)
    short = ("victoria-metrics",)
    seconds = 15.0

    def work(self):
        for _ in range(8):
            self.oracle.post(self.dice.randrange(500))
            self.scrapes()
            self.faults += 1


class StreamParse(Row):
    """With stream_parse it stores what it reads as it reads; every other scrape is cut off by a reset half-way. Old
    versions store the half that they had."""

    families = (OfVictoriaMetrics,)
    job = {"stream_parse": True}
    between = Cutter
    seconds = 25.0
    undecidable = "VictoriaMetrics 1.79 stores with stream_parse what it had read of a scrape that failed"
    may_repeat = "it shows a half that it has stored later than the end of our patience"

    def make_proxy(self):
        self.cutter = super().make_proxy()
        return self.cutter

    def work(self):
        for _ in range(10):
            self.oracle.post(self.dice.randrange(2000, 4000), 100)
            self.cutter.cut_next()
            self.scrapes(2)
        self.faults = self.cutter.cuts


class MaxScrapeSize(Row):
    """A backlog of more than it takes in one scrape. It closes with data unread, as the server sees."""

    families = (OfVictoriaMetrics,)
    seconds = 25.0

    def make_options(self):
        """Old versions have no such option for a job."""
        return {"flags": ("-promscrape.maxScrapeSize=1MB",)}

    def work(self):
        for _ in range(2):
            self.oracle.post(150, 8000)
            self.scrapes(5)
            self.faults += 1


ROWS = [Plain, StreamParse, MaxScrapeSize]
