# SPDX-License-Identifier: MIT
"""Attackers of all kinds beside well-behaved clients of the real server, and a table of what these noticed.

Each row is one kind of attack, on loopback. Beside it a poster that keeps its connection, one that makes new ones and a
scraper do what they always do; each accepted event must come to the scraper exactly once. They are held to limits, and
so is what the attack costs the server: memory, kernel memory, log, processor. Answers are timed without the
time in which the machine had no processor for them.
"""

import argparse
import sys
import time

from harness import programs
from harness.playing import add_row_arguments, seeds_of
from hostile import attacks, table
from hostile.playing import Played, play_all, play_here


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_row_arguments(parser, "names the run; may be given several times: each row is played with each (ONESHOT_SEED, "
                              "else 1)", "only rows whose name contains this; may be given several times")
    parser.add_argument("--connections-factor", type=float, default=1.0, metavar="F",
                        help="so many times as many connections of attackers (1); the limits stay")
    parser.add_argument("--source", metavar="ADDRESS",
                        help="attack from this address of the loopback, as 127.0.0.9, whatever the rows say")
    programs.add_binary_argument(parser, "build")
    args = parser.parse_args()
    args.seeds = seeds_of(args)
    return args


def main():
    args = arguments()
    kinds = [kind for kind in attacks.ALL if not args.only or any(word in kind.name() for word in args.only)]
    if args.list:
        print("\n".join(kind.name() for kind in kinds))
        return
    programs.use_binary(args.binary)
    if args.row:
        play_here(args.row, args.seeds[0], args.connections_factor, args.source)
        return
    if not kinds:
        sys.exit("no such row; --list names them")
    began = time.monotonic()
    played = [Played(kind, seed, args.connections_factor, args.source) for seed in args.seeds for kind in kinds]
    play_all(played)
    print(f"seed {', '.join(map(str, args.seeds))}, {time.monotonic() - began:.0f} s")
    sys.exit(table.show(played))


if __name__ == "__main__":
    main()
