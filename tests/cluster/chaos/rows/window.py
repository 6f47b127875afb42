# SPDX-License-Identifier: MIT
"""A replica is killed shortly after its scraper has read the last byte: the moment between the last acknowledgement and
its record in the log is the one in which nobody can tell."""

import time

from cluster.chaos.outcome import Outcome
from cluster.chaos.row import Row, STORES
from harness.client import Connection, scrape_timeout
from harness.exposition import parse
from harness.waiting import wait_until

DELAYS_MS = (0, 2, 5, 10, 20)
NONE_TWICE_FROM_MS = 10  # beyond what a record takes on a busy machine
EACH = 3                 # as often for each delay; with more seconds more often
SECONDS_FOR_ALL = 12


class ReplicaKilledBehindTheLastByte(Row):
    has_stores = False
    may_repeat = "killed between the last acknowledgement and its record"

    def meet_faults(self):
        each = max(EACH, round(EACH * self.seconds / SECONDS_FOR_ALL))
        outcome = Outcome(complaints=self.complaints)
        for delay in DELAYS_MS:
            twice = sum(self.kill_behind(f"d{delay}n{number}", delay / 1000, outcome) for number in range(each))
            print(f"killed {delay} ms behind the last byte: {twice} of {each} came twice")
            outcome.twice += twice
            if twice and delay >= NONE_TWICE_FROM_MS:
                self.complaints.append(f"{twice} of {each} came twice {delay} ms behind the last byte")
        outcome.faults = outcome.events
        return outcome

    def kill_behind(self, name, delay, outcome):
        """Whether the event came twice."""
        killed, other = self.cluster.replicas
        wait_until(lambda: other.server.post(f"/event?id={name}").status == 200, "an event is stored", 20)
        outcome.events += 1
        with Connection(killed.server.port) as connection:
            connection.send_get(f"/metrics?scraper={STORES[0]}", [scrape_timeout(5)])
            assert parse(connection.read_reply().body).ids() == [name]
            time.sleep(delay)  # this moment is the case
            killed.kill()
        killed.start()  # what it had is ended by that, at once
        again = other.server.scrape(STORES[0]).ids()
        assert again in ([], [name]), again
        outcome.named += len(again)
        return len(again)


ROWS = (ReplicaKilledBehindTheLastByte,)
