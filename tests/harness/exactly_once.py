# SPDX-License-Identifier: MIT
"""What was posted, what was answered, what each scraper has read whole; and what of that is lost or came twice.

Events are told apart by a label `id` that no two of them share. A reply that was not read to its end is not shown to
the ledger, since a Prometheus throws it away too. In all suites and tables these words mean the same:

accepted  answered with 200: the event must reach each scraper that was known when it was posted, exactly once
unknown   posted, and the answer never came: the event may reach a scraper once or not at all
missing   accepted, and in none of the scraper's whole replies
lost      missing, and neither the server's own counters nor the row of a table account for that
named     once more in a whole reply, because the server was killed in the one moment that no order of writes makes
          safe: the scraper has the whole reply, and the server has not noted that yet
twice     once more in a whole reply, and not named
posted twice  posted under a key until it was answered with 200, and more than once with each scraper: stored more than
          once. What a scraper gets again, it gets alone
foreign   in a whole reply although nobody posted it, or although it was refused

A server lives until it is killed or stopped in good order; each reply belongs to one life. What comes twice is named
if it came first in the last whole reply with events of a life that ended with a kill, shortly before that kill, and
again in another life: a later one of that server, or that of another replica. Anything else that comes twice is at
fault.
"""

import threading
import time
from collections import Counter, namedtuple

SHORTLY = 0.1  # seconds; from the last byte in the kernel to the note is a microsecond of processor time

Batch = namedtuple("Batch", "life when ids")


class Account(namedtuple("Account", "lost twice named foreign")):
    """Lists of ids; one that came three times is in `twice` or `named` two times."""

    def problems(self):
        """{word: ids} of what must not be."""
        return {word: ids for word, ids in self._asdict().items() if ids and word != "named"}


