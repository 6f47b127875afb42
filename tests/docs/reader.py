# SPDX-License-Identifier: MIT
"""Somebody who reads a page and does what it says: a folder with what they write, the server that they start, and a
real Prometheus with their config."""

import fnmatch
import os
import signal
import subprocess
import tempfile
import unittest

from docs.steps import commands, steps
from harness import programs
from harness.prometheus import Prometheus
from harness.server import environment
from harness.sockets import free_port, listens
from harness.waiting import wait_until


class OfThePage(Prometheus):
    """With this file as its config."""

    def __init__(self, program, config):
        self._config = config
        super().__init__(program, {})

    def command(self):
        return [word.replace(self.path("prometheus.yml"), self._config) for word in super().command()]


class Reader:
    """Ports of the page are free ones here, and the service's folder is the reader's."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {port: str(free_port()) for port in ("8090", "8092")}
        self.server = self.command = None
        self.changed = False
        os.mkdir(self.path("bin"))
        binary = os.path.abspath(programs.server_binary())
        for name in ("oneshot-metrics-server", "oneshotctl"):
            os.symlink(os.path.join(os.path.dirname(binary), name), self.path(f"bin/{name}"))
        self.environment = environment({"LC_ALL": "C.UTF-8", "PATH": f"{self.path('bin')}:{os.environ['PATH']}"})

    def path(self, name):
        return os.path.join(self.folder, name)

    def here(self, text):
        text = text.replace("/run/oneshot-metrics-server", self.folder)
        for port, free in self.ports.items():
            text = text.replace(f"localhost:{port}", f"localhost:{free}").replace(f"127.0.0.1:{port}",
                                                                                  f"127.0.0.1:{free}")
        return text

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(self.here(text))

    def log(self):
        with open(self.path("log"), encoding="utf-8") as file:
            return file.read()

    def run(self, command):
        return subprocess.run(["sh", "-c", self.here(command)], cwd=self.folder, text=True, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)

    # -- the server ----------------------------------------------------------------------------------------

    def start(self, command=None):
        """The command of the page, or that of somebody who has written a config.toml, or has not."""
        self.command = command
        if command is None:
            there = os.path.exists(self.path("config.toml"))
            command = "oneshot-metrics-server" + (" --config config.toml" if there else "")
        with open(self.path("log"), "ab") as log:
            self.server = subprocess.Popen(command.split(), cwd=self.folder, stderr=log, stdin=subprocess.DEVNULL,
                                           env={**self.environment, "PORT": self.ports["8090"]})
        wait_until(lambda: listens(int(self.ports["8090"])) or self.ended(), "the server listens", 20, 0.05)
        self.changed = False

    def ended(self):
        assert self.server.poll() is None, self.log()

    def take_over(self):
        """Has a running server read what was written meanwhile."""
        if self.server is None or not self.changed:
            return
        before = self.log().count('msg="reloaded"')
        self.server.send_signal(signal.SIGHUP)
        wait_until(lambda: self.log().count('msg="reloaded"') > before, "a reload", 10, 0.05)
        self.changed = False

    def restart(self):
        self.stop()
        self.start(self.command)

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait(20)
            self.server = None


class Reading(unittest.TestCase):
    """Does what a page says; a step is a method do_KIND."""

    def setUp(self):
        programs.need("curl")
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="oneshot-docs-"))
        self.reader = Reader(folder)
        self.addCleanup(self.reader.stop)
        self.prometheus = None
        self.addCleanup(self.stop_prometheus)

    def stop_prometheus(self):
        if self.prometheus is not None:
            self.prometheus.stop()
            self.prometheus = None

    def read(self, page):
        found = steps(page)
        self.assertTrue(found, f"nothing on {page} is marked")
        for kind, argument, text in found:
            if kind not in ("file", "start", "restart"):
                self.reader.take_over()
            getattr(self, f"do_{kind}")(argument, text)

    def do_start(self, *_):
        self.reader.start()

    def do_restart(self, *_):
        self.reader.restart()

    def do_file(self, name, text):
        self.reader.write(name, text)
        self.reader.changed |= name.endswith((".toml", ".yml"))  # what a server reads; the rest is posted

    def do_run(self, _, text):
        for command, printed in commands(text):
            if command.endswith("&"):
                self.reader.start(command.removesuffix("&"))
                continue
            ran = self.reader.run(command)
            said = f"{command}\nprinted: {ran.stdout}{ran.stderr}\nand not: {printed}\n{self.log()}"
            if printed:
                pattern = self.reader.here(printed).replace("[", "[[]")
                self.assertTrue(fnmatch.fnmatchcase((ran.stdout or ran.stderr).rstrip("\n"), pattern), said)
            else:
                self.assertEqual((ran.returncode, ran.stdout), (0, ""), said)

    def log(self):
        return self.reader.log() if self.reader.server else ""

    def do_prometheus(self, _, text):
        """The one of the step before is stopped: its job may have another name or other credentials."""
        fast = text.replace("scrape_interval: 15s", "scrape_interval: 1s")
        self.reader.write("prometheus.yml", "global: {scrape_interval: 1s}\n" + fast)
        program = programs.find("prometheus", "ONESHOT_PROMETHEUS")
        if program is None:
            print("        no Prometheus: its config is not tried", flush=True)
            return
        self.stop_prometheus()
        self.prometheus = OfThePage(program, self.reader.path("prometheus.yml"))
        wait_until(lambda: self.prometheus.query('up{job="events"} == 1'), "Prometheus has scraped", 20, 0.2)
