# SPDX-License-Identifier: MIT
"""Scrapers with limits of their own, which nobody has told the server."""

from chaos.row import Row
from harness.client import Broken


class LimitOnTheBody(Row):
    """A scraper closes before it has read a body over its limit, as VictoriaMetrics does, and it does so in the
    end too: what was posted at once is far over the limit."""

    sizes = (10, 900, 8000)
    most_bytes = 100_000
    pause = 0.1
    seconds = 6.0

    def begin(self):
        for _ in range(10):
            self.poster_team[0].post(20)  # some 600 kB in all

    def scrape_once(self, scraper):
        try:
            with scraper.connect() as connection:
                scraper.ask(connection)
                if scraper.size(connection) > self.most_bytes:
                    scraper.give_up(connection, 0)
                    return None
                return scraper.take(connection)
        except (Broken, OSError):
            return None

    def end(self):
        for scraper in self.team:
            for _ in range(500):
                shown = self.scrape_once(scraper)
                if shown and shown.batch() == 0 and shown.value("oneshot_events_waiting", scraper=scraper.name) == 0:
                    break
            else:
                raise AssertionError(f"{scraper.name} never got all that waits")


class LimitOnTheBodyWithTimes(LimitOnTheBody):
    """The same where events have times of their own: no batch is given up."""

    settings = {"events.use_explicit_timestamps": True}
    keeps_times = True


ROWS = (LimitOnTheBody, LimitOnTheBodyWithTimes)
