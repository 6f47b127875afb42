# SPDX-License-Identifier: MIT
"""A real VictoriaMetrics that scrapes and stores, with a folder and a port of its own."""

import json
import urllib.parse

from . import scrape_jobs
from .daemon import Daemon


class VictoriaMetrics(Daemon):
    """jobs:  {name: scrape_jobs.Job}
    flags:    further arguments
    place:    see Daemon
    """

    READY = "/health"

    def __init__(self, program, jobs, host=None, flags=(), **place):
        super().__init__(program, host, **place)
        self._flags = flags
        self.write("scrape.yml", scrape_jobs.config(jobs))
        self.begin()

    def command(self):
        return [self.program, f"-storageDataPath={self.folder}/data", f"-httpListenAddr={self.address}:{self.port}",
                f"-promscrape.config={self.path('scrape.yml')}", "-loggerLevel=WARN", *self._flags]

    # -- questions -----------------------------------------------------------------------------------------

    def export(self, selector):
        """Every stored sample, end marks left out: [(labels, [(time, value)])]. Unlike a query it shows also what came
        within the last seconds, and each sample as it was stored."""
        status, body = self.get("/api/v1/export?" + urllib.parse.urlencode({"match[]": selector}))
        assert status == 200, body
        series = (json.loads(line) for line in body.splitlines())
        return [(one["metric"], [(time / 1000, value) for time, value in zip(one["timestamps"], one["values"])
                                 if value is not None]) for one in series]

    def samples(self, series):
        """Of the one series that this selects: [(time, value)]. Parts of a series may come one by one."""
        return sorted(sample for _, samples in self.export(series) for sample in samples)

    def stored(self, job):
        """{id: number of stored samples} of the job's events that have an id."""
        counts = {}
        for labels, samples in self.export(f'events_to_metrics{{job="{job}",id!=""}}'):
            counts[labels["id"]] = counts.get(labels["id"], 0) + len(samples)
        return counts


class Vmagent(Daemon):
    """Scrapes like VictoriaMetrics, and sends it to the store with this URL."""

    READY = "/health"

    def __init__(self, program, jobs, to, host=None):
        super().__init__(program, host)
        self._to = to
        self.write("scrape.yml", scrape_jobs.config(jobs))
        self.begin()

    def command(self):
        return [self.program, f"-remoteWrite.tmpDataPath={self.folder}/data",
                f"-remoteWrite.url={self._to}/api/v1/write", f"-httpListenAddr={self.address}:{self.port}",
                f"-promscrape.config={self.path('scrape.yml')}", "-loggerLevel=WARN"]
