# SPDX-License-Identifier: MIT
"""What a cluster costs, beside a single server and beside a program that only appends equal records to the same engine:
exit status 1 where a goal is missed.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server ONESHOT_NATS_SERVER=... ONESHOT_RAW_PUBLISHER=...
        python3 -m bench.cluster_bench [posts] [scrapes] [many] [ends] [--rounds N] [--scale X] [--only-print]

Three nodes of the engine, two replicas, one server without a cluster, the raw publisher and the clients share this
machine: absolute numbers are low, and it is the ratios within one round that count; they are medians of the rounds.
CPU times are of a program with all its threads. Each server has one thread for its connections."""

import argparse
import os
import sys
import unittest

from bench import h2load
from bench.cluster import ends, posts, scrapes
from bench.cluster.setting import Setting
from bench.goals import Goals
from harness import nats, processes

PARTS = ("posts", "scrapes", "many", "ends")


def need():
    h2load.need()
    try:
        nats.server()
    except unittest.SkipTest as missing:
        print(f"skipped: {missing}")
        sys.exit(77)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="only these (all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="of how long each measurement takes")
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    need()
    processes.raise_open_files_limit()
    goals = Goals()
    with Setting(os.path.abspath(os.environ["ONESHOT_BINARY"])) as setting:
        if "posts" in parts:
            posts.measure(setting, goals, arguments.rounds, arguments.scale)
        if "scrapes" in parts:
            scrapes.measure_long(setting, goals, arguments.rounds)
            scrapes.measure_appends(setting, goals)
        if "many" in parts:
            scrapes.measure_many(setting, (2, 64, 1000), 10 * arguments.scale)
        if "ends" in parts:
            ends.measure_catching_up(setting)
            ends.measure_ends(setting, arguments.rounds)
    print(goals.table())
    sys.exit(goals.status(arguments.only_print))


if __name__ == "__main__":
    main()
