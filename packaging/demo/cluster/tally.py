# SPDX-License-Identifier: MIT
"""What a store has of the events that were answered 200."""


class Tally:
    """stored: ids of the events that were answered 200; counts: {id: how often the store has it}"""

    def __init__(self, name, stored, counts):
        self.name = name
        self.has = len(counts)
        self.missing = sorted(stored - counts.keys())
        self.twice = sorted(one for one, times in counts.items() if times > 1)

    def is_right(self):
        return not self.missing and not self.twice
