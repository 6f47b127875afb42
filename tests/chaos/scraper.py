# SPDX-License-Identifier: MIT
"""A scraper as honest as a real one: what it stores it has read whole, and then it keeps its connection or
closes it in order; what it gives up it throws away, and closes at once with data unread."""

import re
import socket
import time

from harness.client import Broken
from harness.exposition import parse

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Scraper:
    SHOWS = 40 * 1024  # a reply that is longer cannot lie whole in small buffers: giving it up shows

    def __init__(self, world, name, dice):
        self.world, self.name, self.dice = world, name, dice
        self.url = f"/metrics?scraper={name}"
        self.whole = 0
        self.spoiled = 0
        self._kept = None  # a connection on which all was read

    def connect(self, path=None, **options):
        return self.world.connect(path, **options)

    def ask(self, connection, timeout=None):
        """Asks for a scrape. When its timeout is over, it takes what has come by then and waits for
        nothing."""
        connection.give_up_at = None if timeout is None else time.monotonic() + timeout
        headers = [] if timeout is None else [("X-Prometheus-Scrape-Timeout-Seconds", f"{timeout:.6f}")]
        connection.send_get(self.url, headers)

    def take(self, connection):
        """Reads the reply to its end and stores it; returns how many events the first line says it
        brought."""
        return self.store(connection.read_reply())

    def store(self, reply):
        assert reply.status == 200, reply
        shown = parse(reply.body)
        self.world.oracle.whole(self.name, shown)
        self.whole += 1
        return shown

    # -- whole ----------------------------------------------------------------------------------------------

    def scrape(self, path=None, timeout=None, patience=10.0):
        """One scrape on the connection it kept, or on a new one; Broken where it does not come whole."""
        try:
            connection = self.borrow(path=path, timeout=patience)
        except OSError:
            self.spoiled += 1
            raise
        try:
            self.ask(connection, timeout)
            shown = self.take(connection)
        except (Broken, OSError):
            self.spoiled += 1
            connection.close()
            raise
        self.keep(connection)
        return shown

    def keep(self, connection):
        """A connection on which all was read: the next scrape goes down it."""
        self._kept = connection

    def try_to_scrape(self, **options):
        try:
            self.scrape(**options)
            return True
        except (Broken, OSError):
            return False

    def good(self, **options):
        """A scrape that is not spoiled on purpose. Afterwards the connection is kept, or closed in order."""
        whole = self.try_to_scrape(**options)
        if whole and self.dice.randrange(3) == 0:
            self.close()
        return whole

    def borrow(self, **options):
        """The connection it kept, which is the caller's from now on, or a new one."""
        connection, self._kept = self._kept, None
        if connection is None:
            return self.connect(**options)
        connection.socket.settimeout(options.get("timeout", 10))
        return connection

    def close(self):
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    # -- given up -------------------------------------------------------------------------------------------

    def size(self, connection):
        """How long the reply that is coming is, head and body, without taking a byte of it."""
        end = time.monotonic() + 10
        while True:
            head, blank, _ = connection.socket.recv(4096, socket.MSG_PEEK).partition(b"\r\n\r\n")
            if blank:
                return len(head) + 4 + int(_LENGTH.search(head).group(1))
            if not head or time.monotonic() > end:
                raise Broken("no head of a reply", head)
            time.sleep(0.001)

    def give_up(self, connection, at):
        """Reads that many bytes of a longer reply and throws them away."""
        self.spoiled += 1
        try:
            connection.read_some(at)
        except (Broken, OSError):
            pass  # given up all the same
        (connection.close if self.dice.randrange(2) else connection.reset)()

    def give_up_where_it_shows(self, connection):
        """Gives up by the dice, if so much is still to come that its kernel cannot have acknowledged all of
        it."""
        size = self.size(connection)
        if size <= self.SHOWS or self.dice.randrange(2):
            return False
        self.give_up(connection, self.dice.randrange(size - self.SHOWS))
        return True

    def take_or_give_up(self, connection):
        if not self.give_up_where_it_shows(connection):
            self.take(connection)

    def drain(self, seconds=15):
        """Scrapes on connections of its own until the server says that nothing is left, or the time is
        over."""
        self.close()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                shown = self.scrape()
            except (Broken, OSError):
                continue
            self.close()
            nothing = b", 0 events in this batch" in shown.body.partition(b"\n")[0]
            if nothing and shown.value("oneshot_events_waiting", scraper=self.name) == 0:
                return
            time.sleep(0.01)
