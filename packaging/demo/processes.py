# SPDX-License-Identifier: MIT
"""What both demos start: servers and Prometheus, at free ports of 127.0.0.1, with all their files in one folder."""

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


def request(url, body=None, headers=None, seconds=5):
    """The body of its answer; anything but 200 is a urllib.error.HTTPError."""
    asked = urllib.request.Request(url, body, headers or {})
    # Loopback is never behind a proxy.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=seconds) as answer:
        return answer.read().decode()


def get(url):
    return request(url)


def answers(url):
    """Whether the URL answers 200 now."""
    try:
        get(url)
        return True
    except OSError:
        return False


def take(url, scraper):
    """Scrapes a server: [(labels, value)] of the events that waited."""
    found = re.findall(r"^events_to_metrics\{(.*)\} (\S+)$", get(f"{url}/metrics?scraper={scraper}"), re.MULTILINE)
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value)) for labels, value in found]


class Process:
    """A program at a port of its own, which Stage.start() starts; it has begun when `ready` answers."""

    seconds = 30

    def __init__(self, name, folder, command, port, ready):
        self.name, self.url = name, f"http://localhost:{port}"
        self._log = os.path.join(folder, f"{name}.log")
        self._folder, self._command = folder, command
        self._ready = f"http://127.0.0.1:{port}{ready}"
        self._process = None

    def start(self):
        """Also again after kill(), with the same folder and at the same port."""
        environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        with open(self._log, "ab") as log:
            # A session of its own: Ctrl-C is for the demo, which ends them in their order.
            self._process = subprocess.Popen(self._command, cwd=self._folder, env=environment, start_new_session=True,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def is_ready(self):
        return answers(self._ready)

    def wait_until_ready(self):
        end = time.monotonic() + self.seconds
        while not self.is_ready():
            self.check()
            if time.monotonic() > end:
                raise SystemExit(f"demo: {self.name} does not answer; it says:\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def runs(self):
        return self._process is not None and self._process.poll() is None

    def check(self):
        """Ends the program where this one has ended by itself."""
        if not self.runs():
            raise SystemExit(f"demo: {self.name} has ended; it says:\n{self.log()[-2000:]}")

    def log(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        """As kill -9 does."""
        self._process.kill()
        self._process.wait()

    def stop(self):
        if self.runs():
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


class Server(Process):
    def __init__(self, program, folder, held):
        port = held.release()
        with open(os.path.join(folder, "config.toml"), "w", encoding="utf-8") as config:
            config.write(f'[server]\nhost = "127.0.0.1"\nport = {port}\n\n[scrapers]\nnames = ["{SCRAPER}"]\n')
        super().__init__("server", folder, [program, "--config", "config.toml"], port, "/readyz")

    def post(self, **labels):
        request(f"{self.url}/event", urllib.parse.urlencode(labels).encode())

    def take(self):
        """Scrapes: [labels] of each event that waited."""
        return [labels for labels, _ in take(self.url, SCRAPER)]


class Prometheus(Process):
    def __init__(self, program, folder, *targets, scraper=SCRAPER, name="prometheus"):
        port = Port().release()
        listed = ", ".join(f'"127.0.0.1:{target}"' for target in targets)
        with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as config:
            config.write("scrape_configs:\n  - job_name: events\n    scrape_interval: 1s\n    scrape_timeout: 1s\n"
                         f"    params: {{scraper: [{scraper}]}}\n    honor_labels: true\n"
                         f"    static_configs: [{{targets: [{listed}]}}]\n")
        command = [program, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn",
                   f"--web.listen-address=127.0.0.1:{port}"]
        super().__init__(name, folder, command, port, "/-/ready")

    def ask(self, expression):
        """What an instant query finds, as the API has it."""
        return json.loads(get(self.api(expression)))["data"]["result"]

    def samples(self, expression):
        """[(labels, [time of a sample])] of an expression with a range, such as x[1m]."""
        return [(entry["metric"], [float(at) for at, _ in entry["values"]]) for entry in self.ask(expression)]

    def api(self, expression):
        """The address of the answer to an instant query."""
        return f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})

    def graph(self, expression, table=False):
        """The address of its own page with the expression filled in."""
        return f"{self.url}/graph?" + urllib.parse.urlencode(
            {"g0.expr": expression, "g0.tab": int(table), "g0.range_input": "5m", "g0.step_input": 5})
