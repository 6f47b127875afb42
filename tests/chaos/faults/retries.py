# SPDX-License-Identifier: MIT
"""The same GET on a second connection: what Go's transport sends within a millisecond when a connection that
it uses again dies before the first byte of the answer. To the one who scrapes it is one scrape, and it
succeeds."""

import time

from chaos.middle.paths import LoseReply, LoseRequest
from chaos.row import Row
from harness.client import Broken
from harness.waiting import wait_until


class _Retry(Row):
    spoils = 2
    idle = 0.0  # seconds between the scrape before and the one whose connection dies
    timeout = None  # of the scrape before

    def path(self):
        raise NotImplementedError

    @staticmethod
    def break_at(path, flow):
        raise NotImplementedError

    def spoil(self, scraper):
        scraper.close()
        path = self.path()
        if not scraper.try_to_scrape(path=path, timeout=self.timeout):
            return
        connection = scraper.borrow()
        flow = self.world.flow(connection)
        wait_until(flow.all_acknowledged, "the acknowledgement of the scrape before", 5, 0.001)
        time.sleep(self.idle)  # part of the case
        self.break_at(path, flow)
        scraper.ask(connection)
        try:
            connection.read_some(1)
            raise AssertionError("a connection that was to die brought a byte")
        except (Broken, OSError):
            connection.close()
        scraper.spoiled += 1
        scraper.scrape()


class RetriedGetNeverSeen(_Retry):
    """The first GET never reaches the server."""

    def path(self):
        return LoseRequest()

    @staticmethod
    def break_at(path, flow):
        path.at = flow.requests.sent


class RetriedGetAnswered(_Retry):
    """The server has answered the first GET, and not a byte of the answer gets out."""

    def path(self):
        return LoseReply()

    @staticmethod
    def break_at(path, flow):
        path.at = flow.replies.sent


class RetriedGetAfterTheTimeout(RetriedGetNeverSeen):
    """A middlebox forgets a connection on which nothing goes on, and resets the client alone when that uses
    it again. By then the client's kernel has shown that it still had the connection when the scrape's timeout
    was over, so all was stored."""

    timeout = 0.2
    idle = 2.0
    seconds = 7.0


ROWS = (RetriedGetNeverSeen, RetriedGetAnswered, RetriedGetAfterTheTimeout)
