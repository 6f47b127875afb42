# SPDX-License-Identifier: MIT
"""Limits of a scrape config that the server does not know of: a scrape over them is read whole and thrown away."""

from harness.client import request
from store.row import Row
from store.stores import OfPrometheus

_UNDECIDABLE = "Prometheus reads a scrape to its end before it refuses it for this limit"


class _Limit(Row):
    families = (OfPrometheus,)
    undecidable = _UNDECIDABLE

    def bursts(self, count, padding=0):
        for _ in range(3):
            self.oracle.post(count, padding)
            self.scrapes(4)
        self.faults = self.failed_scrapes()


class SampleLimit(_Limit):
    job = {"sample_limit": 200}
    short = ("prometheus",)

    def work(self):
        self.bursts(900)


class BodySizeLimit(_Limit):
    job = {"body_size_limit": "40KB"}

    def work(self):
        self.bursts(900, 60)


class LabelValueLengthLimit(_Limit):
    """Two events have a label that is too long: nobody can deliver these, and all others arrive."""

    job = {"label_value_length_limit": 100}

    def work(self):
        for number in range(2):
            self.poison(f"poison-{number}")
            self.oracle.post(100)
            self.scrapes(8)
        self.faults = self.failed_scrapes()

    def poison(self, name):
        self.must_be_refused.append(name)
        self.oracle.posted([name])
        with self.server.connect() as connection:
            connection.send(request("POST", f"/event?id={name}&text=" + "x" * 150))
            self.oracle.answered(name, connection.read_reply().status)

    def look_closer(self):
        stored = self.stored()
        found = [name for name in self.must_be_refused if name in stored]
        dropped = self.server.peek("store").find("oneshot_events_dropped_total", scraper="store", reason="refused")
        if found:
            return [f"stored although it is over the limit: {found}"]
        if self.confirmed and (dropped is None or dropped.value != len(self.must_be_refused)):
            return [f"set aside as refused: {dropped and dropped.value} instead of {len(self.must_be_refused)}"]
        return []


ROWS = [SampleLimit, BodySizeLimit, LabelValueLengthLimit]
