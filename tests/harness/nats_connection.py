# SPDX-License-Identifier: MIT
"""A client of a NATS node, for tests: https://docs.nats.io/reference/reference-protocols/nats-protocol"""

import itertools
import json
import socket


class Connection:
    """Hears what is sent to inboxes below INBOX."""

    INBOX = "test"

    def __init__(self, address, port):
        self._socket = socket.create_connection((address, port), 20)
        self._lines = self._socket.makefile("rb")
        self._lines.readline()  # INFO
        self._numbers = itertools.count()
        self._send(f'CONNECT {{"verbose":false,"headers":true}}\r\nSUB {self.INBOX}.> 1\r\n'.encode())

    def close(self):
        self._lines.close()
        self._socket.close()

    def _send(self, raw):
        self._socket.sendall(raw)

    def publish(self, subject, body=b"", reply=""):
        self._send(f"PUB {subject} {reply} {len(body)}\r\n".encode() + body + b"\r\n")

    def message(self):
        """The next one: (its subject, where it wants a reply, its body without headers)."""
        for line in self._lines:
            words = line.decode().split()
            if words[0] == "PING":
                self._send(b"PONG\r\n")
            if words[0] in ("MSG", "HMSG"):
                headers = int(words[-2]) if words[0] == "HMSG" else 0
                body = self._lines.read(int(words[-1]) + 2)[headers:-2]
                lengths = 2 if headers else 1
                return words[1], words[3] if len(words) - lengths == 4 else "", body
            assert words[0] != "-ERR", line
        raise AssertionError("the node has closed the connection")

    def request(self, subject, body=b""):
        inbox = f"{self.INBOX}.answer{next(self._numbers)}"
        self.publish(subject, body, inbox)
        while True:
            to, _, answer = self.message()
            if to == inbox:
                return answer

    def ask(self, subject, body):
        answer = json.loads(self.request(subject, json.dumps(body).encode()))
        assert "error" not in answer, f"{subject}: {answer}"
        return answer
