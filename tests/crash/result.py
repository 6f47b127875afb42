# SPDX-License-Identifier: MIT
"""What a row came to, and the table of all."""

from dataclasses import dataclass, field

from harness.columns import print_table

_COLUMNS = ("where it ends", "deaths", "events", "no answer", "under keys", "whole", "broken", "lost", "twice", "named",
            "posted twice", "verdict")
_SUMMED = ("deaths", "events", "unknown", "keyed", "whole", "broken", "lost", "twice", "named", "posted_twice")


@dataclass
class Result:
    name: str
    deaths: int = 0
    events: int = 0
    unknown: int = 0  # posted, and the answer never came
    keyed: int = 0    # posted under a key, until it was answered with 200
    whole: int = 0
    broken: int = 0
    lost: int = 0
    twice: int = 0
    named: int = 0    # batches that came once more because of the one moment that cannot be made safe
    posted_twice: int = 0  # under a key, and stored more than once
    complaints: list = field(default_factory=list)

    @classmethod
    def of(cls, name, ledger, deaths, may_repeat, scrapers=(), may_miss=None, may_come_again=None):
        """may_repeat: whether a batch may come once more because of that moment. may_miss: {scraper: events that are
        not lost where they are missing}; may_come_again: the same of what comes twice."""
        result = cls(name, deaths, len(ledger.accepted), len(ledger.unknown), len(ledger.keyed),
                     sum(s.whole for s in scrapers), sum(s.spoiled for s in scrapers),
                     posted_twice=len(ledger.posted_twice()))
        if ledger.still_open():
            result.complaints.append(f"posted until 200, and never answered with it: {ledger.still_open()[:6]}")
        for scraper in sorted(ledger.batches):
            account = ledger.account(scraper, may_miss=(may_miss or {}).get(scraper, ()), kills_excuse=may_repeat,
                                     may_repeat=(may_come_again or {}).get(scraper, ()))
            result.lost += len(account.lost)
            result.twice += len(account.twice)
            for word, ids in account.problems().items():
                result.complaints.append(f"{scraper}: {word}: {len(ids)}, among them {ids[:6]}")
        if may_repeat:
            result.named = ledger.named_batches()
        if not ledger.accepted:
            result.complaints.append("no event was accepted: this row shows nothing")
        return result

    def add(self, other):
        """The same row, once more."""
        for key in _SUMMED:
            setattr(self, key, getattr(self, key) + getattr(other, key))
        self.complaints += other.complaints

    def verdict(self):
        return "FAILED" if self.complaints or self.lost or self.twice or self.posted_twice else "ok"

    def cells(self):
        return (self.name, *(str(getattr(self, key)) for key in _SUMMED), self.verdict())


def show(results, skipped):
    """Prints the table and all complaints; returns the exit status."""
    total = Result("total")
    for result in results:
        total.add(result)
    failed = [result for result in results if result.verdict() == "FAILED"]
    for result in failed:
        print(f"\nFAILED: {result.name}")
        for complaint in result.complaints[:12]:
            print("  " + complaint)
    print()
    print_table([_COLUMNS, *(result.cells() for result in results), total.cells()])
    print("\nnamed: batches that a scraper had whole when the server was killed before it could note that; "
          "it sends them again")
    print("posted twice: of the events under keys, which are posted until they are answered with 200; an answer that "
          "was lost with a kill makes a repeat of what is stored")
    for name, why in skipped:
        print(f"skipped: {name} ({why})")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not results else 0
