# SPDX-License-Identifier: MIT
"""Plays rows, each in a process of its own, several at a time; of those that need the machine to themselves one attacks
while others begin or end."""

import os
import tempfile

from harness import playing
from hostile import attacks, table
from hostile.audit import Outcome
from hostile.row import LOCK

ALONE_AT_ONCE, OTHERS_AT_ONCE = 3, 4


def play_here(name, seed, factor, source):
    kind = attacks.by_name(name)
    kind.source = source or kind.source
    playing.play_here(lambda: kind(seed, factor).play())


class Played(playing.Played):
    Outcome = Outcome

    def __init__(self, kind, seed, factor, source):
        super().__init__(kind, seed)
        self.factor, self.source = factor, source

    def command(self):
        return ["-m", "hostile.run", "--row", self.kind.name(), "--seed", str(self.seed), "--connections-factor",
                str(self.factor), *(["--source", self.source] if self.source else [])]

    def verdict(self):
        return table.verdict(self.outcome)


def play_all(rows):
    with tempfile.NamedTemporaryFile(prefix="oneshot-hostile-") as lock:
        os.environ[LOCK] = lock.name
        playing.play_all([row for row in rows if row.kind.alone], ALONE_AT_ONCE)
        playing.play_all([row for row in rows if not row.kind.alone], OTHERS_AT_ONCE)
