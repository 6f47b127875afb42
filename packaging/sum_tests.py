# SPDX-License-Identifier: MIT
"""Adds up what `quickstart.sh test` ran. Usage: sum_tests.py FILE, whose lines are STEP=failed, STEP=skipped: WHY or
STEP=TESTLOG.json.

Names what failed, with what it said about that, and what was skipped, with its reason; the last line is
`N passed, N failed[, N skipped]`.
"""

import json
import re
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
# A line of a test's output that says that something, or one case among others, was skipped.
SKIPPED_LINE = re.compile(r"^skipped\b[:\s]*(?:[\d.]+ s\s+)?(.*\S)", re.MULTILINE)
# A line that says what was wrong: of the Python suites (a case, or a row of a table and its first complaint), of an
# exception, of doctest, of a sanitizer.
WRONG_LINE = re.compile(r"^(?:FAILED\b[:\s]*(?:[\d.]+ s\s+)?(?=\S).*(?:\n  \S.*)?|[\w.]+(?:Error|Broken)\b.*|"
                        r".*: ERROR: .*|(?:WARNING: ThreadSanitizer|SUMMARY: ).*)$", re.MULTILINE)
MOST_WRONG = 6


def outcomes(path):
    """(name, result, reasons for skipping, what was wrong) of each test in a log of `meson test`, which holds one JSON
    text a line."""
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            said, more = test.get("stdout") or "", test.get("stderr") or ""
            yield test["name"], test["result"], SKIPPED_LINE.findall(said), wrong_in(f"{said}\n{more}")


def wrong_in(said):
    """A few lines; whoever reads no more than the end of a long log still learns what failed."""
    found = [" ".join(line.split())[:300] for line in WRONG_LINE.findall(said)]
    return found[:MOST_WRONG] + ([f"and {len(found) - MOST_WRONG} more"] if len(found) > MOST_WRONG else [])


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
            for name, result, reasons, wrong in tests:
                if result in PASSED:
                    passed += 1
                    parts += [f"{step}: a part of {name}: {reason}" for reason in reasons]
                elif result == "SKIP":
                    skipped.append(f"{step}: {name}: {reasons[-1] if reasons else 'it does not say why'}")
                else:
                    failed.append("; ".join([f"{step}: {name}: {result}", *wrong]))
    print()
    for title, names in (("skipped", skipped + parts), ("failed", failed)):
        for name in names:
            print(f"{title}: {name}")
    print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


main()
