# SPDX-License-Identifier: MIT
"""Where a row takes place: the server in one network namespace, all others in another, the middle between
them."""

from chaos import encrypted
from chaos.middle import Middle, Namespace
from harness.exactly_once import ExactlyOnce
from harness.server import Server

_SERVER, _CLIENTS = "10.9.0.1", "10.9.0.2"
_LOG_PIPE = 1 << 20  # bytes: the server drops lines rather than wait for their reader; here every one counts


class World:
    """Makes two namespaces and leaves this process in that of the clients. Use as a context manager.

    encryption:    an encrypted.Encryption: all speak TLS
    may_lack_keys: see Decrypted
    """

    def __init__(self, settings, env=None, keeps_times=False, headers=(), encryption=None, may_lack_keys=False):
        self._settings = {"server.host": _SERVER, "server.stop_seconds": 1,
                          "scrapers.startup_hold_seconds": 0, **settings}
        self._env = env
        self._keeps_times = keeps_times
        self._headers = headers  # of all who ask for something
        self.encryption = encryption
        reader = {}
        if encryption:
            self._settings.update(encryption.settings)
            reader["reader"] = encryption.reader(may_lack_keys)
        self._place = Namespace(_SERVER)
        self.middle = Middle(Namespace(_CLIENTS), self._place, **reader)
        self.middle.start()
        self.server = self.start_server()
        self.ledger = ExactlyOnce(keeps_times=keeps_times)

    def start_server(self):
        server = Server(self._settings, self._env, prefix=self._place.prefix(), host=_SERVER, pipe_bytes=_LOG_PIPE)
        server.headers = self._headers
        if self.encryption:
            server.tls = self.encryption.context
            server.encrypts = encrypted.Connection
        return server

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.server.__exit__(kind, value, trace)
        finally:
            self.middle.end()
            if self.middle.failure:
                raise AssertionError("the middle broke down:\n" + self.middle.failure)

    def restart_server(self):
        """After the old one has ended: a new one, which knows nothing of it and whose counters begin anew; so does the
        ledger."""
        self.middle.forget_counts()
        self.server = self.start_server()
        self.ledger = ExactlyOnce(keeps_times=self._keeps_times)

    def connect(self, path=None, **options):
        """A connection that takes this path through the middle."""
        def lay(port):
            if path is not None:
                self.middle.lay(port, path)
        return self.server.connect(source=_CLIENTS, before_connect=lay, **options)

    def flow(self, connection):
        return self.middle.flow(connection.socket.getsockname()[1])
