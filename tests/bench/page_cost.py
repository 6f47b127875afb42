# SPDX-License-Identifier: MIT
"""What those who look at a server cost those who post: POST /event beside ten open pages, and questions to a history of
100,000 events.

    PYTHONPATH=tests python3 -m bench.page_cost --binary build/oneshot-metrics-server

One thread serves all. Rounds with pages and without alternate; each posts at a steady rate on one kept connection, and
one scraper comes once a second. A page asks what the page's own scripts ask, each 2 s (src/app/ui/assets/store.js).

A browser runs on another machine. Here the pages share the processor with those who post, and to take an answer apart
costs more than to write it: so their process gets only the time that nothing else wants (SCHED_IDLE)."""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time

from bench import backlog
from bench.goals import Goals
from bench.servers import Server, ours
from harness import programs
from harness.client import Connection

CONFIG = ("[history]\nseconds = 86400\n[scrapers]\nstartup_hold_seconds = 0\nmax_events_per_scrape = 200000\n"
          "[storage]\ncapacity_mib = 64\n")
HISTORY = 100_000  # events
POLL_SECONDS = 2.0
PAGES = 10
RATE = 250  # posts a second
GOAL_RATIO, GOAL_MS = 1.1, 20


class Page:
    """Asks for what may have changed: from the oldest event on that a scraper had not got yet."""

    def __init__(self, port):
        self.connection = Connection(port, timeout=60)
        self.since = None

    def poll(self):
        now = self.ask("status")["now_unix_ms"]
        events = self.ask(f"events?since={self.since or now - 3_600_000}&limit=1000")["events"]
        waits = [event["unix_ms"] for event in events if event["waiting_for"] or event["in_flight_to"]]
        self.since = int(min(waits, default=now))

    def ask(self, what):
        reply = self.connection.get("/api/v1/" + what)
        assert reply.status == 200, reply
        return json.loads(reply.body)


def pages(port, count, until):
    """So many, each at its own moment of the two seconds."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    opened = [Page(port) for _ in range(count)]
    for page in opened:
        page.poll()
    at = time.monotonic()
    for turn in range(10 ** 9):
        if until.wait(max(0.0, at + turn * POLL_SECONDS / count - time.monotonic())):
            return
        opened[turn % count].poll()


def scrape_each_second(port, until):
    scraper = backlog.Scraper(port, "one")
    while not until.wait(1.0):
        scraper.scrape()


def beside(target, *arguments):
    """A process of its own, and what ends it."""
    until = multiprocessing.Event()
    process = multiprocessing.Process(target=target, args=(*arguments, until), daemon=True)
    process.start()
    return process, until


def end(process, until):
    until.set()
    process.join(30)
    if process.exitcode:
        sys.exit("what asked beside the posts has ended with an error")


def posts(port, seconds):
    """Latencies in ms, ascending; each is counted from the moment when it was due."""
    found = []
    with Connection(port) as connection:
        began = time.monotonic()
        for n in range(int(seconds * RATE)):
            due = began + n / RATE
            time.sleep(max(0.0, due - time.monotonic()))
            reply = connection.post(f"/event?type=deploy&service=checkout&n={n % 97}")
            assert reply.status == 200, reply
            found.append((time.monotonic() - due) * 1000)
    return sorted(found)


def round_of(port, count, seconds):
    """p99 in ms with so many pages open."""
    looking = beside(pages, port, count) if count else None
    time.sleep(1.0)  # the first answers are long; a page that stands open is what is measured
    found = posts(port, seconds)
    if looking:
        end(*looking)
    return found[int(0.99 * len(found))]


def questions(port):
    """The slowest and the median of 50 times 100 events of the whole history, in ms."""
    with Connection(port, timeout=60) as connection:
        took = []
        for _ in range(50):
            began = time.monotonic()
            reply = connection.get("/api/v1/events?limit=100")
            took.append((time.monotonic() - began) * 1000)
            assert reply.status == 200 and len(json.loads(reply.body)["events"]) == 100
    return max(took), statistics.median(took)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    programs.add_binary_argument(parser, "build")
    return parser.parse_args()


def measure(args, port):
    backlog.Scraper(port, "one")
    backlog.post(port, HISTORY, HISTORY)
    backlog.Scraper(port, "one").scrape()
    goals = Goals()
    slowest, median = questions(port)
    goals.at_most("100 of 100,000 events, the slowest of 50", slowest, GOAL_MS, "ms")
    print(f"100 of 100,000 events, the median: {median:.2f} ms")
    scraping = beside(scrape_each_second, port)
    rounds = []
    for number in range(args.rounds):
        counts = (0, PAGES) if number % 2 else (PAGES, 0)
        p99 = {count: round_of(port, count, args.seconds) for count in counts}
        rounds.append(p99)
        print(f"p99 of a POST: {p99[0]:.2f} ms; with {PAGES} pages open {p99[PAGES]:.2f} ms", flush=True)
    end(*scraping)
    alone, looked_at = (statistics.median(p99[count] for p99 in rounds) for count in (0, PAGES))
    goals.at_most(f"p99 of a POST with {PAGES} pages open, to that without", looked_at / alone, GOAL_RATIO, "times")
    return goals


def main():
    args = arguments()
    programs.use_binary(args.binary)
    server = Server("ours", ours(os.environ["ONESHOT_BINARY"], CONFIG))
    try:
        goals = measure(args, server.port)
    finally:
        server.stop()
    print(goals.table())
    sys.exit(goals.status())


if __name__ == "__main__":
    main()
