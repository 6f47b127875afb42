# SPDX-License-Identifier: MIT
"""Scrapers and stores that are killed with SIGKILL, and start again with what they have on their disks."""

import signal
import tempfile
import time

from harness.sockets import free_port
from harness.waiting import wait_until
from store.row import NAME, Row
from store.stores import OfAgent, OfPrometheus, OfVictoriaMetrics, OfVmagent


class _Killed(Row):
    kills = 4

    def kill(self):
        """It was answering until then; it is back when this returns."""
        self.scraper.signal(signal.SIGKILL)
        self.scraper.wait()
        self.faults += 1
        self.scraper.start()


class KilledAfterSending(_Killed):
    """At most 30 ms after the answer was made: read or not, it is not stored yet."""

    families = (OfPrometheus,)
    short = ("prometheus",)
    undecidable = "what was read and not yet stored"
    settings = {"log.level": "debug"}
    burst = 5000
    seconds = 40.0

    def work(self):
        for _ in range(self.kills):
            self.goes_on()
            end_of_log = len(self.server.raw_log)
            self.oracle.post(self.burst)
            wait_until(lambda: self.has_answered(end_of_log), "a large answer", 30, 0.001)
            time.sleep(self.dice.uniform(0, 0.03))  # is the fault
            self.kill()

    def has_answered(self, begin):
        """Whether a scrape with most of the burst is in the log after that place."""
        for line in self.server.raw_log[begin:].split(b"\n"):
            if b' msg="scrape" ' in line and f"scraper={NAME} ".encode() in line:
                if int(line.rpartition(b"events=")[2].split()[0]) >= self.burst // 2:
                    return True
        return False


class BothKilled(KilledAfterSending):
    """And the server with it, which keeps its events in a file: what it knew of TCP is gone too."""

    short = ()
    undecidable = "what the kernels had taken over counts as delivered when the server starts again"
    all_answered = False

    def make_settings(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="oneshot-store-"))
        return {**self.settings, "storage.path": f"{folder}/events.log", "server.port": free_port()}

    def kill(self):
        self.scraper.signal(signal.SIGKILL)
        self.server.signal(signal.SIGKILL)
        self.scraper.wait()
        self.server.wait()
        self.faults += 1
        self.start_server()
        self.oracle.server = self.server
        self.scraper.start()


class Killed(_Killed):
    """At any moment."""

    families = (OfVictoriaMetrics,)
    undecidable = "VictoriaMetrics keeps what is new in memory for some seconds"
    seconds = 60.0

    def work(self):
        for _ in range(self.kills):
            self.scrapes(self.dice.randrange(6, 14))
            time.sleep(self.dice.random())  # at any moment
            self.kill()


class AgentKilled(_Killed):
    """At any moment; the store that it writes to goes on."""

    families = (OfAgent, OfVmagent)
    undecidable = "an agent sends only what is newer than its start, or loses what it has in memory"
    seconds = 60.0

    def work(self):
        for _ in range(self.kills):
            self.scrapes(self.dice.randrange(4, 10))
            time.sleep(self.dice.random())  # at any moment
            self.kill()


class ReceiverDown(Row):
    """The store that an agent writes to ends in good order, and is back some seconds later."""

    families = (OfAgent, OfVmagent)
    seconds = 40.0

    def work(self):
        for _ in range(3):
            self.scrapes(4)
            self.store.signal(signal.SIGTERM)
            self.store.wait()
            time.sleep(6)  # is the fault
            self.faults += 1
            self.store.start()


ROWS = [KilledAfterSending, BothKilled, Killed, AgentKilled, ReceiverDown]
