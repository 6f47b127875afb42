# SPDX-License-Identifier: MIT
"""How cost grows with the number of waiting events, of scrapers and of connections: each table's last column says how
its line compares with the first one (1.00: straight).

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server python3 -m bench.growth
        [events] [scrapers] [connections] [resting] [--most-events N] [--rounds N]

One thread serves all. All figures are CPU time of the server, the least of all rounds."""

import argparse
import os
import sys
import time

from bench import backlog, h2load, servers
from harness import processes
from harness.client import Connection
from harness.waiting import wait_until

EVENTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
SCRAPERS = (1, 4, 16, 64, 1000)
CONNECTIONS = (1, 4, 16, 64, 256, 1000, 4000)
RESTING = (1_000, 4_000, 16_000, 100_000)
OF_A_SOURCE = 20_000  # connections, each of which takes a port
SERIES = 1000  # of those events which merge
ALL = 10_000_000  # more than wait at any time


def print_table(title, heads, rows):
    """Of each row the last number is compared with the first row's."""
    print(f"\n{title}\n" + "".join(f"{head:>16}" for head in heads) + f"{'ratio':>16}")
    for row in rows:
        cells = [f"{row[0]:16d}"] + [f"{cell:16.2f}" for cell in row[1:]]
        print("".join(cells) + f"{row[-1] / rows[0][-1]:16.2f}", flush=True)


