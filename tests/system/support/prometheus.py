# SPDX-License-Identifier: MIT
"""A real Prometheus with a folder and a port of its own, and questions to its API."""

import http.client
import json
import os
import socket
import subprocess
import tempfile
import urllib.parse

from .waiting import wait_until

_CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 900ms
  evaluation_interval: 1s
scrape_configs:
"""
_JOB = """\
- job_name: {name}
  params: {{scraper: [{name}]}}
  static_configs: [{{targets: ['127.0.0.1:{port}']}}]
"""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    """jobs: {job name: port of its one target}. A job scrapes as the scraper of its own name.
    rules: a file of alerts."""

    def __init__(self, program, jobs, rules=None):
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-prometheus-")
        config = os.path.join(self._folder.name, "prometheus.yml")
        with open(config, "w", encoding="ascii") as file:
            file.write(_CONFIG + "".join(_JOB.format(name=n, port=p) for n, p in jobs.items()))
            file.write(f"rule_files: {json.dumps([rules] if rules else [])}\n")
        self.port = _free_port()
        self._log = open(os.path.join(self._folder.name, "log"), "w+b")
        self._process = subprocess.Popen(
            [program, f"--config.file={config}", f"--storage.tsdb.path={self._folder.name}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd=self._folder.name)
        try:
            wait_until(self._ready, f"Prometheus ready; its log: {self.log()}", 30, 0.05)
        except BaseException:
            self.stop()
            raise

    def _ready(self):
        assert self._process.poll() is None, self.log()
        try:
            return self._get("/-/ready")[0] == 200
        except OSError:
            return False

    def _get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def query(self, expression):
        """The instant vector: [(labels, value)]."""
        data = self._data("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return [(entry["metric"], float(entry["value"][1])) for entry in data["result"]]

    def _data(self, path):
        status, body = self._get(path)
        answer = json.loads(body)
        assert status == 200 and answer["status"] == "success", answer
        return answer["data"]

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

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def stop(self):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
        self._folder.cleanup()
