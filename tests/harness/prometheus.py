# SPDX-License-Identifier: MIT
"""A real Prometheus with a folder and a port of its own, and questions to its API."""

import http.client
import json
import os
import subprocess
import tempfile
import urllib.parse

from . import processes
from .sockets import free_port
from .waiting import wait_until

_CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 900ms
  evaluation_interval: 1s
scrape_configs:
"""


class Job:
    """What one job scrapes, once a second. Without a name the server knows it by its address."""

    def __init__(self, port, name=None, address="127.0.0.1", **options):
        self._target = f"{address}:{port}"
        self._options = {**({"params": {"scraper": [name]}} if name else {}), **options}

    def config(self, job):
        """A JSON value is the same in YAML."""
        lines = [("job_name", job), ("static_configs", [{"targets": [self._target]}]), *self._options.items()]
        return "- " + "\n  ".join(f"{key}: {json.dumps(value)}" for key, value in lines) + "\n"


class Prometheus:
    """It runs on the given host, or here. What it stores outlives its process until `stop`.

    jobs:    {name: Job}
    options: further top-level keys of its config
    """

    def __init__(self, program, jobs, host=None, options=None):
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-prometheus-")
        self._program = program
        self._host = host
        self.address = host.address if host else "127.0.0.1"
        self.port = free_port()
        with open(self._path("prometheus.yml"), "w", encoding="ascii") as file:
            file.write("".join(f"{key}: {json.dumps(value)}\n" for key, value in (options or {}).items()))
            file.write(_CONFIG + "".join(job.config(name) for name, job in jobs.items()))
        self._log = open(self._path("log"), "w+b")
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def _path(self, name):
        return os.path.join(self._folder.name, name)

    # -- process -------------------------------------------------------------------------------------------

    def start(self):
        command = [self._program, f"--config.file={self._path('prometheus.yml')}",
                   f"--storage.tsdb.path={self._path('data')}",
                   f"--web.listen-address={self.address}:{self.port}", "--log.level=warn"]
        self._process = subprocess.Popen(self._host.command(*command) if self._host else command,
                                         stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                                         cwd=self._folder.name)
        wait_until(self._ready, f"Prometheus ready; its log: {self.log()}", 30, 0.05)

    @property
    def pid(self):
        return self._process.pid

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self):
        self._process.wait(20)

    def bytes_read(self):
        """All that it has read since it started, from sockets and files."""
        with open(f"/proc/{self.pid}/io", encoding="ascii") as file:
            return int(file.readline().split()[1])

    def bytes_in_wal(self):
        """How long its log of what it has stored is."""
        return sum(entry.stat().st_size for entry in os.scandir(self._path("data/wal")) if entry.is_file())

    def stop(self):
        processes.end(self._process)
        self._log.close()
        self._folder.cleanup()

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    # -- questions -----------------------------------------------------------------------------------------

    def _ready(self):
        assert self._process.poll() is None, self.log()
        try:
            return self._get("/-/ready")[0] == 200
        except OSError:
            return False

    def _get(self, path):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def _data(self, path):
        status, body = self._get(path)
        answer = json.loads(body)
        assert status == 200 and answer["status"] == "success", answer
        return answer["data"]

    def _query(self, expression):
        return self._data("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))["result"]

    def query(self, expression):
        """The instant vector: [(labels, value)]."""
        return [(entry["metric"], float(entry["value"][1])) for entry in self._query(expression)]

    def samples(self, series):
        """Every stored sample of the one series that this selects, end marks left out: [(time, value)]."""
        found = self._query(f"{series}[1h]")
        assert len(found) <= 1, found
        return [(time, float(value)) for entry in found for time, value in entry["values"]]

    def stored(self, job):
        """{id: number of stored samples} of the job's events that have an id."""
        counts = self.query(f'count_over_time(events_to_metrics{{job="{job}",id!=""}}[1h])')
        return {labels["id"]: int(value) for labels, value in counts}

    def rules(self):
        """Every rule, as the API shows it."""
        return [rule for group in self._data("/api/v1/rules")["groups"] for rule in group["rules"]]

    def firing(self):
        """The alerts that fire: {name: [alert, as the API shows it]}."""
        found = {}
        for alert in self._data("/api/v1/alerts")["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert)
        return found
