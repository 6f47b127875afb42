# SPDX-License-Identifier: MIT
"""Numbers beside their goals, and which were missed."""


class Goals:
    """noise: what two runs of one program differ by on a quiet machine, as a part of the goal. Only what misses a goal
    by more counts as missed."""

    def __init__(self, noise=0.0):
        self.rows, self.missed, self._noise = [], [], noise

    def at_most(self, name, value, goal, unit, noise=None):
        """Returns whether it was reached, up to the noise: the usual one where there is none for this number."""
        noise = self._noise if noise is None else noise
        return self._note(name, value, goal, unit, value <= goal, value <= goal * (1 + noise))

    def at_least(self, name, value, goal, unit):
        return self._note(name, value, goal, unit, value >= goal, value >= goal * (1 - self._noise))

    def _note(self, name, value, goal, unit, reached, nearly):
        self.rows.append((name, value, goal, unit, "" if reached else "within the noise" if nearly else "MISSED"))
        if not nearly:
            self.missed.append(name)
        return nearly

    def table(self):
        width = max((len(row[0]) for row in self.rows), default=0)
        lines = [f"{'':{width}}{'measured':>12}{'goal':>10}"]
        for name, value, goal, unit, word in self.rows:
            lines.append(f"{name:{width}}{value:12.2f}{goal:10g} {unit:18}{word}".rstrip())
        return "\n".join(lines)

    def status(self, only_print=False):
        """For sys.exit: names what was missed."""
        if not self.missed or only_print:
            return 0
        print("missed: " + "; ".join(self.missed))
        return 1
