# SPDX-License-Identifier: MIT
"""A batch that its scraper does not read, while the event log fills: its bytes hold their place in the log."""

import socket
import time

from harness.client import Broken, Connection, request, scrape_timeout
from hostile import tools
from hostile.limits import Limit
from hostile.row import Row

BODY = "x" * 200


def make(number):
    return request("POST", f"/event?type=fill&i={number}&b={BODY}")


def hold(ready, stop, port, source, path, drip):
    """Asks and reads nothing, or a byte each second; asks again when it is thrown out. Returns how often that was."""
    ended = 0
    ready()
    while not stop.is_set():
        try:
            with Connection(port, source=source, receive_buffer=2048, timeout=1) as connection:
                connection.send_get(path, [scrape_timeout(120)])
                while not stop.wait(1.0 if drip else 0.2):
                    if drip and not connection.socket.recv(1):
                        break
                    if connection.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                        break  # it was reset
        except (Broken, OSError):
            time.sleep(0.05)
        ended += 1
    return {"ended": ended}


class _Held(Row):
    """The evil scraper has a backlog of 2 MB; then the log of 8 MiB is filled by somebody who posts without a pause."""

    settings = {"storage.capacity_mib": 8}
    source = "127.0.0.9"
    path, drip = "/metrics?scraper=evil", False
    seconds = 3.0
    least = 60_000  # events: twice the log

    def before(self):
        self.server.scrape("evil")
        with self.server.connect() as connection:
            for start in range(0, 8000, 200):
                connection.send(b"".join(map(make, range(start, start + 200))))
                for _ in range(200):
                    assert connection.read_reply().status == 200

    def attackers(self):
        return [(hold, self.path, self.drip), (tools.flood, make, self.least)]


class UnreadScrapeWhileTheLogFills(_Held):
    """Whoever posts got 503 for as long as this scraper said, 120 s."""


class UnreadScrapeWhileTheLogFillsFromHere(UnreadScrapeWhileTheLogFills):
    """Attacker and well-behaved share an address, as behind one NAT: nobody is locked out; what a flood of the same
    address pushes out of the log is the address' own."""

    source = "127.0.0.1"
    may_lose = True
    limits = {"answered": Limit(0.4, "the lease has a second, and the backlog of its scraper another: two of five")}


class DrippingScrapeWhileTheLogFills(_Held):
    """Progress of a byte a second."""

    drip = True


class UnreadPeekWhileTheLogFills(_Held):
    path = "/metrics?scraper=evil&peek=1"


class UnreadScrapesUnderManyNames(_Held):
    """Twenty scrapers that do not read."""

    def before(self):
        for number in range(20):
            self.server.scrape(f"evil{number}")
        super().before()

    def attackers(self):
        holders = ((hold, f"/metrics?scraper=evil{number}", number % 2) for number in range(6))
        return [*holders, (tools.flood, make, self.least)]


class UnreadScrapeWhileTheLogFillsReject(_Held):
    """With "reject" what waits for the evil one keeps its place by contract: a flood alone must not have filled the log
    before the others have had their share."""

    settings = {"storage.capacity_mib": 8, "storage.when_full": "reject"}
    least = 0


ROWS = (UnreadScrapeWhileTheLogFills, UnreadScrapeWhileTheLogFillsFromHere, DrippingScrapeWhileTheLogFills,
        UnreadPeekWhileTheLogFills, UnreadScrapesUnderManyNames, UnreadScrapeWhileTheLogFillsReject)
