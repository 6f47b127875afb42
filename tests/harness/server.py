# SPDX-License-Identifier: MIT
"""The server as a process: started with a config, watched through its log, stopped by its pid."""

import fcntl
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time

from . import logfmt, programs
from .remote import Remote
from .waiting import wait_until

_DEFAULTS = {"server.host": "127.0.0.1", "server.port": 0, "server.stop_seconds": 5}
_OWN_VARIABLES = ("PORT", "USE_EXPLICIT_TIMESTAMPS", "LOG_LEVEL", "JOURNAL_STREAM", "NOTIFY_SOCKET", "WATCHDOG_USEC",
                  "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


def toml(settings):
    """{"server.port": 0} as TOML; a JSON scalar or list is the same text in TOML."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())


def environment(changes=None):
    """The environment of the tests without what the server itself would read, then with the changes; a variable that
    is to be None is left out."""
    env = {k: v for k, v in os.environ.items() if k not in _OWN_VARIABLES}
    env.update(changes or {})
    return {name: value for name, value in env.items() if value is not None}


class Server(Remote):
    """Use as a context manager: leaving it stops the server and asserts that it ended with status 0.

    settings: keys of the config with dots, over quick defaults (a free port of 127.0.0.1)
    env:      variables for the server
    prefix:   a command that runs the server's command line, as prlimit does
    host:     the address at which it is reached
    pass_fds: descriptors that it inherits
    """

    def __init__(self, settings=None, env=None, args=(), prefix=(), journal=False, pipe_bytes=None,
                 host="127.0.0.1", pass_fds=()):
        super().__init__(None, host)  # its port is known when it has started
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-test-")
        self.config = os.path.join(self.folder.name, "config.toml")
        self.configure(settings)
        self.raw_log = b""
        self.address = None
        self._told_to_stop = False
        self._end = 0
        self._appending = threading.Lock()
        self._reading = threading.Event()
        self._reading.set()
        self._log_end, write_end = os.pipe()
        if pipe_bytes:
            fcntl.fcntl(write_end, 1031, pipe_bytes)  # F_SETPIPE_SZ
        variables = environment(env)
        if journal:
            status = os.fstat(write_end)
            variables["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
        command = [*prefix, programs.server_binary(), "--config", self.config, *args]
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=write_end, pass_fds=pass_fds)
        os.close(write_end)
        self.pid = self.process.pid
        self._collector = threading.Thread(target=self._collect, daemon=True)
        self._collector.start()
        try:
            self._wait_for_start()
        except BaseException:
            self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.kill()
            print("the server's log:\n" + self.log(), flush=True)
            return
        self.stop()

    def configure(self, settings=None):
        """Writes its config file; a server that runs does not look at it until it is told to."""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(toml({**_DEFAULTS, **(settings or {})}))

    # -- log -----------------------------------------------------------------------------------------------

    def _collect(self):
        while self._log_end >= 0:
            if not self._reading.is_set():
                self._reading.wait(0.05)
                continue
            ready, _, _ = select.select([self._log_end], [], [], 0.05)
            if not ready or not self._reading.is_set():
                continue
            with self._appending:
                data = os.read(self._log_end, 65536)
                self.raw_log += data
            if not data:
                return

    def stop_reading_log(self):
        self._reading.clear()

    def read_log_again(self):
        self._reading.set()

    def close_log(self):
        """Closes the reading end: the server's next line meets a broken pipe."""
        self._reading.clear()
        end, self._log_end = self._log_end, -1
        self._collector.join(5)
        os.close(end)

    def _log_waits(self):
        """Whether lines of the server lie in the pipe that are about to be read."""
        if self._log_end < 0 or not self._reading.is_set() or not self._collector.is_alive():
            return False
        unread = fcntl.ioctl(self._log_end, termios.FIONREAD, b"\0" * 4)
        return int.from_bytes(unread, sys.byteorder) > 0

    def log(self):
        """All that the server has written so far. A line is written before what the line tells of is answered."""
        end = time.monotonic() + 5  # of a server that writes all the time
        while self._log_waits() and time.monotonic() < end:
            time.sleep(0.0005)
        with self._appending:
            return self.raw_log.decode("utf-8", "backslashreplace")

    def log_lines(self):
        """Every whole line so far, parsed; a line that is not logfmt fails the test."""
        whole = self.log().rpartition("\n")[0]
        return [logfmt.parse(line) for line in whole.split("\n")] if whole else []

    def wait_for_log(self, condition, what, seconds=10.0):
        """The first log line (as a dict) for which `condition` holds."""
        return wait_until(lambda: next((l for l in self.log_lines() if condition(l)), None),
                          f"no log line {what} in:\n{self.log()}", seconds)

    def _wait_for_start(self):
        def started():
            if self.process.poll() is not None:
                self._collector.join(5)
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            return next((l for l in self.log_lines() if "address" in l), None)
        line = wait_until(started, f"no start line with an address:\n{self.log()}", 20, 0.001)
        self.address = line["address"]
        self.port = int(re.search(r":(\d+)$", self.address).group(1))

    # -- end -----------------------------------------------------------------------------------------------

    def signal(self, number=signal.SIGTERM):
        self._told_to_stop |= number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
        if number == signal.SIGKILL:
            self._end = -signal.SIGKILL
        os.kill(self.pid, number)

    def wait(self, seconds=20):
        status = self.process.wait(seconds)
        if self._log_end >= 0:
            self.read_log_again()
            self._collector.join(5)
        return status

    def stop(self, status=None):
        """SIGTERM unless it was told already; the exit status must be `status` (0, where the test has not killed
        it), every log line logfmt."""
        status = self._end if status is None else status
        if self.process.poll() is None and not self._told_to_stop:
            self.signal()
        found = self.wait()
        lines = self.log()
        assert found == status, f"exit status {found} where {status} was expected; log:\n{lines}"
        self.log_lines()
        assert "Sanitizer" not in lines, lines
        self._close()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        self._collector.join(5)
        self._close()

    def _close(self):
        if self._log_end >= 0:
            os.close(self._log_end)
            self._log_end = -1
        self.folder.cleanup()
