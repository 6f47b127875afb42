# SPDX-License-Identifier: MIT
"""A proxy as a process beside the scrapers, which ends with the row."""

import os
import subprocess
import tempfile

from harness import processes, programs
from harness.sockets import free_port, listens
from harness.waiting import wait_until


class Relay:
    """Listens on a port of 127.0.0.1 for each of its modes, and connects to the server.

    PROGRAM: what runs
    MODES:   {mode: what its config says of it}
    """

    PROGRAM = ""
    MODES = {}

    @classmethod
    def why_not(cls):
        return None if programs.find(cls.PROGRAM) else f"{cls.PROGRAM} is not installed"

    def __init__(self, server):
        self.server = server
        self.ports = {mode: free_port() for mode in self.MODES}
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-relay-")
        os.chmod(self._folder.name, 0o755)  # some drop their rights
        with open(self.path("config"), "w", encoding="ascii") as file:
            file.write(self.config())
        self._log = open(self.path("log"), "w+b")
        self._process = subprocess.Popen([programs.find(self.PROGRAM), *self.arguments()], cwd=self._folder.name,
                                         stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        try:
            wait_until(self._ready, f"{self.PROGRAM} listens", 20)
        except BaseException:
            self.stop()
            raise

    def config(self):
        """Of its file, for those that have one."""
        return ""

    def arguments(self):
        raise NotImplementedError

    def target(self):
        return f"{self.server.host}:{self.server.port}"

    def path(self, name):
        return os.path.join(self._folder.name, name)

    def _ready(self):
        assert self._process.poll() is None, f"{self.PROGRAM} ended with {self._process.returncode}: {self._said()}"
        return all(listens(port) for port in self.ports.values())

    def _said(self):
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def stop(self):
        processes.end(self._process)
        self._log.close()
        self._folder.cleanup()
