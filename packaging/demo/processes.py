# SPDX-License-Identifier: MIT
"""What the demo starts: the server and a Prometheus, at free ports of 127.0.0.1, with all their files in one folder."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

SCRAPER = "demo"
# Started by this program alone, and without what would make them another server: a port, a config, a manager's socket.
_LEFT_OUT = ("PORT", "USE_EXPLICIT_TIMESTAMPS", "LOG_LEVEL", "LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET")


class Port:
    """A free port that nobody else gets before the program that it is for begins."""

    def __init__(self):
        self._held = socket.socket()
        self._held.bind(("127.0.0.1", 0))
        self.number = self._held.getsockname()[1]

    def release(self):
        self._held.close()
        return self.number


def get(url):
    # Loopback is never behind a proxy.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
        return answer.read().decode()


def answers(url):
    """Whether the URL answers 200 now."""
    try:
        get(url)
        return True
    except OSError:
        return False


class Process:
    """A program at a port of its own; it has begun when `ready` answers."""

    seconds = 30

    def __init__(self, name, folder, command, port, ready):
        self.name, self.url = name, f"http://localhost:{port}"
        self._log = os.path.join(folder, f"{name}.log")
        environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log)
        self._ready = f"http://127.0.0.1:{port}{ready}"

    def wait_until_ready(self):
        end = time.monotonic() + self.seconds
        while not answers(self._ready):
            self.check()
            if time.monotonic() > end:
                raise SystemExit(f"demo: {self.name} does not answer; it says:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def runs(self):
        return self._process.poll() is None

    def check(self):
        """Ends the program where this one has ended by itself."""
        if not self.runs():
            raise SystemExit(f"demo: {self.name} has ended; it says:\n{self.log()[-2000:]}")

    def log(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        if self.runs():
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()


class Server(Process):
    def __init__(self, program, folder, held):
        port = held.release()
        with open(os.path.join(folder, "config.toml"), "w", encoding="utf-8") as config:
            config.write(f'[server]\nhost = "127.0.0.1"\nport = {port}\n\n[scrapers]\nnames = ["{SCRAPER}"]\n')
        super().__init__("server", folder, [program, "--config", "config.toml"], port, "/readyz")

    def post(self, **labels):
        body = urllib.parse.urlencode(labels).encode()
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{self.url}/event", body, timeout=5).close()

    def take(self):
        """Scrapes: [labels] of each event that waited."""
        text = get(f"{self.url}/metrics?scraper={SCRAPER}")
        found = re.findall(r"^events_to_metrics\{(.*)\} \S+$", text, re.MULTILINE)
        return [dict(re.findall(r'(\w+)="([^"]*)"', labels)) for labels in found]


class Prometheus(Process):
    def __init__(self, program, folder, target):
        port = Port().release()
        with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as config:
            config.write("scrape_configs:\n  - job_name: events\n    scrape_interval: 1s\n    scrape_timeout: 1s\n"
                         f"    params: {{scraper: [{SCRAPER}]}}\n    honor_labels: true\n"
                         f'    static_configs: [{{targets: ["127.0.0.1:{target}"]}}]\n')
        command = [program, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn",
                   f"--web.listen-address=127.0.0.1:{port}"]
        super().__init__("prometheus", folder, command, port, "/-/ready")

    def samples(self, expression):
        """[(labels, [time of a sample])] of an expression with a range, such as x[1m]."""
        result = json.loads(get(self.api(expression)))["data"]["result"]
        return [(entry["metric"], [float(at) for at, _ in entry["values"]]) for entry in result]

    def api(self, expression):
        """The address of the answer to an instant query."""
        return f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})

    def graph(self, expression, table=False):
        """The address of its own page with the expression filled in."""
        return f"{self.url}/graph?" + urllib.parse.urlencode(
            {"g0.expr": expression, "g0.tab": int(table), "g0.range_input": "5m", "g0.step_input": 5})
