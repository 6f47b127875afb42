# SPDX-License-Identifier: MIT
"""Constant posting and scraping while something happens to the service, and what became of each event."""

import collections
import threading
import time

from harness.client import Broken, Connection
from harness.exposition import parse
from harness.waiting import wait_until
from systemd.machine import PORT

SCRAPERS = ("load-a", "load-b")


class Load:
    """Threads that post (on a new connection each time, and on kept ones) and scrape until the end of the `with`
    block. Afterwards: `refused`, `lost`, `twice`.

    refused: a new connection that was not answered, whatever the reason; on a kept connection, which the server may
    end between two requests, a request counts as refused only if it is not answered on a new one either.
    """

    def __init__(self):
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._accepted = []
        self._got = {name: collections.Counter() for name in SCRAPERS}
        self.refused = []
        self.slowest = 0.0
        self._number = 0
        self._threads = [threading.Thread(target=self._post_anew) for _ in range(3)]
        self._threads += [threading.Thread(target=self._post_on_one) for _ in range(2)]
        self._threads += [threading.Thread(target=self._scrape, args=(name,)) for name in SCRAPERS]

    def __enter__(self):
        for name in SCRAPERS:
            self._scrape_once(name)
        for thread in self._threads:
            thread.start()
        self.wait_for_more()
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.wait_for_more()
        self._end.set()
        for thread in self._threads:
            thread.join(60)
        if kind is None:
            for name in SCRAPERS:
                while self._scrape_once(name):
                    pass

    def wait_for_more(self, count=200):
        """Until so many more events were accepted, and each scraper has got some."""
        accepted = len(self._accepted) + count
        got = [sum(self._got[name].values()) for name in SCRAPERS]
        wait_until(lambda: len(self._accepted) >= accepted and
                   all(sum(self._got[name].values()) > before for name, before in zip(SCRAPERS, got)),
                   f"{count} more events; refused so far: {self.refused[:3]}", 60)

    def _next(self):
        with self._lock:
            self._number += 1
            return self._number

    def _accept(self, number, reply, began):
        with self._lock:
            if reply.status == 200:
                self._accepted.append(number)
            else:
                self.refused.append(f"event {number}: {reply}")
            self.slowest = max(self.slowest, time.monotonic() - began)

    def _post_anew(self):
        while not self._end.is_set():
            number, began = self._next(), time.monotonic()
            try:
                with Connection(PORT, timeout=30) as connection:
                    self._accept(number, connection.post(f"/event?id={number}"), began)
            except (OSError, Broken) as fault:
                with self._lock:
                    self.refused.append(f"event {number}: {fault!r}")
            self._end.wait(0.002)

    def _post_on_one(self):
        connection = None
        while not self._end.is_set():
            number, began = self._next(), time.monotonic()
            for fresh in (False, True):
                try:
                    if connection is None:
                        connection, fresh = Connection(PORT, timeout=30), True
                    self._accept(number, connection.post(f"/event?id={number}"), began)
                    break
                except (OSError, Broken) as fault:
                    if connection is not None:
                        connection.close()
                    connection = None
                    if fresh:
                        with self._lock:
                            self.refused.append(f"event {number} on a kept connection: {fault!r}")
                        break
            self._end.wait(0.002)
        if connection is not None:
            connection.close()

    def _scrape_once(self, name, connection=None):
        with connection or Connection(PORT, timeout=30) as one:
            reply = one.get(f"/metrics?scraper={name}")
            assert reply.status == 200, reply
            numbers = [int(s.labels["id"]) for s in parse(reply.body).events() if "id" in s.labels]
            self._got[name].update(numbers)
            return numbers

    def _scrape(self, name):
        while not self._end.is_set():
            try:
                self._scrape_once(name)
            except (OSError, Broken) as fault:
                with self._lock:
                    self.refused.append(f"scrape by {name}: {fault!r}")
            self._end.wait(0.05)

    @property
    def accepted(self):
        return len(self._accepted)

    @property
    def lost(self):
        return {name: len(set(self._accepted) - set(self._got[name])) for name in SCRAPERS}

    @property
    def twice(self):
        return {name: sum(1 for times in self._got[name].values() if times > 1) for name in SCRAPERS}

    def check(self):
        """Prints the sum, and fails where it is not zeros."""
        print(f"        {self.accepted} events accepted, {len(self.refused)} refused, lost {self.lost}, "
              f"twice {self.twice}; the slowest answer took {self.slowest:.2f} s", flush=True)
        assert not self.refused, self.refused[:5]
        assert set(self.lost.values()) == {0} and set(self.twice.values()) == {0}, (self.lost, self.twice)
