# SPDX-License-Identifier: MIT
"""Numbers beside their goals, and which were missed."""


class Goals:
    def __init__(self):
        self.rows, self.missed = [], []

    def at_most(self, name, value, goal, unit):
        """Returns whether it was reached."""
        return self._note(name, value, goal, unit, value <= goal)

    def at_least(self, name, value, goal, unit):
        return self._note(name, value, goal, unit, value >= goal)

    def _note(self, name, value, goal, unit, reached):
        self.rows.append((name, value, goal, unit, reached))
        if not reached:
            self.missed.append(name)
        return reached

    def table(self):
        width = max((len(row[0]) for row in self.rows), default=0)
        lines = [f"{'':{width}}{'measured':>12}{'goal':>10}"]
        for name, value, goal, unit, reached in self.rows:
            lines.append(f"{name:{width}}{value:12.2f}{goal:10g} {unit:14}{'' if reached else 'MISSED'}")
        return "\n".join(lines)

    def status(self, only_print=False):
        """For sys.exit: names what was missed."""
        if not self.missed or only_print:
            return 0
        print("missed: " + "; ".join(self.missed))
        return 1
