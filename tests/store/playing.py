# SPDX-License-Identifier: MIT
"""Plays rows, each in namespaces of its own, a few at a time."""

from harness import playing, sandbox
from store import confirmation, rows, table
from store.row import Outcome

AT_ONCE = 3


class Played(playing.Played):
    """A kind of row with one version of a scraper, with confirmation or without."""

    Outcome = Outcome
    patience = 300

    def __init__(self, kind, family, confirmed, seed):
        self.family, self.confirmed = family, confirmed
        super().__init__(kind, seed)
        self.has_no_program = isinstance(family, str)
        if self.has_no_program:
            self.skipped = f"{family} is not installed"
        elif confirmed and not self.skipped:
            self.skipped = confirmation.why_not()

    def place(self):
        return f"{self.kind.name()}@{self.family}"

    def name(self):
        return self.place() + ("+confirm" if self.confirmed else "")

    def command(self):
        return ["-m", "store.run", "--row", self.name(), "--seed", str(self.seed)]

    def verdict(self):
        return table.verdict(self.kind, self.confirmed, self.outcome)


def all_rows(seed):
    """Every row that there is. One without any program that scrapes stands for itself, to be skipped."""
    found = []
    for kind in rows.ALL:
        families = [one for family in kind.families for one in family.found() if kind.suits(one)]
        for family in families or [kind.families[0].program_name]:
            found += [Played(kind, family, confirmed, seed) for confirmed in (False, True)
                      if confirmed or not kind.only_confirmed]
    return found


def play_here(name, seed):
    """The row with this name, in this process."""
    row = next(row for row in all_rows(seed) if row.name() == name)
    sandbox.enter()
    playing.play_here(lambda: row.kind(row.family, seed, row.confirmed).play())


def play_all(played):
    playing.play_all(played, AT_ONCE)
