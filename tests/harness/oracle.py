# SPDX-License-Identifier: MIT
"""A ledger with a server, for tests in which all goes well: what is posted is accepted, what is asked for comes whole.
"""

from . import filling
from .crew import Crew
from .exposition import Exposition
from .exactly_once import ExactlyOnce
from .poster import Poster

_AT_ONCE = 100


class Oracle(ExactlyOnce):
    """The options are the ledger's; name: how the ids of its events begin."""

    def __init__(self, server, name="e", **options):
        super().__init__(**options)
        self.server, self.ledger = server, self
        self._poster = Poster(self, name)
        self._crew = Crew()

    def connect(self, **options):
        return self.server.connect(**options)

    def post(self, count=1, padding=0, fill=filling.dense):
        """Posts that many new events down one connection, in packs of a hundred; returns their ids."""
        ids = []
        self._poster.sizes, self._poster.fill = (padding,), fill
        for start in range(0, count, _AT_ONCE):
            assert self._poster.post(min(_AT_ONCE, count - start)), self._poster.fault
            ids += self._poster.ids
        self._poster.close()
        assert not self.refused, self.refused
        return ids

    def keep_posting(self, pause=0.05):
        """Posts an event every `pause` seconds, on a thread beside the test, until finish()."""
        self._crew.add(Poster(self, "steady", pause=pause).run)
        return self

    def finish(self, all_answered=True):
        """Stops posting; each event was accepted, or was not answered where that may be."""
        self._crew.finish()
        assert not self.refused and not (all_answered and self.unknown), (self.refused, self.unknown)

    def whole(self, scraper, events, life=0):
        """Takes an exposition too; returns the ids of the events."""
        events = events.identified() if isinstance(events, Exposition) else list(events)
        super().whole(scraper, events, life)
        return [name for name, _, _ in events]

    def scrape(self, scraper, **options):
        return self.whole(scraper, self.server.scrape(scraper, **options))

    def drain(self, scraper, rounds=2000):
        """Scrapes until a scrape brings nothing new."""
        for _ in range(rounds):
            if not self.scrape(scraper):
                return
        raise AssertionError(f"still events after {rounds} scrapes")
