# SPDX-License-Identifier: MIT
"""What was answered with 200, what every scraper has read whole, and what may be said of it from outside.

A server lives until it is killed; the next one opens the same file. A scraper counts as known from its first
whole reply on (a named one from the beginning): an event that was posted later and answered with 200 must
reach it exactly once. An event whose answer never came may reach it once or not at all.

One moment no order of writes makes safe: the scraper has the whole reply, and the server is killed before it
has noted that. Then it sends the batch again. So what comes twice is *named* if it came first in the last
whole reply before a kill, shortly before; anything else that comes twice is at fault."""

import threading
import time
from bisect import bisect
from collections import Counter, namedtuple

SHORTLY = 0.1  # seconds; from the last byte in the kernel to the note is a microsecond of processor time

Batch = namedtuple("Batch", "life when ids")


class Ledger:
    def __init__(self, named=()):
        self.lock = threading.Lock()
        self.life = 0
        self.ends = {}       # life -> when it was killed; one that ended in good order is not in here
        self.sent_at = {}    # id -> when its POST was sent
        self.accepted = set()
        self.refused = set()
        self.known_since = {name: 0.0 for name in named}
        self.batches = {name: [] for name in named}
        self.stretches = []  # how many events had been posted when each began

    # -- what happens ---------------------------------------------------------------------------------------

    def posting(self, ids):
        now = time.monotonic()
        with self.lock:
            self.sent_at.update((i, now) for i in ids)

    def answered(self, name, status):
        with self.lock:
            (self.accepted if status == 200 else self.refused).add(name)

    def whole(self, scraper, life, events):
        """This scraper has read a reply to its end: events is [(id, value)]."""
        now = time.monotonic()
        ids = [i for i, value in events for _ in range(int(value))]
        with self.lock:
            self.known_since.setdefault(scraper, now)
            self.batches.setdefault(scraper, []).append(Batch(life, now, ids))

    def killed(self, when):
        with self.lock:
            self.ends[self.life] = when
            self.life += 1

    def stopped(self):
        with self.lock:
            self.life += 1

    # -- what came of it ------------------------------------------------------------------------------------

    def scrapers(self):
        return sorted(self.known_since)

    def seen(self, scraper):
        return Counter(i for batch in self.batches[scraper] for i in batch.ids)

    def missing(self, scraper):
        """In the order in which they were posted."""
        seen, since = self.seen(scraper), self.known_since[scraper]
        return sorted((i for i in self.accepted if seen[i] == 0 and self.sent_at[i] >= since),
                      key=self.sent_at.get)

    def begin_stretch(self):
        """From here to the next one, what is dropped to make room must be the oldest. All scrapers have got
        all that was before."""
        self.stretches.append(len(self.sent_at))

    def missing_in_the_middle(self, scraper, missing):
        """Of the missing events those that are no older than everything of their stretch and poster that
        came."""
        seen, order = self.seen(scraper), list(self.sent_at)
        stretch_of = {name: bisect(self.stretches, number) for number, name in enumerate(order)}
        oldest = {}
        for number, name in enumerate(order):
            if seen[name]:
                oldest.setdefault((stretch_of[name], name.partition("-")[0]), number)
        place = {name: number for number, name in enumerate(order)}
        return [name for name in missing
                if place[name] > oldest.get((stretch_of[name], name.partition("-")[0]), -1)]

    def in_even_stretches(self, ids):
        """Those of the second stretch, the fourth, and so on."""
        number = {name: at for at, name in enumerate(self.sent_at)}
        return [name for name in ids if bisect(self.stretches, number[name]) % 2 == 0]

    def foreign(self, scraper):
        return sorted(i for i in self.seen(scraper) if i not in self.sent_at or i in self.refused)

    def repeated(self, scraper):
        """(named, at fault): ids that came once more, as often as they did. A batch that came three times
        because of two kills is named twice."""
        named, at_fault, last = [], [], {}
        batches = self.batches[scraper]
        last_of_life = {batch.life: number for number, batch in enumerate(batches) if batch.ids}
        for number, batch in enumerate(batches):
            for name in batch.ids:
                if name in last:
                    first = batches[last[name]]
                    excused = (first.life in self.ends and last_of_life[first.life] == last[name] != number
                               and batch.life > first.life
                               and self.ends[first.life] - first.when < SHORTLY)
                    (named if excused else at_fault).append(name)
                last[name] = number
        return named, at_fault

    def named_batches(self):
        """How many batches came once more because of that one moment, over all scrapers."""
        return sum(len({self._last_batch_with(scraper, i) for i in self.repeated(scraper)[0]})
                   for scraper in self.scrapers())

    def _last_batch_with(self, scraper, name):
        return max(number for number, batch in enumerate(self.batches[scraper]) if name in batch.ids)
