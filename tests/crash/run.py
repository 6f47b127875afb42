# SPDX-License-Identifier: MIT
"""Kills the server at any moment and at every point where one must cost nothing, and starts it again on the
same event log, with posters and scrapers running; a table of what was lost and what came twice.

An event that was answered with 200 must reach every scraper that was known when it was posted, and no event
may come twice. One moment cannot be made safe, and has a column of its own: see `named` below the table."""

import argparse
import os
import sys
import time
import traceback

from crash import points
from crash.random_kills import RandomKills
from crash.result import Result, show
from harness import programs


def number(name, usual):
    return int(os.environ.get(name, str(usual)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=number("ONESHOT_SEED", 1), help="of all dice")
    parser.add_argument("--kills", type=int, default=number("ONESHOT_KILLS", 200),
                        help="at random moments (200), half of them with sync = always")
    parser.add_argument("--stops", type=int, default=number("ONESHOT_STOPS", 20), help="in good order (20)")
    parser.add_argument("--passes", type=int, default=number("ONESHOT_PASSES", 20),
                        help="kills at each point with sync = interval (20); with always a third of it")
    parser.add_argument("--only", metavar="ROW", action="append", default=[],
                        help="only rows whose name contains this; may be given several times")
    programs.add_binary_argument(parser, "build-debug")
    return parser.parse_args()


def obeys_crash_points(binary):
    """Whether the binary was built with -Dcrash_points=true: then it knows the variable's name."""
    with open(binary, "rb") as file:
        return b"ONESHOT_CRASH_AT" in file.read()


def rows(args):
    """(what can be played, [(name, why not)])"""
    quarter, half = args.kills // 4, args.stops // 2
    found = [RandomKills(args.seed, "interval", args.kills - 3 * quarter),
             RandomKills(args.seed, "always", 2 * quarter),
             RandomKills(args.seed, "interval", quarter, event_times=True),
             RandomKills(args.seed, "interval", args.stops - half, kills=False),
             RandomKills(args.seed, "always", half, kills=False)]
    pointed = [*points.all_points(args.seed, "interval", args.passes),
               *points.all_points(args.seed, "always", max(1, args.passes // 3))]
    skipped = []
    if obeys_crash_points(args.binary):
        found += pointed
        if points.MAKER not in os.environ:
            skipped = [("a file of version 1", f"{points.MAKER} does not name tests/crash/make_version_1")]
    else:
        skipped = [("every write point", "this binary was not built with -Dcrash_points=true")]
    return [row for row in found if not args.only or any(word in row.name for word in args.only)], skipped


def play(row):
    began = time.monotonic()
    try:
        result = row.play()
    except Exception:
        result = Result(row.name, complaints=[traceback.format_exc()])
    print(f"{result.verdict():8} {time.monotonic() - began:6.1f} s  {row.name}", flush=True)
    return result


def main():
    args = arguments()
    programs.use_binary(args.binary)
    sys.setswitchinterval(0.001)
    found, skipped = rows(args)
    if not found:
        sys.exit("no such row")
    sys.exit(show([play(row) for row in found], skipped))


if __name__ == "__main__":
    main()
