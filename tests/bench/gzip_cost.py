# SPDX-License-Identifier: MIT
"""What compressing a scrape costs, beside the same scrape as plain text from the same server, and beside the goal for
many events: exit status 1 where that is missed.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server python3 -m bench.gzip_cost

Events like those of deployments, 85 bytes a line; the CPU time is all of the server's, from the request to the last
byte, and the least of seven scrapers is taken."""

import os
import random
import sys

from bench.goals import Goals
from harness.client import request
from harness.columns import print_table
from harness.server import Server

GOAL_NS = 500  # of an event in a compressed scrape, of many
NOISE = 0.1
SCRAPERS = 7
SERVICES = ("checkout", "cart", "payments", "search", "frontend", "inventory")
TYPES = ("deploy", "rollback", "backup", "failover", "cron")
PACK = 500
WAYS = {"plain": [], "gzip": [("Accept-Encoding", "gzip")]}


def cpu_ns(pid):
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total


def post(server, events):
    dice = random.Random(1)
    with server.connect(timeout=60) as connection:
        for _ in range(0, events, PACK):
            connection.send(b"".join(request("POST", (
                f"/event?commit={dice.randrange(1 << 28):07x}&host=web-{dice.randrange(40):02d}"
                f"&service={dice.choice(SERVICES)}&type={dice.choice(TYPES)}")) for _ in range(PACK)))
            for _ in range(PACK):
                assert connection.read_reply().status == 200


def scrape(server, name, headers):
    """(CPU nanoseconds, bytes sent, bytes of text)."""
    before = cpu_ns(server.pid)
    with server.connect(timeout=60) as connection:
        reply = connection.get(f"/metrics?scraper={name}", headers)
    return cpu_ns(server.pid) - before, reply.size, len(reply.body)


def measure(events):
    names = {way: [f"{way}-{number}" for number in range(SCRAPERS)] for way in WAYS}
    with Server({"server.threads": 1, "scrapers.max_events_per_scrape": events,
                 "scrapers.max_scrape_bytes": 1 << 30, "storage.capacity_mib": 256,
                 "scrapers.names": names["plain"] + names["gzip"]}) as server:
        post(server, events)
        best = {way: min(scrape(server, name, WAYS[way]) for name in names[way]) for way in WAYS}
    plain, compressed = best["plain"], best["gzip"]
    return (str(events), f"{plain[0] / events:.0f}", f"{compressed[0] / events:.0f}",
            f"{(compressed[0] - plain[0]) / events:.0f}", str(compressed[2]), str(compressed[1]),
            f"{compressed[2] / compressed[1]:.1f}")


def main():
    rows = [measure(events) for events in (1000, 10_000, 200_000)]
    print_table([("events", "plain, ns/event", "gzip, ns/event", "more", "text", "sent", "times shorter"), *rows])
    goals = Goals(NOISE)
    for row in rows[1:]:
        goals.at_most(f"{row[0]} events, compressed", float(row[2]), GOAL_NS, "ns per event")
    print(goals.table())
    sys.exit(goals.status())


if __name__ == "__main__":
    main()
