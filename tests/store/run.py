# SPDX-License-Identifier: MIT
"""Real scrapers and stores that are killed, refuse, answer too late or run out of disk, and a table of what the store
has in the end: of each event that was answered with 200 exactly one sample, or it is lost, or there twice.

Each row is one fault with one version of Prometheus or VictoriaMetrics, in a network of its own. Where the server does
not ask the store ("confirmed: no"), some of them cannot be decided: their numbers stand in brackets. Where it asks,
every number must be zero.
"""

import argparse
import os
import sys
import time

from harness import programs, sandbox
from harness.playing import add_row_arguments, seeds_of
from store import table
from store.playing import all_rows, play_all, play_here

SKIPPED = 77


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_row_arguments(parser, "of all dice (programs and threads still interleave as they like); may be given several "
                              "times: each row is played with each of them (ONESHOT_SEED, else 1)",
                      "only rows whose name (fault@scraper-version, with confirmation +confirm) contains this; may be "
                      "given several times")
    parser.add_argument("--confirm", choices=("on", "off", "both"), default="both",
                        help="whether the server asks the store (both)")
    parser.add_argument("--rows", choices=("all", "short", "environment"), default="all",
                        help="short: some that stand for all, in about two minutes; environment: as ONESHOT_STORE_ROWS "
                             "says, else short (all)")
    programs.add_binary_argument(parser, "build")
    args = parser.parse_args()
    args.seeds = seeds_of(args)
    return args


def chosen(row, args):
    if args.rows == "short" and not (row.has_no_program or row.kind.is_short(row.family)):
        return False
    if args.confirm != "both" and row.confirmed != (args.confirm == "on"):
        return False
    return not args.only or any(word in row.name() for word in args.only)


def main():
    args = arguments()
    if args.rows == "environment":
        args.rows = os.environ.get("ONESHOT_STORE_ROWS") or "short"
    programs.use_binary(args.binary)
    if args.row:
        play_here(args.row, args.seeds[0])
        return
    played = [row for seed in args.seeds for row in all_rows(seed) if chosen(row, args)]
    if args.list:
        print("\n".join(dict.fromkeys(row.name() + (f" (skipped: {row.skipped})" if row.skipped else "")
                                      for row in played)))
        return
    if not played:
        sys.exit("no such row; --list names them")
    why = sandbox.why_not("nsenter", "nft")
    if why or all(row.skipped for row in played):
        print("skipped: " + (why or "; ".join(sorted({row.skipped for row in played}))))
        sys.exit(SKIPPED)
    began = time.monotonic()
    play_all(played)
    print(f"seed {', '.join(map(str, args.seeds))}, {time.monotonic() - began:.0f} s")
    sys.exit(table.show(played))


if __name__ == "__main__":
    main()
