# SPDX-License-Identifier: MIT
"""A store that takes what it scrapes, and does not answer the server's questions for a while."""

import time

from store.row import Row
from store.stores import OfPrometheus, OfVictoriaMetrics


class ApiGone(Row):
    """Events may wait for that; none may be lost or come twice."""

    families = (OfPrometheus, OfVictoriaMetrics)
    only_confirmed = True
    seconds = 30.0

    def work(self):
        self.scrapes(4)
        for _ in range(3):
            with self.host.drops(f"tcp sport {self.store.port}"):
                self.faults += 1
                time.sleep(4)  # is the fault
            self.scrapes(3)


class MarkerDropped(Row):
    """The scraper throws away the sample by which the server would know its batches: it does without, and says so."""

    families = (OfPrometheus,)
    only_confirmed = True
    job = {"metric_relabel_configs": [{"source_labels": ["__name__"], "regex": "oneshot_batch", "action": "drop"}]}
    seconds = 40.0

    def work(self):
        self.scrapes(30)
        self.faults += 1

    def look_closer(self):
        warned = any(line.get("level") == "warn" and "oneshot_batch" in str(line) for line in self.server.log_lines())
        return [] if warned else ["no warning names oneshot_batch"]


ROWS = [ApiGone, MarkerDropped]
