# SPDX-License-Identifier: MIT
"""Who scrapes and stores the events: Prometheus, or this program itself where there is none."""

import collections
import http.client
import json
import re
import threading
import time

from processes import Prometheus, get, take

SCRAPERS = ("prom-a", "prom-b")


def _moment(target):
    """At which part of each second it is scraped, 0 to 1."""
    seconds = re.search(r":\d\d(\.\d+)", target["lastScrape"])
    return float(seconds[1]) if seconds else 0.0


class Store(Prometheus):
    """A Prometheus that scrapes all replicas under one name."""

    def __init__(self, program, folder, name, ports):
        super().__init__(program, folder, *ports, scraper=name, name=name)
        self._known = 0

    def counts(self):
        """{id: how often it has it}; of two equal events in one scrape the value is 2."""
        found = self.ask("sum by (id) (sum_over_time(events_to_metrics[10m]))")
        return {entry["metric"]["id"]: int(float(entry["value"][1])) for entry in found}

    def total(self):
        """How many it has, as far as is known: it may be away just now."""
        try:
            self._known = len(self.counts())
        except (OSError, http.client.HTTPException):
            pass
        return self._known

    def wait_between_scrapes(self):
        """Until the middle of the longest time in which it scrapes nobody; each target has its moment of a second."""
        moments = sorted(map(_moment, json.loads(get(f"{self.url}/api/v1/targets"))["data"]["activeTargets"]))
        gaps = [((after - before) % 1 or 1, before) for before, after in zip(moments, moments[1:] + moments[:1])]
        length, begin = max(gaps)
        time.sleep((begin + length / 2 - time.time()) % 1)


class OwnStore:
    """The same without a Prometheus: a thread that scrapes the replicas, one after the other."""

    def __init__(self, name, replicas):
        self.name, self._replicas = name, replicas
        self._stored, self._lock = collections.Counter(), threading.Lock()
        threading.Thread(target=self._scrape_all, daemon=True).start()

    def _scrape_all(self):
        while True:
            for replica in self._replicas:
                try:
                    taken = take(replica.url, self.name)
                except (OSError, http.client.HTTPException):
                    taken = []  # it is away, or died in the midst of it
                with self._lock:
                    for labels, value in taken:
                        self._stored[labels["id"]] += int(value)
                time.sleep(1 / len(self._replicas))

    def counts(self):
        with self._lock:
            return dict(self._stored)

    def total(self):
        return len(self.counts())

    def runs(self):
        return True
