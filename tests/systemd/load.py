# SPDX-License-Identifier: MIT
"""Constant posting and scraping while something happens to the service, and what became of each event."""

import time

from harness import poster, scraper
from harness.crew import Crew
from harness.exactly_once import ExactlyOnce
from harness.remote import Remote
from harness.waiting import wait_until
from systemd.machine import PORT

SCRAPERS = ("load-a", "load-b")


class _Poster(poster.Poster):
    """Posts one event at a time and reports to the load. On a kept connection, which the server may end between two
    requests, a fault counts only if the next event is not answered on a new connection either."""

    def post(self, count=1):
        began, may_try_again = time.monotonic(), self.has_kept()
        done = super().post(count) or may_try_again and super().post(count)
        if done:
            self.place.slowest = max(self.place.slowest, time.monotonic() - began)
        else:
            self.place.faults.append(f"event by {self.name}: {self.fault!r}")
        return done


class _Scraper(scraper.Scraper):
    def try_to_scrape(self, **options):
        shown = super().try_to_scrape(**options)
        if shown is None:
            self.place.faults.append(f"scrape by {self.name}: {self.fault!r}")
        return shown


class Load(Remote):
    """Posts (on a new connection each time, and on kept ones) and scrapes until the end of the `with` block. What
    happens to the service meanwhile the test notes in the `ledger`: killed() or stopped()."""

    def __init__(self):
        super().__init__(PORT)
        self.ledger = ExactlyOnce(named=SCRAPERS)
        self.slowest = 0.0
        self.faults = []
        self._crew = Crew()
        self._posters = [_Poster(self, f"anew{n}", pause=0.002, keeps=False) for n in range(3)]
        self._posters += [_Poster(self, f"kept{n}", pause=0.002) for n in range(2)]
        self._scrapers = [_Scraper(self, name, pause=0.05, keeps=False) for name in SCRAPERS]

    def connect(self, **options):
        life = self.ledger.life
        connection = super().connect(**{**options, "timeout": 30})
        connection.life = life
        return connection

    def __enter__(self):
        for name in SCRAPERS:
            self.scrape(name)  # from here on it is known, and nothing else waits for it
        for one in self._posters + self._scrapers:
            self._crew.add(one.run)
        self.wait_for_more()
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.wait_for_more()
        self._crew.finish()
        if kind is None:
            for one in self._scrapers:
                assert one.drain(), f"{one.name}: still events"

    def wait_for_more(self, count=200):
        """Until so many more events were accepted, and each scraper has got some."""
        accepted, got = len(self.ledger.accepted) + count, [len(self.ledger.seen[name]) for name in SCRAPERS]
        wait_until(lambda: len(self.ledger.accepted) >= accepted and
                   all(len(self.ledger.seen[name]) > before for name, before in zip(SCRAPERS, got)),
                   f"{count} more events; refused so far: {self.refused[:3]}", 60)

    @property
    def refused(self):
        """What was not answered, for whatever reason, and what was answered with another status than 200."""
        return self.faults + [f"{name}: 503" for name in self.ledger.refused]

    def account(self):
        """Prints the sum; returns {scraper: account}."""
        accounts = {name: self.ledger.account(name) for name in SCRAPERS}
        lost, twice, named = ({name: len(getattr(account, word)) for name, account in accounts.items()}
                              for word in ("lost", "twice", "named"))
        print(f"        {len(self.ledger.accepted)} events accepted, {len(self.refused)} refused, lost {lost}, "
              f"twice {twice}, named {named}; the slowest answer took {self.slowest:.2f} s", flush=True)
        return accounts

    def check(self):
        """All was answered and came once; what was sent once more on another connection was not stored before."""
        self.account()
        assert not self.refused, self.refused[:5]
        self.ledger.check(*SCRAPERS)
        stored = {name: self.ledger.unanswered_but_stored(name) for name in SCRAPERS}
        assert not any(stored.values()), f"stored without an answer: {stored}"
