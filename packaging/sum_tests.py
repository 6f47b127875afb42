# SPDX-License-Identifier: MIT
"""Adds up what `quickstart.sh test` ran. Usage: sum_tests.py FILE, whose lines are STEP=failed, STEP=skipped: WHY or
STEP=TESTLOG.json.

Names what failed and what was skipped, with its reason; the last line is `N passed, N failed[, N skipped]`.
"""

import json
import re
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
# A line of a test's output that says that something, or one case among others, was skipped.
SKIPPED_LINE = re.compile(r"^skipped\b[:\s]*(?:[\d.]+ s\s+)?(.*\S)", re.MULTILINE)


def outcomes(path):
    """(name, result, reasons for skipping) of each test in a log of `meson test`; it holds one JSON text a line."""
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            yield test["name"], test["result"], SKIPPED_LINE.findall(test.get("stdout") or "")


def main():
    passed, failed, skipped, parts = 0, [], [], []
    with open(sys.argv[1], encoding="utf-8") as results:
        for step, what in (line.rstrip("\n").split("=", 1) for line in results):
            if what.startswith("skipped: "):
                skipped.append(f"{step}: {what[len('skipped: '):]}")
                continue
            try:
                tests = [] if what == "failed" else list(outcomes(what))
            except (OSError, ValueError) as error:
                failed.append(f"{step}: no results: {error}")
                continue
            if not tests:
                failed.append(f"{step}: did not come to its tests")
            for name, result, reasons in tests:
                if result in PASSED:
                    passed += 1
                    parts += [f"{step}: a part of {name}: {reason}" for reason in reasons]
                elif result == "SKIP":
                    skipped.append(f"{step}: {name}: {reasons[-1] if reasons else 'it does not say why'}")
                else:
                    failed.append(f"{step}: {name}: {result}")
    print()
    for title, names in (("skipped", skipped + parts), ("failed", failed)):
        for name in names:
            print(f"{title}: {name}")
    print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


main()
