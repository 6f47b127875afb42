# SPDX-License-Identifier: MIT
"""Plays rows, each in a process of its own, a few at a time."""

import sys

from chaos import faults, table
from chaos.audit import Outcome
from harness import playing

AT_ONCE = 4


def play_here(name, seed, lengths):
    """One row in this process, whose namespaces it changes."""
    sys.setswitchinterval(0.001)  # the middle is one thread among others, and they all wait for it
    playing.play_here(lambda: faults.by_name(name)(seed, lengths).play())


class Played(playing.Played):
    Outcome = Outcome

    def __init__(self, kind, seed, lengths):
        super().__init__(kind, seed)
        self.lengths = lengths

    def command(self):
        return ["-m", "chaos.run", "--row", self.kind.name(), "--seed", str(self.seed), "--lengths", str(self.lengths)]

    def verdict(self):
        return table.verdict(self.kind, self.outcome)


def play_all(rows):
    playing.play_all(rows, AT_ONCE)
