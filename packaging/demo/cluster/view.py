# SPDX-License-Identifier: MIT
"""What is printed: a row every two seconds, a line for each thing that happens, and the sum."""

import sys
import time

from stage import say

ROW = 2  # seconds from a row to the next


class View:
    def __init__(self, nodes, replicas, stores, posting):
        self._groups, self._stores, self._posting = (nodes, replicas, stores), stores, posting
        self._began = time.monotonic()
        self._row_due = 0.0
        self._bold, self._plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
        self._head()

    def row(self):
        """Who runs (-- stands for who was killed), how many events were answered 200, and how many each store has."""
        if time.monotonic() < self._row_due:
            return
        self._row_due = time.monotonic() + ROW - 0.1
        state = "   ".join(f"{self._state(group):<{width}}" for group, width in zip(self._groups, self._widths()))
        has = "   ".join(f"{store.total():>{len(store.name) + 4}}" for store in self._stores)
        say(f"{self._time()}   {state}   {len(self._posting.stored):>12}   {has}")

    def tell(self, what, then=""):
        """The next row follows at once: it shows what has changed."""
        say(f"{self._bold}{self._time()}   {what}{self._plain}")
        if then:
            say(f"{'':>8}{then}")
        self._row_due = 0.0

    def sum(self, tallies):
        """Prints it; the status with which the demo ends."""
        again = ", ".join(f"{times} after {why}" for why, times in sorted(self._posting.again.items()))
        say(f"\n  {len(self._posting.stored)} events were answered 200. Repeated POSTs: {again or 'none'}\n")
        say(f"  {'':<8}{'has':>8}{'missing':>10}{'twice':>8}")
        for tally in tallies:
            say(f"  {tally.name:<8}{tally.has:>8}{len(tally.missing):>10}{len(tally.twice):>8}")
        if all(tally.is_right() for tally in tallies):
            say(f"\n{self._bold}demo: nothing is missing, and nothing came twice.{self._plain}")
            return 0
        for tally in tallies:
            for what, ids in (("missing", tally.missing), ("twice", tally.twice)):
                if ids:
                    say(f"demo: {tally.name}: {what}: {' '.join(ids[:20])}{' ...' if len(ids) > 20 else ''}")
        return 1

    def _head(self):
        names = "   ".join(f"{name:<{width}}" for name, width in
                           zip(("engine", "replicas", "scrapers"), self._widths()))
        has = "   ".join(f"{store.name} has" for store in self._stores)
        say(f"\n{'time':>5}   {names}   answered 200   {has}")

    def _widths(self):
        return [max(8, len(" ".join(one.name for one in group))) for group in self._groups]

    def _time(self):
        return f"{time.monotonic() - self._began:>3.0f} s"

    @staticmethod
    def _state(group):
        return " ".join(one.name if one.runs() else "-" * len(one.name) for one in group)
