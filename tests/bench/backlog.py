# SPDX-License-Identifier: MIT
"""Fills a server's event log as fast as one connection can, and scrapes it with a client that throws away what it
reads, so that little but the server is measured."""

import re
import time

from harness.client import Connection, request, scrape_timeout

PACK = 500  # requests in one send: their replies fit into the socket's buffer while nobody reads them
QUERY = "type=deploy&service=checkout&id=%07d"  # of every event; the label text it becomes has the length below
TEXT_BYTES = len('id="0000000",service="checkout",type="deploy"')
BYTES_OF_ONE = 88  # in the log, with the header and what padding there is


def config(mib, events, timestamps=False):
    """Room for them all, in one scrape; nobody gets what was there before him."""
    return (f"[events]\nuse_explicit_timestamps = {str(timestamps).lower()}\n[scrapers]\nmax = 2048\n"
            f"startup_hold_seconds = 0\nmax_events_per_scrape = {events}\n"
            f"max_scrape_bytes = {1 << 30}\n[storage]\ncapacity_mib = {mib}\n")


def post(port, events, series, first=0):
    """So many events of so many series, one after the other, pipelined; series are numbered, from the first one on."""
    with Connection(port, timeout=60) as connection:
        reply = connection.post("/event?" + QUERY % (first % series))
        assert reply.status == 200, reply
        template = request("POST", "/event?" + QUERY)
        owed = 0  # bytes of replies; all have the same length, a refusal would have another
        done = 1
        while done < events:
            until = min(done + PACK, events)
            connection.send(b"".join([template % (n % series) for n in range(first + done, first + until)]))
            _discard(connection, owed)  # of the pack before: so that the server always has something to do
            owed = (until - done) * reply.size
            done = until
        _discard(connection, owed)


def _discard(connection, size):
    buffer = bytearray(min(size, 1 << 20))
    while size > 0:
        got = connection.socket.recv_into(buffer, min(size, len(buffer)))
        assert got, "the server closed the connection"
        size -= got


class Scraper:
    """One by name, with a connection of its own. The first scrape makes it known, if it is not."""

    def __init__(self, port, name, path="/metrics", known=False):
        self.connection = Connection(port, timeout=60)
        self.wanted = request("GET", f"{path}?scraper={name}", [scrape_timeout(120)])
        if not known:
            self.scrape()

    def scrape(self):
        """(events, bytes of the body, when it began, when it was read to its end)."""
        began = time.monotonic()
        self.connection.send(self.wanted)
        buffer = bytearray(1 << 20)
        head = b""
        while b"\r\n\r\n" not in head or b"\n" not in head.partition(b"\r\n\r\n")[2]:
            got = self.connection.socket.recv_into(buffer)
            assert got and (head + buffer[:12]).startswith(b"HTTP/1.1 200"), f"the scrape failed: {head!r}"
            head += buffer[:got]
        header, _, body = head.partition(b"\r\n\r\n")
        size = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", header).group(1))
        _discard(self.connection, size - len(body))
        ended = time.monotonic()
        return int(re.search(rb"(\d+) events? ", body).group(1)), size, began, ended

    def confirm(self):
        """A further request: the batch before it was delivered."""
        self.connection.get("/healthz")

    def close(self):
        self.connection.close()
