# SPDX-License-Identifier: MIT
"""A real Prometheus with a folder and a port of its own, and questions to its API."""

import os
import urllib.parse

from . import scrape_jobs
from .daemon import Daemon
from .scrape_jobs import Job

__all__ = ["Job", "Prometheus"]


class Prometheus(Daemon):
    """jobs:  {name: Job}
    options:  further top-level keys of its config
    flags:    further arguments
    place:    see Daemon
    """

    def __init__(self, program, jobs, host=None, options=None, flags=(), **place):
        super().__init__(program, host, **place)
        self._flags = flags
        self.write("prometheus.yml", scrape_jobs.config(jobs, options, evaluation_interval="1s"))
        self.begin()

    def command(self):
        return [self.program, f"--config.file={self.path('prometheus.yml')}", *self.storage(),
                f"--web.listen-address={self.address}:{self.port}", "--log.level=warn", *self._flags]

    def storage(self):
        return [f"--storage.tsdb.path={self.folder}/data"]

    def bytes_in_wal(self):
        """How long its log of what it has stored is."""
        return sum(entry.stat().st_size for entry in os.scandir(f"{self.folder}/data/wal") if entry.is_file())

    # -- questions -----------------------------------------------------------------------------------------

    def _query(self, expression):
        return self.data("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))["result"]

    def query(self, expression):
        """The instant vector: [(labels, value)]."""
        return [(entry["metric"], float(entry["value"][1])) for entry in self._query(expression)]

    def finds(self, expression):
        """Whether the expression, of any type, gives anything."""
        return bool(self._query(expression))

    def samples(self, series):
        """Every stored sample of the one series that this selects, end marks left out: [(time, value)]."""
        found = self._query(f"{series}[1h]")
        assert len(found) <= 1, found
        return [(time, float(value)) for entry in found for time, value in entry["values"]]

    def stored(self, job):
        """{id: number of stored samples} of the job's events that have an id, whichever target had them."""
        counts = self.query(f'sum by (id) (count_over_time(events_to_metrics{{job="{job}",id!=""}}[1h]))')
        return {labels["id"]: int(value) for labels, value in counts}

    def rules(self):
        """Every rule, as the API shows it."""
        return [rule for group in self.data("/api/v1/rules")["groups"] for rule in group["rules"]]

    def firing(self):
        """The alerts that fire: {name: [alert, as the API shows it]}."""
        found = {}
        for alert in self.data("/api/v1/alerts")["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert)
        return found
