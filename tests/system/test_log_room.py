# SPDX-License-Identifier: MIT
"""Readers that do not read, or hardly, while the event log is full: others post on.

What counts is how long a client that posts now and then is refused without a break. A batch of some 2 MB does not fit
into the kernel's buffers of a connection whose client offers a small window, so the server holds it in the log.
"""

import contextlib
import json
import threading
import time
import unittest

from harness import load, runner
from harness.client import Broken, request, scrape_timeout
from harness.server import Server
from harness.waiting import wait_until

CAPACITY_MIB = 8
LONGEST_REFUSAL = 2.0  # seconds: the patience with leases is one
PAUSE = 0.02  # between two posts, in seconds
SECONDS = 8
TEXT = "x" * 200
SETTINGS = {"storage.capacity_mib": CAPACITY_MIB, "scrapers.startup_hold_seconds": 0,
            "scrapers.max_events_per_scrape": 20000}


def events(first):
    """A thousand that are equal to no others."""
    return "".join(json.dumps({"i": str(first + i), "text": TEXT}) + "\n" for i in range(1000)).encode()


class Flood(contextlib.AbstractContextManager):
    """Posts without a break, some 250 kB at a time."""

    def __init__(self, server):
        self._server, self._bodies = server, [events(n * 1000) for n in range(100)]
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        with self._server.connect() as connection:
            while not self._ends.is_set():
                for body in self._bodies:
                    connection.post("/events", body, [("Content-Type", "application/x-ndjson")])

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()


class Evil(threading.Thread):
    """Comes again as soon as it is thrown out.

    pause: between two reads of a byte; None: it never reads
    """

    def __init__(self, server, path, pause=None):
        super().__init__(daemon=True)
        self._server, self._path, self._pause = server, path, pause
        self._ends = threading.Event()

    def run(self):
        while not self._ends.is_set():
            with contextlib.suppress(OSError, Broken), self._server.connect(receive_buffer=2048) as connection:
                connection.send(request("GET", self._path, [scrape_timeout(120)]))
                while not self._ends.is_set():
                    self._wait(connection.socket)

    def _wait(self, socket):
        if self._pause is not None:
            self._ends.wait(self._pause)
            if not socket.recv(1):
                raise Broken("end of stream")
            return
        self._ends.wait(0.02)
        socket.getpeername()  # fails once the server has reset the connection

    def end(self):
        self._ends.set()


def refusals(server, seconds):
    """How long the longest row of refusals was, and which part of the time was refused: of the time for which the
    machine had a processor."""
    row = longest = refused = whole = 0.0
    watch, end = load.stopwatch(server), time.monotonic() + seconds
    with server.connect() as connection:
        while time.monotonic() < end:
            with watch:
                status = connection.post("/event?type=steady").status
            assert status in (200, 503), status
            row += watch.fed_seconds[-1] + PAUSE
            whole += watch.fed_seconds[-1] + PAUSE
            longest = max(longest, row)
            if status == 200:
                row = 0.0
            else:
                refused += watch.fed_seconds[-1] + PAUSE
            time.sleep(PAUSE)
    return longest, refused / whole


class Room(unittest.TestCase):
    def check(self, kinds, settings=None, held=True):
        with Server({**SETTINGS, **(settings or {})}) as server, contextlib.ExitStack() as stack:
            for name in {path.partition("scraper=")[2].partition("&")[0] for path, _ in kinds}:
                server.scrape(name)
            server.scrape("good")
            for n in range(20):
                server.post("/events", events(n * 1000), [("Content-Type", "application/x-ndjson")])
            evil = [Evil(server, path, pause) for path, pause in kinds]
            for one in evil:
                stack.callback(one.end)
                one.start()
            wait_until(lambda: server.scrape("good").value("oneshot_connections") > len(evil), "all of them there")
            with Flood(server):
                longest, part = refusals(server, SECONDS)
            shown = server.scrape("good")
            print(f"        refused for {longest:.2f} s at most, and {part:.0%} of the time; "
                  f"{shown.value('oneshot_leases_ended_total'):.0f} leases ended", flush=True)
            self.assertLess(longest, LONGEST_REFUSAL)
            self.assertLess(part, 0.5)
            if held:
                self.assertGreater(shown.value("oneshot_leases_ended_total"), 0)
            for one in evil:
                one.end()

    def test_a_scrape_that_is_not_read_holds_posts_up_for_a_second(self):
        self.check([("/metrics?scraper=evil", None)])

    def test_many_scrapers_that_do_not_read_and_come_again_at_once(self):
        self.check([(f"/metrics?scraper=evil{n}", None) for n in range(16)])

    def test_scrapers_that_read_a_byte_now_and_then(self):
        self.check([(f"/metrics?scraper=evil{n}", 0.9) for n in range(8)])

    def test_looks_that_are_not_read(self):
        # Four at a time for a second each, and none while the log is nearly full: mostly no lease has to be ended.
        self.check([("/metrics?scraper=evil&peek=1", None)] * 32, held=False)

    def test_all_of_them_at_once(self):
        self.check([(f"/metrics?scraper=evil{n}", pause) for n in range(8) for pause in (None, 0.9)] +
                   [(f"/metrics?scraper=evil{n}&peek=1", None) for n in range(8)])


if __name__ == "__main__":
    runner.main()
