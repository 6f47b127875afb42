# SPDX-License-Identifier: MIT
"""A backup of a stream and its restore, by the messages that `nats stream backup` and `restore` send:
https://docs.nats.io/reference/reference-protocols/nats_api_reference"""

import contextlib
import itertools
import json
import socket

INBOX = "test.backup"
CHUNK = 64 << 10


class Connection:
    """A client of a node, as far as a backup needs one.
    https://docs.nats.io/reference/reference-protocols/nats-protocol"""

    def __init__(self, node):
        self._socket = socket.create_connection((node.address, node.clients), 20)
        self._lines = self._socket.makefile("rb")
        self._lines.readline()  # INFO
        self._numbers = itertools.count()
        self._send(f'CONNECT {{"verbose":false,"headers":true}}\r\nSUB {INBOX}.> 1\r\n'.encode())

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
        inbox = f"{INBOX}.answer{next(self._numbers)}"
        self.publish(subject, body, inbox)
        while True:
            to, _, answer = self.message()
            if to == inbox:
                return answer

    def ask(self, subject, body):
        answer = json.loads(self.request(subject, json.dumps(body).encode()))
        assert "error" not in answer, f"{subject}: {answer}"
        return answer


class Backup:
    """Of a stream, taken while it is used or not."""

    def __init__(self, node, stream):
        self._stream, self._chunks = stream, []
        with contextlib.closing(Connection(node)) as connection:
            inbox = f"{INBOX}.chunks"
            said = connection.ask(f"$JS.API.STREAM.SNAPSHOT.{stream}",
                                  {"deliver_subject": inbox, "no_consumers": True, "chunk_size": CHUNK})
            self._config, self._state = said["config"], said["state"]
            while self._next(connection, inbox):
                pass

    def _next(self, connection, inbox):
        to, reply, chunk = connection.message()
        if to == inbox and chunk:
            self._chunks.append(chunk)
            connection.publish(reply)
        return to != inbox or chunk

    def restore(self, node):
        with contextlib.closing(Connection(node)) as connection:
            said = connection.ask(f"$JS.API.STREAM.RESTORE.{self._stream}",
                                  {"config": self._config, "state": self._state})
            for chunk in self._chunks:
                connection.request(said["deliver_subject"], chunk)
            end = json.loads(connection.request(said["deliver_subject"]))
            assert "error" not in end, end
