# SPDX-License-Identifier: MIT
"""Prints what came of all rows: the table, why some of it decides nothing, and all about what failed."""

from harness.columns import print_failed, print_sum, print_table

_COLUMNS = ("fault", "scrapers", "events", "whole", "spoiled", "sent again", "lost", "twice",
            "posted twice", "verdict")
_SUMMED = ("events", "whole", "spoiled", "sent_again", "lost", "twice", "posted_twice")


def verdict(kind, outcome):
    """Whether what must be zero is zero and every number could be explained."""
    lost, twice = outcome.lost and not kind.may_lose, outcome.twice and not kind.may_repeat
    return "FAILED" if outcome.complaints or lost or twice or outcome.posted_twice else "ok"


def _cell(number, free):
    return f"({number})" if free else str(number)


def _line(row):
    kind, outcome = row.kind, row.outcome
    return (kind.name(), str(outcome.scrapers), str(outcome.events), str(outcome.whole), str(outcome.spoiled),
            str(outcome.sent_again), _cell(outcome.lost, kind.may_lose),
            _cell(outcome.twice, kind.may_repeat), str(outcome.posted_twice), row.verdict())


def _total(played):
    decided = [row for row in played if not row.skipped]
    sums = {key: sum(getattr(row.outcome, key) for row in decided) for key in _SUMMED}
    # What may be lost or come twice with nobody at fault is in brackets above, and not in these sums.
    sums["lost"] = sum(row.outcome.lost for row in decided if not row.kind.may_lose)
    sums["twice"] = sum(row.outcome.twice for row in decided if not row.kind.may_repeat)
    failed = sum(row.verdict() == "FAILED" for row in decided)
    return ("total", "", *(str(sums[key]) for key in _SUMMED), "FAILED" if failed else "ok")


def show(played):
    """Prints it all; returns the exit status."""
    ran = sorted((row for row in played if not row.skipped), key=lambda row: row.kind.name())
    failed = [row for row in ran if row.verdict() == "FAILED"]
    print_failed(failed)
    print_table([_COLUMNS, *(_line(row) for row in ran), _total(played)])
    print()
    for kind in sorted({row.kind for row in ran}, key=lambda kind: kind.name()):
        for what, why in (("lost", kind.may_lose), ("twice", kind.may_repeat)):
            if why:
                print(f"undecidable: {kind.name()}: {what} may be above 0: {why}")
    return print_sum(ran, failed, [row for row in played if row.skipped])
