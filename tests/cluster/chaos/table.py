# SPDX-License-Identifier: MIT
"""Prints what came of all rows, and all about what failed."""

from harness.columns import print_failed, print_sum, print_table

_COLUMNS = ("row", "seed", "events", "unknown", "faults", "longest gap", "lost", "twice", "named", "verdict")
_SUMMED = ("events", "unknown", "faults", "lost", "twice", "named")


def verdict(kind, outcome):
    twice = 0 if kind.may_repeat else outcome.twice
    return "FAILED" if outcome.complaints or outcome.lost or twice else "ok"


def _line(row):
    outcome = row.outcome
    twice = f"({outcome.twice})" if row.kind.may_repeat else str(outcome.twice)
    return (row.name(), str(row.seed), str(outcome.events), str(outcome.unknown), str(outcome.faults),
            f"{outcome.longest:.1f} s", str(outcome.lost), twice, str(outcome.named), row.verdict())


def _total(ran):
    sums = {key: sum(getattr(row.outcome, key) for row in ran) for key in _SUMMED}
    sums["twice"] = sum(row.outcome.twice for row in ran if not row.kind.may_repeat)
    failed = any(row.verdict() == "FAILED" for row in ran)
    return ("total", "", str(sums["events"]), str(sums["unknown"]), str(sums["faults"]), "", str(sums["lost"]),
            str(sums["twice"]), str(sums["named"]), "FAILED" if failed else "ok")


def show(played):
    """Prints it all; returns the exit status."""
    ran = sorted((row for row in played if not row.skipped), key=lambda row: (row.name(), row.seed))
    failed = [row for row in ran if row.verdict() == "FAILED"]
    print_failed(failed)
    print_table([_COLUMNS, *map(_line, ran), _total(ran)])
    print()
    for kind in sorted({row.kind for row in ran if row.kind.may_repeat}, key=lambda kind: kind.name()):
        print(f"undecidable: {kind.name()}: twice may be above 0: {kind.may_repeat}")
    return print_sum(ran, failed, [row for row in played if row.skipped])
