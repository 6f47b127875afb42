# SPDX-License-Identifier: MIT
"""Other requests while something is measured: POST /event and GET /healthz in turn on one connection, each after the
answer to the one before it, from a process of its own."""

import multiprocessing
import time

from bench import backlog


def _run(port, stop, pipe):
    times = []
    wanted = [backlog.request("POST", "/event?type=probe"), backlog.request("GET", "/healthz")]
    with backlog.connect(port) as connection:
        backlog.exchange(connection, wanted[1])
        pipe.send("begun")
        while not stop.is_set():
            for one in wanted:
                began = time.monotonic()
                backlog.exchange(connection, one)
                times.append((began, time.monotonic()))
    pipe.send(times)


class Probe:
    """Use as a context manager; afterwards `times` has (began, answered) of every request."""

    def __init__(self, port):
        self.times = []
        self._stop = multiprocessing.Event()
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_run, args=(port, self._stop, theirs), daemon=True)

    def __enter__(self):
        self._process.start()
        self._pipe.recv()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self.times = self._pipe.recv()
        self._process.join()

    def during(self, began, ended):
        """Seconds that each request took that was sent meanwhile."""
        return [answered - sent for sent, answered in self.times if began <= sent <= ended]
