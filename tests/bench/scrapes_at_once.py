# SPDX-License-Identifier: MIT
"""What it costs where many scrapers come in the same moment, beside the goals for 64 of them: exit status 1 where one
is missed.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server python3 -m bench.scrapes_at_once
        [--events N] [--scrapers N ...] [--rounds N] [--only-print]

One thread serves all, and each scraper gets all events. The CPU time is the server's, for each event and scraper, the
least of all rounds. The last column is the p99 of other requests meanwhile, one after the other on one connection."""

import argparse
import os
import sys
import threading

from bench import backlog, probe, servers
from bench.goals import Goals
from bench.growth import print_table
from harness import processes
from harness.beside import Beside

MANY = 64
GOAL_NS, GOAL_SECONDS, GOAL_MIB_OF_ONE, GOAL_P99_MS = 60, 1, 2, 5
NOISE = 0.1


def all_together(scrapers):
    """The results, in the order of the scrapers: they begin together."""
    results = [None] * len(scrapers)
    begin = threading.Barrier(len(scrapers))

    def scrape(number):
        begin.wait()
        results[number] = scrapers[number].scrape()
    threads = [threading.Thread(target=scrape, args=(number,)) for number in range(len(scrapers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Crowd:
    """A server and so many scrapers."""

    def __init__(self, binary, events, number):
        self.events = events
        config = backlog.config(2 * events * backlog.BYTES_OF_ONE // (1 << 20) + 16, 2 * events)
        self.server = servers.Server("ours", servers.ours(binary, config))
        self.scrapers = [backlog.Scraper(self.server.port, f"s{n}") for n in range(number)]

    def scrape_all(self):
        """(when the first began, when the last had all)."""
        results = all_together(self.scrapers)
        for scraper, (got, _, _, _) in zip(self.scrapers, results):
            if got < self.events:
                sys.exit(f"{got} of {self.events} events came out")
            scraper.confirm()
        return min(result[2] for result in results), max(result[3] for result in results)

    def costs(self):
        """(CPU ns for each event and scraper, MiB that the scrapes needed besides, seconds until the last has all)."""
        backlog.post(self.server.port, self.events, self.events)
        waiting, before = self.server.status("VmRSS"), self.server.cpu_seconds()
        processes.forget_peak(self.server.process.pid)
        began, ended = self.scrape_all()
        used = self.server.cpu_seconds() - before
        return (used / self.events / len(self.scrapers) * 1e9, (self.server.status("VmHWM") - waiting) / 1024,
                ended - began)

    def latencies(self):
        """Milliseconds of other requests meanwhile."""
        backlog.post(self.server.port, self.events, self.events)
        with Beside(probe.ask, self.server.port) as others:
            began, ended = self.scrape_all()
            times = others.finish()
        return [1000 * (answered - sent) for sent, answered in times if began <= sent <= ended]

    def close(self):
        for scraper in self.scrapers:
            scraper.close()
        self.server.stop()


def measure(binary, arguments, number, goals):
    crowd = Crowd(binary, arguments.events, number)
    try:
        rounds = [crowd.costs() for _ in range(arguments.rounds)]
        times = sorted(time for _ in range(arguments.rounds) for time in crowd.latencies())
    finally:
        crowd.close()
    cpu, memory, seconds = (least(one[n] for one in rounds) for n, least in enumerate((min, max, min)))
    p99 = times[int(0.99 * len(times))]
    if number == MANY:
        goals.at_most(f"{MANY} at once: CPU", cpu, GOAL_NS, "ns per event and scraper")
        goals.at_most(f"{MANY} at once: until all have all", seconds, GOAL_SECONDS, "s")
        goals.at_most(f"{MANY} at once: memory for each", memory / MANY, GOAL_MIB_OF_ONE, "MiB")
        goals.at_most(f"{MANY} at once: p99 of {len(times)} other requests", p99, GOAL_P99_MS, "ms")
    return number, memory, p99, seconds, cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--scrapers", type=int, nargs="+", default=[1, 4, 16, MANY])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    arguments = parser.parse_args()
    binary = os.path.abspath(os.environ["ONESHOT_BINARY"])
    goals = Goals(NOISE)
    rows = [measure(binary, arguments, number, goals) for number in arguments.scrapers]
    print_table(f"Scrapes of {arguments.events} events at once",
                ("scrapers", "MiB besides", "others' p99 ms", "seconds", "CPU ns"), rows)
    print(goals.table())
    sys.exit(goals.status(arguments.only_print))


if __name__ == "__main__":
    main()
