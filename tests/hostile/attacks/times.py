# SPDX-License-Identifier: MIT
"""Events with explicit timestamps, of which each of a series has a millisecond of its own: more of them than there are
milliseconds. Nobody else's event may wait for theirs."""

import time

from harness.client import request
from hostile import tools
from hostile.limits import Limit
from hostile.row import Row


class Equal:
    """The same event again and again, of so many series in turn."""

    def __init__(self, series, more=""):
        self._series, self._more = series, more

    def __call__(self, number):
        return request("POST", f"/event?type=equal&n={number % self._series}{self._more}")


class _Times(Row):
    environment = {"USE_EXPLICIT_TIMESTAMPS": "true"}
    settings = {"storage.capacity_mib": 64}  # room is not what these rows are about
    limits = {"rss_peak_mib": Limit(96, "the event log of 64 MiB, and 32 as elsewhere"),
              "rss_after_mib": Limit(84, "what the event log may still hold, and 20 as elsewhere")}
    keeps_times = True
    make = Equal(1)
    alone = False
    least = 40_000  # events: of two series 20 s

    def attackers(self):
        return [(tools.flood, self.make, self.least)]

    def at_the_end(self):
        oldest = self.metrics().value("oneshot_oldest_waiting_seconds", scraper="prom")
        self.complain_unless(oldest <= 3, f"the oldest event waits for {oldest:.0f} s, with a scrape each 0.2 s")


class EqualEventsOfTwoSeries(_Times):
    make = Equal(2)


class EqualEventsOfManySeries(_Times):
    """Each series a little ahead."""

    make = Equal(1000)


class EqualEventsOfMoreSeriesThanPlaces(_Times):
    """The table of last times has 65,536 places: series that share one must push neither each other nor others."""

    make = Equal(200_000)


class EventsOfTheFuture(_Times):
    """By their senders' clock they happen tomorrow."""

    make = Equal(2, f"&time={int(time.time()) + 86_400}")


class EqualEventsOfThePast(_Times):
    """All at one moment an hour ago."""

    make = Equal(2, f"&time={int(time.time()) - 3000}")


ROWS = (EqualEventsOfTwoSeries, EqualEventsOfManySeries, EqualEventsOfMoreSeriesThanPlaces, EventsOfTheFuture,
        EqualEventsOfThePast)
