# SPDX-License-Identifier: MIT
"""A relay that cuts an answer in the middle: both of its connections are reset."""

import socket
import struct
import threading

from harness import hosts
from harness.sockets import accept_each

_AFTER = 200_000  # bytes of an answer; only one that goes on is cut


class Cutter:
    """It stands in for a harness.proxy.Proxy, and runs in the test."""

    def __init__(self, _host, server):
        self.address = hosts.SERVER
        self._to = hosts.SERVER, server.port
        self._listener = socket.create_server((self.address, 0))
        self.port = self._listener.getsockname()[1]
        self._armed = threading.Event()
        self.cuts = 0
        accept_each(self._listener, self._begin)

    @classmethod
    def why_not(cls):
        return None

    def stop(self):
        self._listener.close()

    def cut_next(self):
        """The next answer that is long enough."""
        self._armed.set()

    def _begin(self, client):
        try:
            server = socket.create_connection(self._to, 5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        _Line(self, client, server)

    def takes(self, sent):
        """Whether an answer of which so much was passed on ends here."""
        if sent < _AFTER or not self._armed.is_set():
            return False
        self._armed.clear()
        self.cuts += 1
        return True


class _Line:
    """Two connections, and what passes from one to the other."""

    def __init__(self, cutter, client, server):
        self._cutter, self._client, self._server = cutter, client, server
        self._sent = 0  # of the answer
        for work in (self._ask, self._answer):
            threading.Thread(target=self._guarded, args=(work,), daemon=True).start()

    def _guarded(self, work):
        try:
            work()
        except OSError:
            pass
        for one in (self._client, self._server):
            one.close()

    def _ask(self):
        while data := self._client.recv(65536):
            self._sent = 0
            self._server.sendall(data)
        self._server.shutdown(socket.SHUT_RDWR)

    def _answer(self):
        while data := self._server.recv(16384):
            self._client.sendall(data)
            self._sent += len(data)
            if self._cutter.takes(self._sent):
                for one in (self._server, self._client):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._server.close()
                self._client.shutdown(socket.SHUT_RD)  # wakes the one that waits for a request
                return
        self._client.shutdown(socket.SHUT_RDWR)
