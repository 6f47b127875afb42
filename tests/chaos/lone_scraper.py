# SPDX-License-Identifier: MIT
"""A scraper as a process of its own, which can be stopped or killed. Usage: lone_scraper.py HOST PORT NAME
TIMEOUT

It scrapes until its standard input ends. What it has read whole it stores: one line, [[id, value], ...], in
one write.
"""

import json
import os
import select
import sys
import time

from harness.client import Broken, Connection
from harness.exposition import parse

PAUSE = 0.03


def scrape(connection, url, timeout):
    """True where all came in time, and then it is stored; else the connection is closed with the rest
    unread."""
    connection.give_up_at = time.monotonic() + timeout
    try:
        connection.send_get(url, [("X-Prometheus-Scrape-Timeout-Seconds", f"{timeout:.6f}")])
        reply = connection.read_reply()
    except (Broken, OSError):
        connection.close()
        return False
    assert reply.status == 200, reply
    events = [[event.labels["id"], int(event.value)] for event in parse(reply.body).events()]
    os.write(1, json.dumps(events).encode() + b"\n")
    return True


def main():
    host, port, name, timeout = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    connection = None
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        if connection is None:
            connection = Connection(port, host)
        if not scrape(connection, f"/metrics?scraper={name}", timeout):
            connection = None
        elif time.monotonic() % 1 < 0.2:  # now and then a new connection
            connection.close()
            connection = None
    if connection is not None:
        connection.close()


main()
