# SPDX-License-Identifier: MIT
"""A backup of a stream and its restore, by the messages that `nats stream backup` and `restore` send:
https://docs.nats.io/reference/reference-protocols/nats_api_reference"""

import contextlib
import json

from harness.nats_connection import Connection

CHUNKS = f"{Connection.INBOX}.chunks"
CHUNK_SIZE = 64 << 10


class Backup:
    """Of a stream, taken while it is used or not."""

    def __init__(self, node, stream):
        self._stream, self._chunks = stream, []
        with contextlib.closing(node.connect()) as connection:
            said = connection.ask(f"$JS.API.STREAM.SNAPSHOT.{stream}",
                                  {"deliver_subject": CHUNKS, "no_consumers": True, "chunk_size": CHUNK_SIZE})
            self._config, self._state = said["config"], said["state"]
            while self._next(connection):
                pass

    def _next(self, connection):
        to, reply, chunk = connection.message()
        if to == CHUNKS and chunk:
            self._chunks.append(chunk)
            connection.publish(reply)
        return to != CHUNKS or chunk

    def restore(self, node):
        with contextlib.closing(node.connect()) as connection:
            said = connection.ask(f"$JS.API.STREAM.RESTORE.{self._stream}",
                                  {"config": self._config, "state": self._state})
            for chunk in self._chunks:
                connection.request(said["deliver_subject"], chunk)
            end = json.loads(connection.request(said["deliver_subject"]))
            assert "error" not in end, end