def started(binary, events, timestamps=False):
    config = backlog.config(events * backlog.BYTES_OF_ONE // (1 << 20) * 5 // 4 + 16, 2 * events, timestamps)
    return servers.Server("ours", servers.ours(binary, config))


def cost(server, work):
    """CPU seconds, and what it returned."""
    before = server.cpu_seconds()
    result = work()
    return server.cpu_seconds() - before, result


def check(got, events):
    if got != events:
        sys.exit(f"{got} of {events} events came out")


def scrape_cost(binary, waiting, series, timestamps, rounds):
    """CPU ns: (of a POST among pipelined ones, of a scrape for each event, of a second scraper's)."""
    posts, firsts, seconds = [], [], []
    server = started(binary, waiting, timestamps)
    try:
        scrapers = [backlog.Scraper(server.port, f"s{n}") for n in range(2)]
        posted = 0
        repeats = max(1, min(100, 200_000 // waiting))  # of a short one, since the meter sees other things too
        for _ in range(rounds):
            total = {"post": 0, 0: 0, 1: 0}
            for _ in range(repeats):
                total["post"] += cost(server, lambda: backlog.post(server.port, waiting, series or ALL, posted))[0]
                posted += waiting
                if timestamps:
                    time.sleep(0.05)  # of series that share a word of the log's table some are ahead of the clock
                for number, scraper in enumerate(scrapers):
                    seconds_used, (got, _, _, _) = cost(server, scraper.scrape)
                    total[number] += seconds_used
                    check(got, waiting)
                    scraper.confirm()
            for kind, results in (("post", posts), (0, firsts), (1, seconds)):
                results.append(total[kind] / repeats / waiting * 1e9)
        for scraper in scrapers:
            scraper.close()
    finally:
        server.stop()
    return min(posts), min(firsts), min(seconds)


def over_events(binary, arguments):
    heads = ("events waiting", "POST ns", "first scrape ns", "scrape ns")
    for title, series, timestamps in (("all different", None, False), (f"{SERIES} series", SERIES, False),
                                      ("all different, timestamps", None, True)):
        rows = []
        for waiting in EVENTS:
            if waiting > arguments.most_events:
                continue
            rounds = arguments.rounds if waiting <= 1_000_000 else 1
            rows.append((waiting, *scrape_cost(binary, waiting, series, timestamps, rounds)))
        print_table(f"Waiting events, {title}: CPU ns for each", heads, rows)


def over_scrapers(binary, arguments):
    events, rows = 100_000, []
    for number in SCRAPERS:
        server = started(binary, 4 * events)
        try:
            scrapers = [backlog.Scraper(server.port, f"s{n}") for n in range(number)]
            posts, scrapes = [], []
            for _ in range(arguments.rounds):
                posts.append(cost(server, lambda: backlog.post(server.port, events, events))[0])
                for scraper in scrapers:
                    used, (got, _, _, _) = cost(server, scraper.scrape)
                    check(got, events)
                    scrapes.append(used)
                    scraper.confirm()
            resident = server.status("VmRSS") / 1024
            for scraper in scrapers:
                scraper.close()
        finally:
            server.stop()
        scrapes.sort()
        rows.append((number, resident, min(posts) / events * 1e9, scrapes[len(scrapes) // 2] / events * 1e9))
    first = rows[0][2]
    print_table(f"Scrapers, {events} events for each: CPU ns for each event and scraper",
                ("scrapers", "MiB resident", "POST ns", "scrape ns"), rows)
    print("POST, ratio:    " + "  ".join(f"{row[0]}: {row[2] / first:.2f}" for row in rows))


def over_connections(binary, arguments):
    """Beside the floor where there is one: what grows there too is the kernel's."""
    h2load.need()
    processes.raise_open_files_limit()
    config = backlog.config(512, 1_000_000)
    kinds = {"POST": servers.ours(binary, config)}
    if "ONESHOT_FLOOR" in os.environ:
        kinds = {"floor": servers.floor(os.environ["ONESHOT_FLOOR"]), **kinds}
    rows = []
    for number in CONNECTIONS:
        running = {kind: servers.Server(kind, command) for kind, command in kinds.items()}
        costs = {kind: [] for kind in kinds}
        try:
            for _ in range(arguments.rounds):
                for kind, server in running.items():
                    costs[kind].append(h2load.fire(server, servers.TARGET, arguments.requests, number, 1)[0])
        finally:
            for server in running.values():
                server.stop()
        rows.append((number, *(min(of_one) for of_one in costs.values())))
    print_table("Connections, one request in flight on each: CPU µs for each request",
                ("connections", *(kind + " µs" for kind in kinds)), rows)


class Resting:
    """So many connections that have had an answer each and now rest."""

    def __init__(self, server, number):
        self._server, self._before = server, server.status("VmRSS")
        self.connections = []
        for n in range(number):
            source = f"127.0.1.{n // OF_A_SOURCE + 1}"
            self.connections.append(Connection(server.port, source=source, timeout=60))
            self.connections[-1].get("/healthz")

    def kib_for_each(self):
        """Once the server has given back what it reads into."""
        least = [float("inf")]

        def falls_no_more():
            least.append(self._server.status("VmRSS") - self._before)
            return least[-1] >= least[-2]
        wait_until(falls_no_more, "the connections rest", 60, 3)
        return least[-1] / len(self.connections)

    def idle_cost(self):
        """CPU ms in a second."""
        return 1000 * cost(self._server, lambda: time.sleep(4))[0] / 4

    def close(self):
        for connection in self.connections:
            connection.reset()


def over_resting(binary, arguments):
    h2load.need()
    rows, limit = [], processes.raise_open_files_limit()
    for number in RESTING:
        if number + 1000 > limit:
            print(f"{number} connections that rest are left out: a program may open {limit} files here (ulimit -Hn)")
            continue
        config = (f"max_connections = {2 * number}\nmax_connections_per_peer = {2 * number}\n"
                  + backlog.config(512, 1_000_000))
        server = servers.Server("ours", servers.ours(binary, config))
        try:
            taken, resting = cost(server, lambda: Resting(server, number))
            kib, idle = resting.kib_for_each(), resting.idle_cost()
            posts = [h2load.fire(server, servers.TARGET, arguments.requests, 64, 1) for _ in range(arguments.rounds)]
            resting.close()
        finally:
            server.stop()
        rows.append((number, taken / number * 1e6, kib, idle, min(quantiles["p99"] for _, quantiles in posts),
                     min(of_one for of_one, _ in posts)))
    print_table("Connections that rest, and 64 beside them that post",
                ("connections", "µs to begin", "KiB for each", "idle ms/s", "POST p99 µs", "POST µs"), rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tables = {"events": over_events, "scrapers": over_scrapers, "connections": over_connections,
              "resting": over_resting}
    parser.add_argument("tables", nargs="*", default=[], help="some of: " + ", ".join(tables))
    parser.add_argument("--most-events", type=int, default=1_000_000, help="10000000 takes 1.2 GiB and minutes")
    parser.add_argument("--requests", type=int, default=40_000, help="of each measurement over connections")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    binary = os.path.abspath(os.environ["ONESHOT_BINARY"])
    for name, run in tables.items():
        if not arguments.tables or name in arguments.tables:
            run(binary, arguments)


if __name__ == "__main__":
    main()
