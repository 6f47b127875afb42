# SPDX-License-Identifier: MIT
"""Requests that are not one GET after the other."""

from chaos.row import LARGE, Row
from harness.client import request


class HeadsAndPipelinedGets(Row):
    """Several requests in one segment. All their replies are read; or the scraper gives up inside the first
    of them, while much of it is still to come."""

    sizes = LARGE
    spoils = 2

    def spoil(self, scraper):
        methods = [scraper.dice.choice(("GET", "GET", "HEAD")) for _ in range(scraper.dice.randrange(1, 5))]
        with scraper.connect(receive_buffer=8192) as connection:
            connection.send(b"".join(request(method, scraper.url) for method in methods))
            if methods[0] == "GET" and scraper.give_up_where_it_shows(connection):
                scraper.unseen_replies += len(methods) - 1
                return
            for method in methods:
                reply = connection.read_reply(method)
                if method == "GET":
                    scraper.store(reply)
                else:
                    assert reply.status == 200, reply


ROWS = (HeadsAndPipelinedGets,)
