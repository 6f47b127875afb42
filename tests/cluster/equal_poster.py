# SPDX-License-Identifier: MIT
"""Posts equal events to every replica, and counts what became of them: which of them is which nobody can tell."""

import threading
from collections import Counter

from harness.client import Broken, Connection


class EqualPoster:
    """A round is one event to each replica that runs, all of one series. series: different ones; pause: seconds
    between two rounds."""

    def __init__(self, cluster, series=4, pause=0.1):
        self._cluster, self._series, self._pause = cluster, series, pause
        self._lock = threading.Lock()
        self.accepted, self.unknown = Counter(), Counter()

    def run(self, stop):
        turn = 0
        while not stop.wait(self._pause):
            series = f"s{turn % self._series}"
            turn += 1
            for replica in self._cluster.replicas:
                self._post(replica, series)

    def _post(self, replica, series):
        server = replica.server
        if server is None:
            return
        try:
            with Connection(server.port, host=server.host, timeout=30) as connection:
                status = connection.post(f"/event?equal={series}").status
        except ConnectionRefusedError:
            return
        except (Broken, OSError):
            status = 504
        with self._lock:
            if status == 200:
                self.accepted[series] += 1
            elif status == 504:
                self.unknown[series] += 1
            else:
                assert status == 503, status

    def lost_and_twice(self, stored):
        """Of the numbers {series: events} that somebody has stored."""
        lost = sum(max(0, count - stored.get(series, 0)) for series, count in self.accepted.items())
        twice = sum(max(0, count - self.accepted[series] - self.unknown[series]) for series, count in stored.items())
        return lost, twice

    @staticmethod
    def stored_by(prometheus):
        """{series: events}, whichever target had them."""
        found = prometheus.query('sum by (equal) (sum_over_time(events_to_metrics{job="events",equal!=""}[1h]))')
        return {labels["equal"]: round(value) for labels, value in found}
