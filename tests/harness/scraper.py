# SPDX-License-Identifier: MIT
"""Scrapes under one name, and has the ledger know what it has read whole."""

import time

from .caller import Caller
from .client import Broken, scrape_timeout
from .exposition import parse


class Scraper(Caller):
    """As honest as a real one: what it stores it has read whole; then it keeps its connection or closes it in order.
    What it gives up it throws away, and closes at once with data unread.

    pause: seconds between two scrapes; with dice at most so long
    """

    def __init__(self, place, name, dice=None, pause=0.0, keeps=True):
        super().__init__(place, name, dice, keeps)
        self.pause = pause
        self.url = f"/metrics?scraper={name}"
        self.whole = self.spoiled = 0  # scrapes
        self.compressed = 0  # of those that came whole

    def run(self, stop):
        while not stop.is_set():
            self.try_to_scrape()
            stop.wait(self.pause * (self.dice.random() if self.dice else 1))
        self.close()

    def ask(self, connection, timeout=None):
        """Asks for a scrape. When its timeout is over, it takes what has come by then and waits for nothing."""
        connection.give_up_at = None if timeout is None else time.monotonic() + timeout
        connection.send_get(self.url, [] if timeout is None else [scrape_timeout(timeout)])

    def take(self, connection):
        """Reads the reply to its end and stores it."""
        reply = connection.read_reply()
        connection.is_over = reply.header("Connection") == "close"
        return self.store(reply, connection.life)

    def store(self, reply, life=0):
        """The exposition in a whole reply, whose events are its own from now on."""
        assert reply.status == 200, reply
        shown = parse(reply.body)
        assert (shown.batch() or 0) == sum(int(event.value) for event in shown.events()), reply
        self.place.ledger.whole(self.name, shown.identified(), life)
        self.whole += 1
        self.compressed += reply.compressed
        return shown

    def scrape(self, timeout=None, patience=10.0, **options):
        """One scrape on the connection it kept or on a new one, made with these options; Broken or OSError where it
        does not come whole. timeout: the scraper's own; patience: seconds without a byte."""
        connection = None
        try:
            connection = self.borrow(timeout=patience, **options)
            self.ask(connection, timeout)
            shown = self.take(connection)
        except (Broken, OSError):
            self.spoiled += 1
            if connection is not None:
                connection.close()
            raise
        if connection.is_over:
            connection.close()
        else:
            self.give_back(connection)
        return shown

    def try_to_scrape(self, **options):
        """What came whole; None where nothing did."""
        self.fault = None
        try:
            return self.scrape(**options)
        except (Broken, OSError) as fault:
            self.fault = fault
            return None

    def drain(self, seconds=20):
        """Scrapes on connections of its own until the server says that nothing is left; False where it does not say so
        in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.close()
            shown = self.try_to_scrape()
            if shown and shown.batch() == 0 and shown.value("oneshot_events_waiting", scraper=self.name) == 0:
                self.close()
                return True
            time.sleep(0.01 if shown and not shown.batch() else 0)
        return False
