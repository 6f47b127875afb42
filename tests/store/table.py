# SPDX-License-Identifier: MIT
"""Prints what came of all rows, and all about what failed."""

from harness.columns import print_failed, print_sum, print_table

_COLUMNS = ("row", "confirmed", "seed", "events", "faults", "sent again", "refused", "lost", "twice", "seconds",
            "verdict")


def free(kind, confirmed):
    """Whether lost and twice are only shown."""
    return bool(kind.undecidable) and not confirmed


def verdict(kind, confirmed, outcome):
    twice = 0 if kind.may_repeat else outcome.twice
    decided = not free(kind, confirmed)
    return "FAILED" if outcome.complaints or (decided and (outcome.lost or twice)) else "ok"


def _line(row):
    outcome = row.outcome
    form = "({})" if free(row.kind, row.confirmed) else "{}"
    return (row.place(), "yes" if row.confirmed else "no", str(row.seed), str(outcome.events), str(outcome.faults),
            str(outcome.sent_again), str(outcome.refused),
            *map(form.format, (outcome.lost, outcome.twice)), f"{outcome.seconds:.0f}", row.verdict())


def _total(ran):
    decided = [row for row in ran if not free(row.kind, row.confirmed)]
    sums = [sum(getattr(row.outcome, key) for row in rows) for rows, key in (
        (ran, "events"), (ran, "faults"), (ran, "sent_again"), (ran, "refused"), (decided, "lost"), (decided, "twice"))]
    failed = any(row.verdict() == "FAILED" for row in ran)
    return ("total", "", "", *map(str, sums), "", "FAILED" if failed else "ok")


def show(played):
    """Prints it all; returns the exit status."""
    ran = sorted((row for row in played if not row.skipped), key=lambda row: (row.place(), row.confirmed, row.seed))
    failed = [row for row in ran if row.verdict() == "FAILED"]
    print_failed(failed)
    print_table([_COLUMNS, *map(_line, ran), _total(ran)])
    print()
    for kind in sorted({row.kind for row in ran if free(row.kind, row.confirmed)}, key=lambda kind: kind.name()):
        print(f"undecidable where nobody asks the store: {kind.name()}: {kind.undecidable}")
    return print_sum(ran, failed, [row for row in played if row.skipped])
