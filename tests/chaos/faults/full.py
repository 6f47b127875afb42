# SPDX-License-Identifier: MIT
"""A log that fills up because one scraper comes too seldom."""

from chaos.row import LARGE, Row


class _FullLog(Row):
    scrapers = ("seldom", "often")
    sizes = LARGE
    posts = {"pause": 0.02}
    spoils = 2

    def work(self, stop, scraper):
        while not stop.is_set():
            self.scrape_once(scraper)
            stop.wait(scraper.dice.random() * (1.2 if scraper.name == "seldom" else 0.1))

    def spoil(self, scraper):
        with scraper.connect(receive_buffer=8192) as connection:
            scraper.ask(connection)
            scraper.take_or_give_up(connection)


class FullLogRefuses(_FullLog):
    """when_full = "reject": every event answered 200 arrives, the others were answered 503 and counted."""

    settings = {"storage.capacity_mib": 1, "storage.when_full": "reject"}

    def complaints(self, numbers):
        return [] if self.world.ledger.refused else ["the log never filled up: this row shows nothing"]


class FullLogDropsTheOldest(_FullLog):
    """when_full = "drop_oldest": every event that does not arrive is counted for its scraper."""

    settings = {"storage.capacity_mib": 1, "storage.when_full": "drop_oldest"}
    drops = ("full",)
    broken_posts = 0  # so that it is known of every event whether it was accepted

    def complaints(self, numbers):
        dropped = numbers.dropped("seldom", "full")
        return [] if dropped else ["nothing was dropped: this row shows nothing"]


ROWS = (FullLogRefuses, FullLogDropsTheOldest)