class ExactlyOnce:
    """May be used by several threads.

    named:       scrapers that are known from the beginning; None: all are, as with a startup hold. Another one is known
                 from its first whole reply on
    keeps_times: scrapers store as Prometheus does where events have times of their own: what has the same id, time and
                 value as something stored before is that same sample, and stored once
    clock:       gives the seconds in which `between`, and how shortly before a kill, are counted
    """

    def __init__(self, named=None, keeps_times=False, clock=time.monotonic):
        self.lock = threading.RLock()
        self.clock = clock
        self.life = 0
        self.ends = {}      # life -> when it was killed; one that ended in good order is not in here
        self.sent_at = {}   # id -> when its POST was sent, in this order
        self.accepted = {}  # id -> when that was known, in this order
        self.refused = {}
        self.unknown = {}
        self.keyed = set()  # ids of what is posted under a key, until it is answered with 200
        self.batches = {}   # scraper -> its whole replies
        self.seen = {}      # scraper -> how often it has got each id
        self._known_since = None if named is None else dict.fromkeys(named, float("-inf"))
        self._samples = set() if keeps_times else None
        for name in named or ():
            self._meet(name)

    # -- what happens --------------------------------------------------------------------------------------

    def posted(self, ids, keyed=False):
        """Before the first byte of their POSTs is sent."""
        now = self.clock()
        with self.lock:
            self.keyed.update(ids if keyed else ())
            for name in ids:
                assert name not in self.sent_at, f"{name} was posted before"
                self.sent_at[name] = self.unknown[name] = now

    def answered(self, name, status):
        with self.lock:
            self.unknown.pop(name)
            (self.accepted if status == 200 else self.refused)[name] = self.clock()

    def whole(self, scraper, events, life=0):
        """This scraper has read a reply of that life to its end: events is [(id, value, timestamp or None)]. Equal
        events are one with their number as value."""
        with self.lock:
            batch = Batch(life, self.clock(), [])
            self._meet(scraper)
            for name, value, timestamp in events:
                if self._is_new((scraper, name, timestamp, value)):
                    batch.ids.extend([name] * int(value))
            self.batches[scraper].append(batch)
            self.seen[scraper].update(batch.ids)

    def killed(self, when=None):
        """The server, at that time or just now; what comes from here on is another life."""
        with self.lock:
            self.ends[self.life] = self.clock() if when is None else when
            self.life += 1

    def stopped(self):
        """The same in good order."""
        with self.lock:
            self.life += 1

    def _meet(self, scraper):
        self.batches.setdefault(scraper, [])
        self.seen.setdefault(scraper, Counter())
        if self._known_since is not None:
            self._known_since.setdefault(scraper, self.clock())

    def _is_new(self, sample):
        if self._samples is None:
            return True
        if sample in self._samples:
            return False
        self._samples.add(sample)
        return True

    # -- what came of it -----------------------------------------------------------------------------------

    def account(self, scraper, dropped=0, may_miss=(), may_repeat=(), kills_excuse=True):
        """dropped: how many events the server says it has dropped for this scraper; the oldest of the missing ones
        are taken for them. may_miss, may_repeat: ids for which the caller has a reason. kills_excuse: whether the
        moment before a kill excuses anything here."""
        lost = [name for name in self.missing(scraper) if name not in may_miss][dropped:]
        named, twice = [], []
        for name, _, excused in self._repeated(scraper):
            (named if excused and kills_excuse else twice).append(name)
        return Account(lost, [name for name in twice if name not in may_repeat], named, self._foreign(scraper))

    def check(self, *scrapers):
        """Each of these scrapers has seen each accepted event exactly once, and nothing else."""
        for scraper in scrapers:
            problems = self.account(scraper).problems()
            assert not problems, f"scraper {scraper}: " + ", ".join(
                f"{len(ids)} {word} {ids[:5]}" for word, ids in problems.items())

    def missing(self, scraper):
        """In the order in which they were posted."""
        seen = self.seen.get(scraper, Counter())
        since = float("-inf") if self._known_since is None else self._known_since.get(scraper, float("inf"))
        return sorted((name for name in self.accepted if not seen[name] and self.sent_at[name] >= since),
                      key=self.sent_at.get)

    def between(self, begin, end):
        """The events that may have been stored in this span of time."""
        with self.lock:
            never = float("inf")
            return {name for name, sent in self.sent_at.items()
                    if sent <= end and self.accepted.get(name, self.refused.get(name, never)) >= begin}

    def posted_twice(self):
        return sorted(name for name in self.keyed
                      if self.seen and all(seen[name] > 1 for seen in self._from_the_beginning()))

    def still_open(self):
        """What its poster has given up, though it was posted under a key."""
        return sorted(self.keyed & self.unknown.keys())

    def unanswered_but_stored(self, scraper):
        """What this scraper has seen although its poster never heard that it was stored."""
        return [name for name in self.seen[scraper] if name in self.unknown]

    def named_batches(self):
        """How many batches came once more because of a kill, over all scrapers."""
        return sum(len({number for _, number, excused in self._repeated(scraper) if excused})
                   for scraper in self.batches)

    def without_scrapers(self):
        """A ledger with the same events, which nobody has seen yet; each scraper is known from the beginning."""
        other = ExactlyOnce(clock=self.clock)
        with self.lock:
            other.sent_at, other.accepted, other.refused, other.unknown = map(
                dict, (self.sent_at, self.accepted, self.refused, self.unknown))
            other.keyed = set(self.keyed)
        return other

    def _from_the_beginning(self):
        """What those scrapers have seen that owe nothing to when they came."""
        return [seen for name, seen in self.seen.items()
                if self._known_since is None or self._known_since[name] == float("-inf")]

    def _foreign(self, scraper):
        return sorted(name for name in self.seen.get(scraper, ())
                      if name not in self.sent_at or name in self.refused)

    def _repeated(self, scraper):
        """[(id, number of the batch in which it came once more, whether a kill excuses that)]."""
        found, last, batches = [], {}, self.batches.get(scraper, [])
        last_of_life = {batch.life: number for number, batch in enumerate(batches) if batch.ids}
        for number, batch in enumerate(batches):
            for name in batch.ids:
                if name in last:
                    first = batches[last[name]]
                    excused = (batch.life != first.life and last_of_life[first.life] == last[name]
                               and self.ends.get(first.life, float("inf")) - first.when < SHORTLY)
                    found.append((name, number, excused))
                last[name] = number
        return found
