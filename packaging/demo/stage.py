# SPDX-License-Identifier: MIT
"""Where a demo plays: a folder for all files, and the processes that run; nothing of it is left at the end."""

import os
import shutil
import signal
import subprocess
import tempfile

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(text=""):
    print(text, flush=True)


class Stage:
    """A context manager. build: the command that makes the server; may be empty."""

    def __init__(self, build):
        self._build, self._processes = build, []
        self._starting = self._interrupted = False

    def __enter__(self):
        for number in ENDS:
            signal.signal(number, self._interrupt)
        self.folder = tempfile.mkdtemp(prefix="oneshot-demo-")
        return self

    def __exit__(self, *_):
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)  # a second one does not leave anything behind
        for process in reversed(self._processes):
            process.stop()
        shutil.rmtree(self.folder)

    def room(self, name):
        """A folder of its own below that of all."""
        path = os.path.join(self.folder, name)
        os.mkdir(path)
        return path

    def _interrupt(self, *_):
        self._interrupted = True
        if not self._starting:
            raise KeyboardInterrupt

    def start(self, process):
        """Also again, after it was killed. Those that were first started last are ended first."""
        self._starting = True  # what was started by half would be left
        if process not in self._processes:
            self._processes.append(process)
        process.start()
        self._starting = False
        if self._interrupted:
            raise KeyboardInterrupt
        return process

    def build(self):
        if self._build and subprocess.run(self._build, check=False).returncode != 0:
            raise SystemExit("demo: the build failed")

    def wait_until_ready(self):
        for process in self._processes:
            process.wait_until_ready()

    def check(self, killed=()):
        """Ends the demo where a process has ended by itself."""
        for process in self._processes:
            if process not in killed:
                process.check()
