# SPDX-License-Identifier: MIT
"""What may be missing where room is made: the oldest of each poster, and of no other stretch."""

import unittest

from crash.stretches import Stretches
from harness import runner
from harness.exactly_once import ExactlyOnce


class MayBeMissing(unittest.TestCase):
    def setUp(self):
        self.ledger = ExactlyOnce(named=["a"])
        self.stretches = Stretches(self.ledger)

    def stretch(self, posted, came=""):
        """Ids such as p-1, the poster's name first."""
        self.stretches.begin()
        self.ledger.posted(posted.split())
        self.ledger.whole("a", [(name, 1, None) for name in came.split()])

    def test_what_a_poster_posted_before_the_first_that_came_is_older_and_what_came_later_is_not(self):
        self.stretch("p-1 p-2 p-3 p-4", came="p-2 p-4")
        self.assertEqual(self.stretches.older_than_all_that_came("a"), {"p-1"})

    def test_each_poster_and_each_stretch_is_looked_at_alone(self):
        self.stretch("p-1 q-1 q-2 p-2", came="p-1 q-2")
        self.stretch("p-3 q-3 p-4 q-4", came="p-4 q-3")
        self.assertEqual(self.stretches.older_than_all_that_came("a"), {"q-1", "p-3"})

    def test_where_nothing_came_nothing_may_be_missing(self):
        self.stretch("p-1 p-2")
        self.stretch("p-3", came="p-3")
        self.assertEqual(self.stretches.older_than_all_that_came("a"), set())

    def test_the_odd_stretches_are_the_first_the_third_and_so_on(self):
        for number in range(1, 5):
            self.stretch(f"p-{number}")
        self.assertEqual(self.stretches.odd_ones(), {"p-1", "p-3"})


if __name__ == "__main__":
    runner.main()
