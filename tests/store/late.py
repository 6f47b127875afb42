# SPDX-License-Identifier: MIT
"""Answers that come about when the scraper gives up: the server stands still from before the request until then."""

import time

from harness import sockets


class LateAnswers:
    """peer:  the address from which the server is asked
    timeout:  of the scraper, seconds
    interval: of its scrapes
    around:   how near to the timeout the server goes on
    """

    def __init__(self, server, peer, timeout, interval, around, dice):
        self._server, self._peer = server, peer
        self._timeout, self._interval = timeout, interval
        self._around, self._dice = around, dice

    def next(self):
        """One scrape."""
        with sockets.held_with_request(self._server, self._peer):
            came = time.monotonic()
            offset = self._dice.uniform(-self._around, self._around)
            time.sleep(max(0, self._timeout + offset))  # is the fault
        # Until shortly before the next request, so that posters have their time.
        time.sleep(max(0, came + 0.9 * self._interval - time.monotonic()))
