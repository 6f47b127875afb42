# SPDX-License-Identifier: MIT
"""Several scrapers at once under one name: they share one queue, and each event goes to exactly one of
them."""

from chaos.row import LARGE, Row


class SeveralUnderOneName(Row):
    """Two, four and eight at once; some give up while much is still to come."""

    scrapers = ("two", "four", "eight")
    sizes = LARGE
    spoils = 4
    pause = 0.3

    def members(self):
        return [name for name, count in (("two", 2), ("four", 4), ("eight", 8)) for _ in range(count)]

    def spoil(self, scraper):
        with scraper.connect(receive_buffer=8192) as connection:
            scraper.ask(connection)
            scraper.take_or_give_up(connection)


ROWS = (SeveralUnderOneName,)
