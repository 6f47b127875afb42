# SPDX-License-Identifier: MIT
"""Reads along what a server sends down one connection: every reply's status, and the batch that it says it
carries."""

import re
import zlib

_BATCH = re.compile(rb'# scraper "([^"]*)" \([^)]*\), (\d+) events? in this batch')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_GZIP = re.compile(rb"\r\ncontent-encoding: *gzip\r\n", re.IGNORECASE)


def _text(head, body):
    """What a body, or the beginning of one, says."""
    return zlib.decompressobj(wbits=31).decompress(body) if _GZIP.search(head) else body


class Replies:
    """`on_reply(code)` and `on_batch(scraper, events)` are called once for each, when its first line has
    come."""

    def __init__(self, on_reply, on_batch):
        self._on_reply, self._on_batch = on_reply, on_batch
        self._data = b""
        self._body_left = 0
        self.begin = 0   # offset in the stream at which replies begin; None while that is not known
        self.fed = 0     # offset up to where it was read
        self.end = 0     # offset at which the reply that came last ends, as its head says
        self.size = 0    # of its body
        self.sizes = []  # of all replies so far, head and body

    def hear(self, offset, payload):
        """What the client says at this offset of the requests."""

    def feed(self, data):
        self.fed += len(data)
        self.read(data)

    def read(self, data):
        """The replies themselves."""
        self._data += data
        while self._data:
            skipped = min(self._body_left, len(self._data))
            self._data = self._data[skipped:]
            self._body_left -= skipped
            if self._body_left or not self._begin_reply():
                return

    def _begin_reply(self):
        head, blank, rest = self._data.partition(b"\r\n\r\n")
        if not blank:
            return False
        length = _LENGTH.search(head)
        size = int(length.group(1)) if length else 0  # of all replies, only one to HEAD has no length
        first_line, newline, _ = _text(head, rest).partition(b"\n")
        if not newline and len(rest) < size:
            return False
        self._body_left = self.size = size
        self.end = self.fed - len(rest) + size
        self.sizes.append(len(head) + len(blank) + size)
        self._data = rest
        self._on_reply(int(head.split(b" ", 2)[1]))
        batch = _BATCH.match(first_line)
        if batch and size:
            self._on_batch(batch.group(1).decode(), int(batch.group(2)))
        return True
