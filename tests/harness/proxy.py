# SPDX-License-Identifier: MIT
"""Programs between a scraper and the server."""

import os
import subprocess
import tempfile

from . import hosts, processes, programs
from .sockets import listens
from .waiting import wait_until


class Between:
    """A program with a folder of its own, for its config and what it writes. Ends with `stop`.

    PROGRAM, VARIABLE: what runs, and what may name another one
    """

    PROGRAM, VARIABLE = "", None

    @classmethod
    def why_not(cls):
        """Why there is none; nothing where there is."""
        return None if programs.find(cls.PROGRAM, cls.VARIABLE) else f"{cls.PROGRAM} is not installed"

    def begin(self, where=lambda *command: command, seconds=10):
        """Runs it by the command that `where` makes of its own, until it listens."""
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-proxy-")
        os.chmod(self._folder.name, 0o755)  # some drop their rights
        with open(self.path("config"), "w", encoding="ascii") as file:
            file.write(self.config())
        self._log = open(self.path("log"), "w+b")
        command = where(programs.need(self.PROGRAM, self.VARIABLE), *self.arguments())
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                                         cwd=self._folder.name)
        try:
            wait_until(self._is_up, f"{self.PROGRAM} listens", seconds)
        except BaseException:
            self.stop()
            raise

    def config(self):
        """Of its file, for those that have one."""
        return ""

    def arguments(self):
        raise NotImplementedError

    def places(self):
        """Where it must listen: (port, address)."""
        raise NotImplementedError

    def path(self, name):
        return os.path.join(self._folder.name, name)

    @property
    def pid(self):
        return self._process.pid

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def _is_up(self):
        assert self._process.poll() is None, f"{self.PROGRAM} ended with {self._process.returncode}: {self.log()}"
        return all(listens(*place) for place in self.places())

    def stop(self):
        processes.end(self._process)
        self._log.close()
        self._folder.cleanup()


class Proxy(Between):
    """On a host of its own, where it listens; it connects to this server."""

    port = 8080

    def __init__(self, host, server):
        self.address = host.address
        self.server_address, self.server_port = hosts.SERVER, server.port
        self.begin(host.command)

    def places(self):
        return [(self.port, self.address)]
