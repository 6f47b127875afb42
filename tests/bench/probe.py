# SPDX-License-Identifier: MIT
"""Other requests while something is measured: POST /event and GET /healthz in turn on one connection, each after the
answer to the one before it. For a process of its own (harness.beside)."""

import time

from harness.client import Connection, request


def ask(ready, stop, port):
    """(when it was sent, when it was answered) of every request until `stop`."""
    times, wanted = [], [request("POST", "/event?type=probe"), request("GET", "/healthz")]
    with Connection(port, timeout=60) as connection:
        assert connection.get("/healthz").status == 200
        ready()
        while not stop.is_set():
            for one in wanted:
                sent = time.monotonic()
                connection.send(one)
                connection.read_reply()
                times.append((sent, time.monotonic()))
    return times
