# SPDX-License-Identifier: MIT
"""Connections that their client ends before it has read the reply."""

from chaos.row import LARGE, Row


class HalfClosed(Row):
    """The request and the client's end in one segment. Then it reads all, or gives up while much is still to
    come: giving up a reply that its kernel has acknowledged whole is a row of its own, since it cannot be
    told apart."""

    sizes = LARGE
    spoils = 2
    pause = 0.15

    def spoil(self, scraper):
        scraper.close()  # while its last batch is undecided, one that has ended its side gets no new one
        with scraper.connect(receive_buffer=8192) as connection:
            connection.send_get_and_end(scraper.url)
            scraper.take_or_give_up(connection)


class ClosedAtOnce(Row):
    """The request is followed by the end of the connection before there can be an answer."""

    unseen_replies = True

    def spoil(self, scraper):
        for _ in range(scraper.dice.randrange(1, 5)):
            connection = scraper.connect()
            scraper.ask(connection)
            (connection.close if scraper.dice.randrange(2) else connection.reset)()
            scraper.spoiled += 1


ROWS = (HalfClosed, ClosedAtOnce)
