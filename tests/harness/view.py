# SPDX-License-Identifier: MIT
"""What a real Prometheus has stored of the events of one server, and what of that nobody can decide."""

import signal
import time

from . import sockets
from .freezing import freeze
from .scraping import delivered, last_scrape, next_scrape_begun, of_scraper


class View:
    """A server as one Prometheus sees it: a job there, a scraper here, and somebody who posts."""

    def __init__(self, job, server, poster, prometheus, scraper):
        self.job, self.server, self.poster = job, server, poster
        self.prometheus, self.scraper = prometheus, scraper
        self.burst = []  # ids of events that came beside the poster's
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
                self.may_be_lost |= self.poster.between(before - 0.1, failed + 1) | set(self.burst)

    def finish(self):
        """Ends the posting and waits until all is delivered."""
        self.poster.finish()
        self.end = delivered(self.server, self.scraper)

    def posted(self):
        return self.poster.finish() | set(self.burst)

    def lost(self):
        return self.posted() - set(self.prometheus.stored(self.job))

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
        """What went wrong and is not among what may: {"lost" or "twice" or "never posted": ids}."""
        posted, stored = self.posted(), self.prometheus.stored(self.job)
        found = {"lost": posted - set(stored) - self.may_be_lost,
                 "twice": {i for i, n in stored.items() if n > 1} - self.may_be_twice,
                 "never posted": set(stored) - posted}
        return {what: sorted(ids) for what, ids in found.items() if ids}

    def __str__(self):
        text = f"{self.job} as {self.scraper}: {len(self.posted())} events"
        again, lost = self.own("oneshot_events_redelivered_total"), len(self.lost())
        twice = sum(n > 1 for n in self.prometheus.stored(self.job).values())
        text += f", {again:.0f} sent again, {lost} lost, {twice} more than once"
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
            view.may_be_lost |= view.poster.between(stored - 0.1, now) | set(view.burst)
