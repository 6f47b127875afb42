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


ROWS = [ApiGone]
