# SPDX-License-Identifier: MIT
"""What a scrape of many waiting events costs, beside the goals for it: exit status 1 where one is missed.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server python3 -m bench.scrape_bench
        [--events N] [--rounds N] [--only-print]

One thread serves all. In each round the log is filled and then scraped whole by one scraper after the other; the CPU
time is the server's, from the request to the last byte in the client's hands, and the least of all rounds is taken.
The first scrape after a filling counts the events besides, which the others need not do again."""

import argparse
import os
import sys
import time

from bench import backlog, probe, servers
from bench.goals import Goals
from harness import processes
from harness.beside import Beside

SCRAPERS = 3
# With timestamps a series can have one event each millisecond; faster ones would wait for a later scrape.
CASES = [("all different", None, False), ("1000 series", 1000, False),
         ("all different, timestamps", None, True), ("10000 series, timestamps", 10_000, True)]
GOAL_NS, GOAL_NS_REPEATS, GOAL_OVERHEAD, GOAL_PEAK_MIB, GOAL_P99_MS = 60, 90, 48, 24, 5
NOISE = 0.1  # what the least of three rounds differs by from run to run


def mib_for(events):
    """Room for them and for some more, since a nearly full log makes room for itself."""
    return events * 128 // (1 << 20) * 5 // 4 + 16


class Case:
    def __init__(self, binary, events, series, timestamps):
        self.events, self.series = events, series or events
        config = backlog.config(mib_for(events), 2 * events, timestamps)
        self.server = servers.Server("ours", servers.ours(binary, config))
        self.scrapers = [backlog.Scraper(self.server.port, f"s{n}") for n in range(SCRAPERS)]

    def fill(self):
        backlog.post(self.server.port, self.events, self.series)
        time.sleep(0.1)  # of series that share a word of the log's table some are ahead of the clock

    def scrape_all(self):
        """CPU nanoseconds for each event: (of the first scraper, the least of the others')."""
        costs = []
        for scraper in self.scrapers:
            before = self.server.cpu_seconds()
            got, size, _, _ = scraper.scrape()
            costs.append((self.server.cpu_seconds() - before) / self.events * 1e9)
            self.check(got)
            scraper.confirm()
        self.body_bytes = size
        return costs[0], min(costs[1:])

    def check(self, got):
        if got < self.events:
            sys.exit(f"{got} of {self.events} events came out")

    def memory_of_one(self, base):
        """(bytes for each waiting event besides its text, MiB that a scrape needs besides)."""
        waiting = self.server.status("VmRSS")
        processes.forget_peak(self.server.process.pid)
        self.check(self.scrapers[0].scrape()[0])
        self.scrapers[0].confirm()
        peak = self.server.status("VmHWM")
        return (waiting - base) * 1024 / self.events - backlog.TEXT_BYTES, (peak - waiting) / 1024

    def latencies(self):
        """Milliseconds, sorted, of other requests while one is scraped."""
        with Beside(probe.ask, self.server.port) as others:
            got, _, began, ended = self.scrapers[0].scrape()
            times = others.finish()
        self.check(got)
        self.scrapers[0].confirm()
        return [1000 * (answered - sent) for sent, answered in times if began <= sent <= ended]

    def drain(self):
        for scraper in self.scrapers:
            scraper.scrape()
            scraper.confirm()

    def stop(self):
        for scraper in self.scrapers:
            scraper.close()
        self.server.stop()


def measure(binary, arguments, name, series, timestamps, goals):
    case = Case(binary, arguments.events, series, timestamps)
    first, later, times = [], [], []
    try:
        base = case.server.status("VmRSS")
        for number in range(arguments.rounds):
            case.fill()
            if number == 0:
                overhead, peak = case.memory_of_one(base)
                case.drain()
                case.fill()
            costs = case.scrape_all()
            first.append(costs[0])
            later.append(costs[1])
            case.fill()
            times += case.latencies()
            case.drain()
    finally:
        case.stop()
    times.sort()
    p99 = times[int(0.99 * len(times))]
    most = GOAL_NS_REPEATS if series else GOAL_NS
    goals.at_most(f"{name}: CPU of the first scrape", min(first), most, "ns per event")
    goals.at_most(f"{name}: CPU of a later scrape", min(later), most, "ns per event")
    goals.at_most(f"{name}: memory beside the text", overhead, GOAL_OVERHEAD, "bytes per event")
    goals.at_most(f"{name}: memory for a scrape", peak, GOAL_PEAK_MIB, "MiB")
    goals.at_most(f"{name}: p99 of {len(times)} other requests", p99, GOAL_P99_MS, "ms")


def many_scrapers(binary, arguments, goals):
    """The memory of the events, however many wait for them."""
    config = backlog.config(mib_for(arguments.events), 2 * arguments.events)
    server = servers.Server("ours", servers.ours(binary, config))
    try:
        scrapers = [backlog.Scraper(server.port, f"s{n}") for n in range(64)]
        base = server.status("VmRSS")
        backlog.post(server.port, arguments.events, arguments.events)
        used = (server.status("VmRSS") - base) * 1024 / arguments.events
        for scraper in scrapers:
            scraper.close()
    finally:
        server.stop()
    goals.at_most("64 scrapers: memory beside the text", used - backlog.TEXT_BYTES, GOAL_OVERHEAD, "bytes per event")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", help="only those whose name has this in it")
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    arguments = parser.parse_args()
    binary = os.path.abspath(os.environ["ONESHOT_BINARY"])
    goals = Goals(NOISE)
    for case in CASES:
        if arguments.case is None or arguments.case in case[0]:
            measure(binary, arguments, *case, goals)
            print(".", end="", file=sys.stderr, flush=True)
    if arguments.case is None:
        many_scrapers(binary, arguments, goals)
    print(f"\n{arguments.events} events wait, each with {backlog.TEXT_BYTES} bytes of text")
    print(goals.table())
    sys.exit(goals.status(arguments.only_print))


if __name__ == "__main__":
    main()
