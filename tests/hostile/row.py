# SPDX-License-Identifier: MIT
"""One row of the table: one attack, the well-behaved beside it, and what they and the server came to."""

import contextlib
import fcntl
import os
import time

from harness.exposition import parse
from harness.playing import in_words
from harness.processes import raise_open_files_limit
from harness.server import Server
from harness.waiting import wait_until
from hostile import audit
from hostile.audit import Outcome
from hostile.gate import Gate
from hostile.meter import Meter
from hostile.team import SCRAPER, Team

LOCK = "ONESHOT_HOSTILE_LOCK"  # names a file; who has it locked has the machine to itself


@contextlib.contextmanager
def machine(alone):
    """Inside the block nobody else who is alone attacks."""
    path = os.environ.get(LOCK)
    if not (alone and path):
        yield
        return
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Row:
    """An attack says in `attackers` who does what. source: from where; the well-behaved are at `honest_source`."""

    settings = {}
    environment = None
    seconds = 2.5             # of the attack, at least
    alone = True              # whether it needs the machine to itself
    # Accepted events may be pushed out: only where attacker and well-behaved are one client to the server.
    may_lose = False
    source = honest_source = "127.0.0.1"
    limits = {}               # name -> Limit, where they are not those of limits.USUAL
    keeps_times = False
    factor = 1.0              # more or fewer connections, by the command line

    @classmethod
    def name(cls):
        return in_words(cls)

    @classmethod
    def why_not(cls):
        return None

    def __init__(self, seed, factor=1.0):
        self.seed, self.factor = seed, factor
        self.server = self.team = None
        self.began = self.ended = 0.0  # of the attack, by time.monotonic()
        self.complaints = []

    def connections(self, usual):
        return max(1, int(usual * self.factor))

    # -- what an attack says ---------------------------------------------------------------------------------

    def attackers(self):
        """[(work, *arguments)], each for a process of its own (harness.beside)."""
        raise NotImplementedError

    def before(self):
        """Before the well-behaved come."""

    def during(self):
        """While the attack goes on; what else has to be true then, is a complaint."""

    def after(self, attack):
        """When all is over; `attack` is what the attackers counted, one after the other."""

    def complain_unless(self, holds, what):
        if not holds:
            self.complaints.append(what)

    def metrics(self):
        """The server's own metrics. A look may be refused for a moment while memory is short."""
        def look():
            reply = self.server.get(f"/metrics?peek=1&scraper={SCRAPER}")
            return reply if reply.status == 200 else None
        return parse(wait_until(look, "an answer to a peek", 10, 0.05).body)

    # -- the play --------------------------------------------------------------------------------------------

    def play(self):
        raise_open_files_limit()
        settings = {"storage.capacity_mib": 16, "scrapers.startup_hold_seconds": 0, **self.settings}
        with Server(settings, {"MALLOC_PERTURB_": None, **(self.environment or {})}) as self.server:
            self.before()
            with Team(self.server, self.honest_source, self.keeps_times) as self.team:
                outcome = self._attacked()
                self.team.finish()
            audit.look(self, outcome)
            if outcome.complaints:
                print("the server's log:\n" + self.server.log()[-20000:])
            return outcome

    def _attacked(self):
        attackers = [(work, self.server.port, self.source, *rest) for work, *rest in self.attackers()]
        with Gate(attackers, niceness=2) as gate, machine(self.alone), Meter(self.server) as meter:
            self.began = time.monotonic()
            gate.open()
            self.during()
            # How long the attack goes on is part of the case.
            time.sleep(max(0.0, self.began + self.seconds - time.monotonic()))
            self.at_the_end()
            attack = gate.finish()
            self.ended = time.monotonic()
        self.after(attack)
        return Outcome(attack=attack, server=meter.shown)

    def at_the_end(self):
        """The last moment of the attack."""
