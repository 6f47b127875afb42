# SPDX-License-Identifier: MIT
"""What nobody can tell from outside: rows of their own, so that all others must be zero. Each says which of
both may happen; the other may not, and every counter must still be right."""

import time

from chaos.middle.paths import Deaf, LoseResets
from chaos.row import Row
from harness.waiting import wait_until


class ResetWhenAllIsStored(Row):
    """The middle resets both sides of a connection whose scraper has read all of its reply and stored it."""

    may_repeat = "the server sees a reset and cannot know that the scraper has stored what it had"

    def spoil(self, scraper):
        with scraper.connect() as connection:
            scraper.ask(connection)
            scraper.take(connection)
            flow = self.world.flow(connection)
            self.world.middle.call(flow.reset_server)
            self.world.middle.call(flow.reset_client)
            wait_until(lambda: not connection.is_open(), "the reset", 5, 0.001)
        scraper.spoiled += 1


class ResetWhenAllIsStoredWithTimes(ResetWhenAllIsStored):
    """The same where events have times of their own: what comes again is the same sample, and Prometheus
    drops it."""

    may_repeat = ""
    settings = {"events.use_explicit_timestamps": True}
    keeps_times = True
    gives_up = True  # it was stored each time


class AcknowledgementsLost(Row):
    """The scraper gets all and stores it, and nothing of what its kernel says comes through until the
    timeout."""

    may_repeat = "the server hears nothing, resets the connection at the timeout, and has to send it again"
    sizes = (0,)  # so that all goes out without an acknowledgement
    timeout = 0.3
    seconds = 5.0

    def spoil(self, scraper):
        scraper.close()
        with scraper.connect(Deaf(self.world.middle)) as connection:
            scraper.ask(connection, self.timeout)
            if scraper.take(connection).events():
                wait_until(lambda: not connection.is_open(), "the reset at the timeout", 10, 0.01)
                scraper.spoiled += 1


class EveryResetGetsLost(Row):
    """The scraper gives up a small reply that its kernel has acknowledged whole, and no reset ever comes
    through."""

    sizes = (0,)
    may_lose = "without a reset a scraper that gave up looks like one that is silent"

    def spoil(self, scraper):
        with scraper.connect(LoseResets()) as connection:
            scraper.ask(connection)
            connection.wait_for_unread(scraper.size(connection))
        scraper.spoiled += 1


class EndedEarlyAndGivenUpLate(Row):
    """The scraper ends its side with the request, lets the reply come, and gives it up a while later."""

    may_lose = "its end was seen, all was acknowledged, and the reset comes when that has been believed"

    def spoil(self, scraper):
        with scraper.connect() as connection:
            connection.send_get_and_end(scraper.url)
            time.sleep(scraper.dice.uniform(0, 0.3))  # a wait is the fault itself
        scraper.spoiled += 1


class RefusedAfterReading(Row):
    """The scraper reads all, does not like it (`sample_limit`), throws it away, and goes on with its
    connection."""

    may_lose = "it was read to its end in good order: nothing tells that it was not stored"

    def spoil(self, scraper):
        with scraper.connect() as connection:
            scraper.ask(connection)
            connection.read_reply()
        scraper.spoiled += 1


ROWS = (ResetWhenAllIsStored, ResetWhenAllIsStoredWithTimes, AcknowledgementsLost, EveryResetGetsLost,
        EndedEarlyAndGivenUpLate, RefusedAfterReading)
