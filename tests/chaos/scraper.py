# SPDX-License-Identifier: MIT
"""A scraper that can also give up a scrape, where that shows to the server."""

import re
import socket
import time

from chaos import encrypted
from harness import scraper
from harness.client import Broken

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Scraper(scraper.Scraper):
    # Replies that may have been made and never left: where the kernel's buffer holds the whole reply that is given up,
    # those to requests behind it are made, and thrown away with it.
    unseen_replies = 0
    SHOWS = 40 * 1024  # a reply that is longer cannot lie whole in small buffers: giving it up shows

    def connect(self, path=None, **options):
        return self.place.connect(path, **options)

    def good(self, **options):
        """A scrape that is not spoiled on purpose. Afterwards the connection is kept, or closed in order."""
        shown = self.try_to_scrape(**options)
        if shown and self.dice.randrange(3) == 0:
            self.close()
        return shown

    def size(self, connection):
        """How long the reply that is coming is, head and body, without taking a byte of it."""
        if isinstance(connection, encrypted.Connection):
            return connection.size_of_reply(self.place.flow(connection))
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
