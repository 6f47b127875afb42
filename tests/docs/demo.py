# SPDX-License-Identifier: MIT
"""Runs packaging/demo as `quickstart.sh demo` does."""

import os
import re
import signal
import subprocess
import sys

from harness import programs
from harness.server import environment
from harness.waiting import wait_until

DEMO = os.path.join(programs.ROOT, "packaging", "demo")


class Demo:
    """The program, with a folder for its files and what it prints. engine: a nats-server, to show a cluster"""

    def __init__(self, folder, prometheus, *build, engine=None):
        self.folder = os.path.join(folder, "tmp")
        os.mkdir(self.folder)
        self._said = os.path.join(folder, "said")
        with open(self._said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, DEMO, *(["--cluster", engine] if engine else []), programs.server_binary(),
                 prometheus, "--", *build], stdout=said, stderr=said, stdin=subprocess.DEVNULL,
                env=environment({"TMPDIR": self.folder, "PYTHONDONTWRITEBYTECODE": "1"}))

    def said(self):
        with open(self._said, encoding="utf-8") as file:
            return file.read()

    def wait_for(self, pattern, seconds=30):
        """The match of the pattern in what it says."""
        def found():
            assert self.process.poll() is None or re.search(pattern, self.said()), self.said()
            return re.search(pattern, self.said())
        return wait_until(found, pattern, seconds, 0.05)

    def processes(self):
        """The numbers of what it has started."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return file.read().split()

    def children(self):
        """The command lines of these."""
        lines = []
        for number in self.processes():
            with open(f"/proc/{number}/cmdline", encoding="utf-8") as file:
                lines.append(file.read().replace("\0", " "))
        return lines

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(30)
