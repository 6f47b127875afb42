# SPDX-License-Identifier: MIT
"""Faults of a cluster, between posters and real Prometheus servers that have all replicas as targets, and a table of
what was lost and what came twice.

Each row is one kind of fault, on three nodes of the engine in a network of their own. Two Prometheus servers take each
event, those that are like no other and those that are like many; in the end each has to have each accepted event once.
What no order of writes makes safe is in a column of its own: named.
"""

import argparse
import os
import sys
import time

from cluster.chaos import rows, table
from cluster.chaos.playing import Played, play_here
from harness import playing, programs


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    playing.add_row_arguments(parser, "of all dice; may be given several times: each row is played with each of them "
                                      "(ONESHOT_SEED, else 1)",
                              "only rows whose name contains this; may be given several times")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("ONESHOT_CLUSTER_SECONDS", "0")),
                        help="of the faults of each row (as the row says)")
    parser.add_argument("--logs", metavar="FOLDER", help="keeps the logs of all replicas there")
    programs.add_binary_argument(parser, "build")
    args = parser.parse_args()
    args.seeds = playing.seeds_of(args)
    return args


def chosen(kind, words):
    if kind.by_name_only:
        return kind.name() in words
    return not words or any(word in kind.name() for word in words)


def main():
    args = arguments()
    programs.use_binary(args.binary)
    if args.row:
        play_here(args)
        return
    kinds = [kind for kind in rows.ALL if chosen(kind, args.only)]
    if args.list:
        print("\n".join(kind.name() + (" (by name only)" if kind.by_name_only else "") for kind in rows.ALL))
        return
    if not kinds:
        sys.exit("no such row; --list names them")
    played = [Played(kind, seed, args.seconds, args.logs) for seed in args.seeds for kind in kinds]
    if all(row.skipped for row in played):
        print("skipped: " + "; ".join(sorted({row.skipped for row in played})))
        sys.exit(77)
    began = time.monotonic()
    playing.play_all(played, 1)
    print(f"seed {', '.join(map(str, args.seeds))}, {time.monotonic() - began:.0f} s")
    sys.exit(table.show(played))


if __name__ == "__main__":
    main()
