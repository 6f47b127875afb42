# SPDX-License-Identifier: MIT
"""Readers that dawdle past the scrape timeout that they have announced."""

import time

from chaos.row import LARGE, Row

_TIMEOUT = 0.3


class Dawdler(Row):
    """It reads slowly, or begins when its timeout is over, or not at all. What has come whole by then it
    stores; for what has not it waits no longer, as a scraper that is awake again after a pause."""

    sizes = LARGE
    seconds = 5.0

    def spoil(self, scraper):
        way = scraper.dice.randrange(3)
        with scraper.connect(receive_buffer=4096, timeout=2) as connection:
            scraper.ask(connection, _TIMEOUT)
            if way == 0:  # never reads: gives up at its timeout
                connection.wait_for_unread(1)
                time.sleep(_TIMEOUT)  # the dawdling is the fault itself
                scraper.spoiled += 1
            elif way == 1:  # begins to read when its timeout is long over
                time.sleep(2 * _TIMEOUT)
                scraper.take(connection)
            else:
                scraper.store(connection.read_slowly(2048, 0.02, _TIMEOUT))


ROWS = (Dawdler,)
