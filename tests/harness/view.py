# SPDX-License-Identifier: MIT
"""What a real Prometheus has stored of the events of one server, and what of that nobody can decide."""

import signal
import time

from . import sockets
from .freezing import freeze
from .scraping import delivered, last_scrape, next_scrape_begun, of_scraper


class View:
    """A server as one Prometheus sees it: a job there, a scraper here, and an oracle that posts all the time."""

    def __init__(self, job, oracle, prometheus, scraper):
        self.job, self.oracle, self.server = job, oracle, oracle.server
        self.prometheus, self.scraper = prometheus, scraper
        self.burst = []  # ids of events that came beside the steady ones
        self.must_be_lost, self.may_be_lost, self.may_be_twice = set(), set(), set()
        self.end = None  # what the server shows when all is over

    def goes_on(self):
        """Waits for the next scrape."""
        next_scrape_begun(self.server, self.scraper)

    def own(self, metric):
        """What an own metric of the server says of this scraper."""
        return of_scraper(self.server, metric, self.scraper)

    def scrapes(self):
        """The scrapes that Prometheus has recorded: [(time, 1 or 0 for one that failed)]."""
        return self.prometheus.samples(f'up{{job="{self.job}"}}')

    def failed_scrapes_may_be_lost(self):
        """For a scraper that fails after it, or a proxy, has acknowledged everything."""
        scrapes = self.scrapes()
        for (before, _), (failed, up) in zip(scrapes, scrapes[1:]):
            if up == 0:
                self.may_be_lost |= self.oracle.between(before - 0.1, failed + 1) | set(self.burst)

    def finish(self):
        """Ends the posting, waits until all is delivered, and looks at what is stored."""
        self.oracle.finish()
        self.end = delivered(self.server, self.scraper)
        self.oracle.whole(self.scraper, [(name, count, None) for name, count in self.stored().items()])

    def stored(self):
        """{id: number of stored samples}."""
        return self.prometheus.stored(self.job)

    def posted(self):
        return set(self.oracle.accepted)

    def lost(self):
        return set(self.oracle.missing(self.scraper))

    def known_scrapers(self):
        """Everybody whom the server knew in the end."""
        return {sample.labels["scraper"] for sample in self.end.family("oneshot_events_delivered_total")}

    def assert_silent(self):
        """For the server each event was delivered, and none lost."""
        delivered_events = self.end.value("oneshot_events_delivered_total", scraper=self.scraper)
        accepted = self.end.value("oneshot_events_accepted_total")
        assert delivered_events == accepted, f"{delivered_events:.0f} of {accepted:.0f} delivered"
        dropped = [s for s in self.end.family("oneshot_events_dropped_total") if s.value]
        assert not dropped, dropped

    def problems(self):
        """What went wrong and is not among what may: {word of the ledger: ids}."""
        return self.oracle.account(self.scraper, may_miss=self.may_be_lost, may_repeat=self.may_be_twice).problems()

    def __str__(self):
        text = f"{self.job} as {self.scraper}: {len(self.posted())} events"
        again, twice = self.own("oneshot_events_redelivered_total"), len(set(self.oracle.account(self.scraper).twice))
        text += f", {again:.0f} sent again, {len(self.lost())} lost, {twice} more than once"
        if self.may_be_lost or self.may_be_twice:
            text += f" (undecidable: {len(self.may_be_lost)}, {len(self.may_be_twice)})"
        return text


def kill(prometheus, views):
    """SIGKILL, and a new start with what is on the disk. What it had read and not stored at its end nobody can
    know; whether there was such a scrape its own `up` tells, which is stored together with the events."""
    freeze(prometheus.pid)
    unread = [sockets.has_unread(prometheus, view.server) for view in views]
    prometheus.signal(signal.SIGKILL)
    prometheus.wait()
    now = time.time()
    began = [last_scrape(view.server, view.scraper) for view in views]
    prometheus.start()
    for view, has_unread, scrape in zip(views, unread, began):
        recorded = view.scrapes()
        if recorded[-1][0] < scrape - 0.5 and not has_unread:
            stored = max(at for at, up in recorded if up)  # what failed since then was sent once more
            view.may_be_lost |= view.oracle.between(stored - 0.1, now) | set(view.burst)
