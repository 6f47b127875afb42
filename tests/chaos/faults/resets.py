# SPDX-License-Identifier: MIT
"""Connections that are reset: before, inside and after the body, by the scraper itself and by the middle."""

import time

from chaos.middle.paths import LoseResets, Reset
from chaos.row import Row


class ResetByTheScraper(Row):
    """It throws the scrape away at any byte: with no byte read, with one byte missing, or after all were
    read."""

    unseen_replies = True

    def spoil(self, scraper):
        with scraper.connect() as connection:
            scraper.ask(connection)
            where = scraper.dice.randrange(4)
            if where == 0:  # at once: perhaps the request has not even arrived
                scraper.give_up(connection, 0)
                return
            size = scraper.size(connection)
            if where == 1:
                connection.read_some(size)
                connection.reset()  # who wants the scrape closes in order
                scraper.spoiled += 1
            else:
                scraper.give_up(connection, size - 1 if where == 2 else scraper.dice.randrange(size))


class ResetByTheMiddle(Row):
    """Either side hears of a reset, or both, and the rest of the body gets nowhere."""

    def spoil(self, scraper):
        told = scraper.dice.choice(("client", "server", "both"))
        # A reply without events is some 6,000 bytes long, one with events at least 16 KiB.
        at = scraper.dice.choice((0, 1, 300, scraper.dice.randrange(16000)))
        with scraper.connect(Reset(at, told), timeout=0.5) as connection:
            scraper.ask(connection)
            scraper.take(connection)


class ResetThatGetsLost(Row):
    """A scraper gives up a small reply that its kernel has acknowledged whole, and its reset is lost. When
    its timeout is over its kernel is asked about the connection, and it comes again after that, as scrapers
    do."""

    sizes = (0,)
    seconds = 8.0
    timeout = 0.2
    interval = 2.0

    def spoil(self, scraper):
        with scraper.connect(LoseResets(1)) as connection:
            scraper.ask(connection, self.timeout)
            connection.wait_for_unread(scraper.size(connection))
        scraper.spoiled += 1
        time.sleep(self.interval)  # part of the case


ROWS = (ResetByTheScraper, ResetByTheMiddle, ResetThatGetsLost)
