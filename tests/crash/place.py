# SPDX-License-Identifier: MIT
"""One event log in a file, and the servers that use it, one after the other."""

import os
import signal
import tempfile
import threading
import time

from harness.client import Broken, Connection
from harness.exactly_once import ExactlyOnce
from harness.server import Server

SETTINGS = {
    "storage.capacity_mib": 1,
    "scrapers.startup_hold_seconds": 0,
    "server.stop_seconds": 5,
}


class MortalServer(Server):
    """May be killed by one of its own crash points, even before it listens: then `port` is None."""

    def _wait_for_start(self):
        try:
            super()._wait_for_start()
        except AssertionError:
            if self.process.poll() != -signal.SIGKILL:
                raise

    def died(self):
        """True where it killed itself."""
        return self.process.poll() == -signal.SIGKILL


class Patient(Connection):
    """That a server ends a connection is no surprise here; that it neither answers nor ends it is."""

    def _more(self, so_far=b""):
        try:
            return super()._more(so_far)
        except Broken as broken:
            if broken.why == "silence":
                raise AssertionError(f"no answer within {self.socket.gettimeout()} s") from broken
            raise


class Place:
    """Use as a context manager. settings: over those above; named: scrapers of the config."""

    def __init__(self, settings=None, named=("a", "b"), sync="interval"):
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-crash-")
        self.path = os.path.join(self._folder.name, "events.log")
        self.settings = {**SETTINGS, "storage.path": self.path, "storage.sync": sync,
                         "scrapers.names": list(named), **(settings or {})}
        self.ledger = ExactlyOnce(named)
        self.server = None
        self.last_log = ""
        self._lives = threading.Event()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.server is not None:
            if kind is not None:
                print(f"the server's log:\n{self.server.log()[-4000:]}", flush=True)
            self.server.kill()
            self.server = None
        elif kind is not None:
            print(f"the last server's log:\n{self.last_log[-4000:]}", flush=True)
        self._folder.cleanup()

    def connect(self, **options):
        """A connection to the server that lives now. It may be dead already, and only its client does not know; where
        there is none it is waited for a little."""
        self._lives.wait(0.05)
        with self.ledger.lock:
            life, server = self.ledger.life, self.server
        if server is None:
            raise Broken("no server")
        connection = Patient(server.port, **options)
        connection.life = life
        return connection

    # -- the server -----------------------------------------------------------------------------------------

    def start(self, env=None, **more):
        """False where it did not live until it listened, as its crash point wanted."""
        server = MortalServer({**self.settings, **more}, env)
        if server.port is None:
            self.last_log = server.log()
            server.kill()
            self.ledger.killed(time.monotonic())
            return False
        with self.ledger.lock:
            self.server = server
        self._lives.set()
        return True

    def kill(self):
        when = time.monotonic()
        self.server.signal(signal.SIGKILL)
        self._end(-signal.SIGKILL, when)

    def stop(self, may_die=False):
        """In good order; True where a crash point of the server, if that may be, was in the way."""
        self.server.signal()
        died = may_die and self.server.wait() == -signal.SIGKILL
        self._end(-signal.SIGKILL if died else 0, time.monotonic())
        return died

    def bury(self):
        """After it killed itself."""
        self._end(-signal.SIGKILL, time.monotonic())

    def _end(self, status, when):
        self._lives.clear()
        server = self.server
        try:
            found = server.wait()
        except Exception:
            print(server.log())
            raise
        self.last_log = server.log()
        with self.ledger.lock:
            self.server = None
            if status == 0:
                self.ledger.stopped()
            else:
                self.ledger.killed(when)
        server.kill()
        assert found == status, f"exit status {found} where {status} was expected; log:\n{self.last_log}"
        assert "Sanitizer" not in self.last_log, self.last_log
