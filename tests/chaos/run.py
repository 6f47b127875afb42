# SPDX-License-Identifier: MIT
"""Faults of all kinds between posters, scrapers and the real server, and a table of what was lost and what
came twice.

Everything takes place in namespaces of its own: the server in one network, posters and scrapers in another,
and between them a middle that loses, delays, repeats and cuts packets. Each row is one fault. Its scrapers
keep only what they have read whole, as Prometheus does; in the end each must have got each accepted event
exactly once, and every counter of the server must say the same. What nobody could decide has rows of its own,
named below the table.
"""

import argparse
import contextlib
import os
import sys
import time

from chaos import faults, table
from chaos.middle import tun
from chaos.playing import Played, play_all, play_here
from harness import programs, sandbox
from harness.site import Site

USUAL_MINUTES = 1.6
SKIPPED = 77
SEED_STEP = 1000  # from one time through all rows to the next


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("ONESHOT_SEED", "1")),
                        help="of all dice: same seed, same faults (threads still interleave as they like)")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("ONESHOT_CHAOS_MINUTES", "0")),
                        help="about how long: more plays all rows again and again, with seeds derived from "
                             "--seed, less shortens them (else all once, in about a hundred seconds)")
    parser.add_argument("--only", metavar="FAULT", action="append", default=[],
                        help="only rows whose name contains this; may be given several times")
    parser.add_argument("--tls", action="store_true", default=bool(os.environ.get("ONESHOT_CHAOS_TLS")),
                        help="all of it over TLS")
    programs.add_binary_argument(parser, "build")
    parser.add_argument("--list", action="store_true", help="name the rows, and end")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    parser.add_argument("--lengths", type=float, default=1.0, help=argparse.SUPPRESS)
    parser.add_argument("--site", help=argparse.SUPPRESS)
    return parser.parse_args()


def chosen(kind, words):
    if kind.by_name_only:
        return kind.name() in words
    return not words or any(word in kind.name() for word in words)


def enter_sandbox(tls):
    why = sandbox.why_not("nsenter") or tun.why_not() or (
        "openssl is not installed" if tls and not programs.find("openssl") else None)
    if why:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
    sandbox.enter()


def play_for(minutes, kinds, seed, site=None):
    """All rows once; again and again while the minutes that were asked for last."""
    began, played, times = time.monotonic(), [], 0
    lengths = min(1.0, (minutes or USUAL_MINUTES) / USUAL_MINUTES)
    while True:
        rows = [Played(kind, seed + times * SEED_STEP, lengths, site) for kind in kinds]
        play_all(rows)
        played += rows
        times += 1
        took = time.monotonic() - began
        if took + took / times > minutes * 60:  # no time for all of them once more
            print(f"seed {seed}, {took:.0f} s")
            return played


def main():
    args = arguments()
    kinds = [kind for kind in faults.ALL if chosen(kind, args.only)]
    if args.list:
        print("\n".join(kind.name() + (" (by name only)" if kind.by_name_only else "") for kind in faults.ALL))
        return
    programs.use_binary(args.binary)
    if args.row:
        play_here(args.row, args.seed, args.lengths, args.site)
        return
    if not kinds:
        sys.exit("no such row; --list names them")
    enter_sandbox(args.tls)
    with Site() if args.tls else contextlib.nullcontext() as site:
        played = play_for(args.minutes, kinds, args.seed, site and site.folder)
    sys.exit(table.show(played))


if __name__ == "__main__":
    main()
