# SPDX-License-Identifier: MIT
"""Plays a row in a process of its own, in a network of its own where that may be."""

from cluster import nodes
from cluster.chaos import rows, table
from cluster.chaos.outcome import Outcome
from harness import nats, playing


def play_here(args):
    nodes.enter(nats.server)
    playing.play_here(lambda: rows.by_name(args.row)(args.seeds[0], args.seconds, args.logs).play())


class Played(playing.Played):
    Outcome = Outcome
    patience = 420  # the engine's start, and the end that waits for everything to arrive

    def __init__(self, kind, seed, seconds, logs):
        super().__init__(kind, seed)
        self.seconds, self.logs = seconds, logs
        self.patience = Played.patience + seconds

    def command(self):
        return ["-m", "cluster.chaos.run", "--row", self.kind.name(), "--seed", str(self.seed),
                "--seconds", str(self.seconds), *(("--logs", self.logs) if self.logs else ())]

    def verdict(self):
        return table.verdict(self.kind, self.outcome)
