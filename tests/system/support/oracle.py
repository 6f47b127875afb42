# SPDX-License-Identifier: MIT
"""Knows which events were accepted and which of them each scraper has seen in whole replies.

Events are told apart by a label `id` that no two have in common. What came of a reply that was not read to
its end is not shown to the oracle, as a Prometheus throws it away too.
"""

from collections import Counter

from .client import request


class Oracle:
    def __init__(self, server):
        self.server = server
        self.accepted = []
        self.seen = {}  # scraper -> Counter of ids
        self._next = 0

    def post(self, count=1, padding=0):
        """Posts that many new events down one connection, in packs of a hundred; returns their ids."""
        ids = [f"e{self._next + i:06d}" for i in range(count)]
        self._next += count
        blob = "x" * padding
        with self.server.connect() as connection:
            for start in range(0, count, 100):
                pack = ids[start:start + 100]
                connection.send(b"".join(
                    request("POST", f"/event?id={i}" + (f"&pad={blob}" if blob else "")) for i in pack))
                for _ in pack:
                    reply = connection.read_reply()
                    assert reply.status == 200, reply
        self.accepted += ids
        return ids

    def whole(self, scraper, exposition):
        """This scraper has read this exposition to its end; returns the ids of the events in it."""
        ids = [s.labels["id"] for s in exposition.events()]
        self.seen.setdefault(scraper, Counter()).update(ids)
        return ids

    def scrape(self, scraper, **options):
        return self.whole(scraper, self.server.scrape(scraper, **options))

    def drain(self, scraper, rounds=2000):
        """Scrapes until a scrape brings nothing new."""
        for _ in range(rounds):
            if not self.scrape(scraper):
                return
        raise AssertionError(f"still events after {rounds} scrapes")

    def check(self, *scrapers):
        """Each of these scrapers has seen each accepted event exactly once, and nothing else."""
        for scraper in scrapers:
            seen = self.seen.get(scraper, Counter())
            missing = [i for i in self.accepted if seen[i] == 0]
            repeated = {i: n for i, n in seen.items() if n > 1}
            foreign = sorted(set(seen) - set(self.accepted))
            assert not missing and not repeated and not foreign, (
                f"scraper {scraper}: {len(missing)} missing {missing[:5]}, "
                f"{len(repeated)} repeated {dict(list(repeated.items())[:5])}, foreign {foreign[:5]}")
