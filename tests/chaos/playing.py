# SPDX-License-Identifier: MIT
"""Plays rows, each in a process of its own, a few at a time."""

import sys

from chaos import faults, table
from chaos.audit import Outcome
from harness import playing

AT_ONCE = 4


def play_here(name, seed, lengths, site):
    """One row in this process, whose namespaces it changes."""
    sys.setswitchinterval(0.001)  # the middle is one thread among others, and they all wait for it
    playing.play_here(lambda: faults.by_name(name)(seed, lengths, site).play())


class Played(playing.Played):
    Outcome = Outcome

    def __init__(self, kind, seed, lengths, site=None):
        super().__init__(kind, seed)
        self.lengths, self.site = lengths, site
        if site and not self.skipped:
            self.skipped = kind.only_plain

    def command(self):
        return ["-m", "chaos.run", "--row", self.kind.name(), "--seed", str(self.seed), "--lengths", str(self.lengths),
                *(("--site", self.site) if self.site else ())]

    def verdict(self):
        return table.verdict(self.kind, self.outcome)


def play_all(rows):
    playing.play_all(rows, AT_ONCE)
