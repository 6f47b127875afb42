# SPDX-License-Identifier: MIT
"""What may be missing where the oldest events are dropped to make room for new ones.

Time is cut into stretches; all scrapers have got all that was posted before a stretch when it begins. In the first,
the third, and so on, room is made while a server is killed; in the others nothing is dropped.
"""

from bisect import bisect


class Stretches:
    def __init__(self, ledger):
        self._ledger = ledger
        self._begins = []  # how many events had been posted when each began

    def begin(self):
        self._begins.append(len(self._ledger.sent_at))

    def _events(self):
        """(number of the stretch from 1 on, id), in the order in which they were posted."""
        return [(bisect(self._begins, number), name) for number, name in enumerate(self._ledger.sent_at)]

    def odd_ones(self):
        return {name for stretch, name in self._events() if stretch % 2}

    def older_than_all_that_came(self, scraper):
        """Of each stretch and poster, what was posted before the first event that this scraper has got: what is dropped
        is the oldest. Where it has got nothing, nothing is older."""
        events = [((stretch, name.partition("-")[0]), name) for stretch, name in self._events()]
        first = {}
        for number, (group, name) in enumerate(events):
            if self._ledger.seen[scraper][name]:
                first.setdefault(group, number)
        return {name for number, (group, name) in enumerate(events) if number < first.get(group, 0)}
