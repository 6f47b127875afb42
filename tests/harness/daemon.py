# SPDX-License-Identifier: MIT
"""A program that serves HTTP, with a folder, a port and a log of its own."""

import http.client
import json
import os
import subprocess
import tempfile

from . import processes
from .sockets import free_port
from .waiting import wait_until


class Daemon:
    """It runs on the given host, or here. What it stores outlives its process until `stop`.

    READY:  the path that answers 200 once it serves
    folder: where it stores, if not in a folder of its own
    port:   else it is given a free one
    """

    READY = "/-/ready"

    def __init__(self, program, host=None, folder=None, port=None):
        self._owned = tempfile.TemporaryDirectory(prefix="oneshot-daemon-")
        self.folder = folder or self._owned.name
        self.program = program
        self.host = host
        self.address = host.address if host else "127.0.0.1"
        self.port = port or free_port()
        self._log = open(os.path.join(self._owned.name, "log"), "w+b")
        self._process = None

    def begin(self):
        """The first start; nothing is left of it where that fails."""
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def command(self):
        """Its command line."""
        raise NotImplementedError

    def path(self, name):
        """Of a file that the test writes for it."""
        return os.path.join(self._owned.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    # -- process -------------------------------------------------------------------------------------------

    def start(self):
        command = self.command()
        self._process = subprocess.Popen(self.host.command(*command) if self.host else command,
                                         stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                                         cwd=self._owned.name)
        wait_until(self._ready, f"{self.program} ready; its log: {self.log()}", 30, 0.05)

    @property
    def pid(self):
        return self._process.pid

    @property
    def url(self):
        return f"http://{self.address}:{self.port}"

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self):
        self._process.wait(20)

    def bytes_read(self):
        """All that it has read since it started, from sockets and files."""
        with open(f"/proc/{self.pid}/io", encoding="ascii") as file:
            return int(file.readline().split()[1])

    def stop(self):
        if self._process is not None:
            processes.end(self._process)
        self._log.close()
        self._owned.cleanup()

    def log(self):
        self._log.flush()
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    # -- questions -----------------------------------------------------------------------------------------

    def _ready(self):
        assert self._process.poll() is None, self.log()
        try:
            return self.get(self.READY)[0] == 200
        except OSError:
            return False

    def get(self, path):
        """(status, body)"""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read()
        except ConnectionRefusedError:
            status = self._process.poll()
            assert status is None, f"{self.program} has ended with {status}; its log ends:\n{self.log()[-4000:]}"
            raise
        finally:
            connection.close()

    def data(self, path):
        """What the API that both families of stores have answers."""
        status, body = self.get(path)
        answer = json.loads(body)
        assert status == 200 and answer["status"] == "success", answer
        return answer["data"]
