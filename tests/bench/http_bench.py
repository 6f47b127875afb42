# SPDX-License-Identifier: MIT
"""What one POST /event costs, in multiples of the floor (epoll and llhttp alone, floor.cpp), which answers nothing.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server ONESHOT_FLOOR=build/tests/bench/floor
        python3 -m bench.http_bench [--shape 64x16] [--requests N] [--rounds N] [--json FILE] [--svg FILE] [--target T]
        [--other 'NAME=COMMAND with {port}'] [--only-print]

All servers run at once and are fired at in turn, round after round, so that what disturbs the machine disturbs all
of them. Each has one thread. Ours stores every event for five scrapers. The numbers are medians over the rounds. Exit
status 1 where a goal is missed by more than the noise."""

import argparse
import json
import os
import sys

from bench import chart, h2load, servers
from bench.goals import Goals

SHAPES = [(1, 1), (64, 1), (512, 1), (1, 16), (64, 16), (512, 16)]  # connections, requests in flight on each
OURS, IN_FILE, MANY = "ours", "ours, in a file", "ours, 64 scrapers"
NOISE = 0.04  # three runs of one program: 1.23 to 1.26, 1.28 to 1.32, 1.99 to 2.07 times the floor
NOISE_OF_TAIL = 0.3  # one time slice of another program, or none, among the slowest 40 of 40,000
TO_FLOOR = {(1, 1): 1.05, (64, 1): 1.05, (512, 1): 1.1, (64, 16): 1.2}
FILE_TO_MEMORY = 1.05
CONFIG = "[storage]\ncapacity_mib = 512\n"  # so that none is dropped while this runs


def started(arguments):
    binary = os.environ["ONESHOT_BINARY"]
    all_of_them = [servers.Server("floor", servers.floor(os.environ["ONESHOT_FLOOR"]))]
    all_of_them.append(servers.Server(OURS, servers.ours(binary, CONFIG), scrapers=5))
    all_of_them.append(servers.Server(IN_FILE, servers.ours(binary, CONFIG, in_file=True), scrapers=5))
    all_of_them.append(servers.Server(MANY, servers.ours(binary, CONFIG), scrapers=64))
    if servers.nginx():
        all_of_them.append(servers.Server("nginx return 200", servers.nginx()))
    for other in arguments.other:
        name, _, command = other.partition("=")
        all_of_them.append(servers.Server(name, servers.by_command_line(command)))
    return all_of_them


def measure(running, arguments):
    shapes = arguments.shape or SHAPES
    results = {shape: {server.name: [] for server in running} for shape in shapes}
    for number in range(arguments.rounds + 1):
        for shape in shapes:
            requests = arguments.requests * (4 if shape[1] > 1 else 1)  # they are cheap, and the clock is coarse
            for server in running if number % 2 else reversed(running):
                result = h2load.fire(server, arguments.target, requests // (10 if number == 0 else 1), *shape)
                if number > 0:  # the first round warms up
                    results[shape][server.name].append(result)
        print(f"round {number} of {arguments.rounds}", file=sys.stderr, flush=True)
    return {shape: {name: h2load.median_of(all_rounds) for name, all_rounds in by_name.items()}
            for shape, by_name in results.items()}


def table(medians):
    lines = []
    for (connections, in_flight), by_name in medians.items():
        lines.append(f"{connections} connections, {in_flight} in flight")
        lines.append(f"  {'':22}{'CPU µs':>8}{'ratio':>7}{'spread':>8}{'p50 µs':>9}{'p99 µs':>9}{'p99.9 µs':>10}")
        for name, row in by_name.items():
            ratio = row["cpu_us"] / by_name["floor"]["cpu_us"]
            lines.append(f"  {name:22}{row['cpu_us']:8.2f}{ratio:7.2f}{row['spread_percent']:7.0f}%"
                         f"{row['p50']:9.0f}{row['p99']:9.0f}{row['p99.9']:10.0f}")
    return "\n".join(lines)


def beside_goals(medians):
    goals = Goals(NOISE)
    for (connections, in_flight), by_name in medians.items():
        shape, floor, ours = f"{connections} x {in_flight}", by_name["floor"], by_name[OURS]
        if (connections, in_flight) in TO_FLOOR:
            goals.at_most(f"{shape}: CPU", ours["cpu_us"] / floor["cpu_us"], TO_FLOOR[connections, in_flight],
                          "of the floor")
        goals.at_most(f"{shape}: CPU in a file", by_name[IN_FILE]["cpu_us"] / ours["cpu_us"], FILE_TO_MEMORY,
                      "of in memory")
        goals.at_most(f"{shape}: p99.9", ours["p99.9"] / floor["p99.9"], 1, "of the floor's", NOISE_OF_TAIL)
    return goals


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=40000, help="of each measurement (40000; pipelined four times)")
    parser.add_argument("--shape", type=lambda text: tuple(map(int, text.split("x"))), action="append",
                        metavar="CxM", help="C connections with M requests in flight on each, instead of all six")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--target", default=servers.TARGET)
    parser.add_argument("--other", action="append", default=[])
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    parser.add_argument("--json")
    parser.add_argument("--svg")
    arguments = parser.parse_args()
    h2load.need()
    running = started(arguments)
    try:
        medians = measure(running, arguments)
    finally:
        for server in running:
            server.stop()
    print(table(medians))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump({f"{c}x{m}": by_name for (c, m), by_name in medians.items()}, file, indent=1)
    if arguments.svg:
        with open(arguments.svg, "w", encoding="utf-8") as file:
            file.write(chart.bars(medians))
    goals = beside_goals(medians)
    print(goals.table())
    sys.exit(goals.status(arguments.only_print))


if __name__ == "__main__":
    main()
