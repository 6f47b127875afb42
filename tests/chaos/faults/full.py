# SPDX-License-Identifier: MIT
"""A log that fills up because one scraper comes too seldom."""

import time

from chaos.audit import Numbers
from chaos.row import LARGE, Row

_PATIENCE = 30  # seconds; a busy machine's posters need as long to fill a log of 1 MiB, and a free one's less than one


class _FullLog(Row):
    """How fast posters are depends on the machine. So the seldom scraper first stays away until the log was full,
    however long that takes, and then comes by the dice; the traffic lasts at least until something went wrong too."""

    scrapers = ("seldom", "often")
    sizes = LARGE
    posts = {"pause": 0.02}
    spoils = 2
    steady_posters = 0  # what they are refused they post again, and then it was not refused

    def full(self):
        """Whether the log was full since the row began."""
        raise NotImplementedError

    def work(self, stop, scraper):
        if scraper.name == "seldom":
            while not self.full() and not stop.wait(0.1):
                pass
        while not stop.is_set():
            self.scrape_once(scraper)
            stop.wait(scraper.dice.random() * (1.2 if scraper.name == "seldom" else 0.1))

    def go_on(self, stop):
        end = time.monotonic() + _PATIENCE
        while not (self.full() and any(scraper.spoiled for scraper in self.team)):
            if stop.wait(0.1) or time.monotonic() > end:
                return

    def spoil(self, scraper):
        with scraper.connect(receive_buffer=8192) as connection:
            scraper.ask(connection)
            scraper.take_or_give_up(connection)


class FullLogRefuses(_FullLog):
    """when_full = "reject": every event answered 200 arrives, the others were answered 503 and counted."""

    settings = {"storage.capacity_mib": 1, "storage.when_full": "reject"}

    def full(self):
        return bool(self.world.ledger.refused)

    def complaints(self, numbers):
        return [] if self.full() else ["the log never filled up: this row shows nothing"]


class FullLogDropsTheOldest(_FullLog):
    """when_full = "drop_oldest": every event that does not arrive is counted for its scraper."""

    settings = {"storage.capacity_mib": 1, "storage.when_full": "drop_oldest"}
    drops = ("full",)
    broken_posts = 0  # so that it is known of every event whether it was accepted

    def full(self):
        return bool(Numbers.read(self.world.server, "seldom").dropped("seldom", "full"))

    def complaints(self, numbers):
        return [] if self.full() else ["nothing was dropped: this row shows nothing"]


ROWS = (FullLogRefuses, FullLogDropsTheOldest)
