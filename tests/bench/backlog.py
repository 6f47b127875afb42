# SPDX-License-Identifier: MIT
"""Fills a server's event log as fast as one connection can, and scrapes it with a client that throws away what it
reads, so that little but the server is measured."""

import re
import socket
import sys
import time

PACK = 500  # requests in one send: their replies fit into the socket's buffer while nobody reads them
QUERY = "type=deploy&service=checkout&id=%07d"  # of every event; the label text it becomes has the length below
TEXT_BYTES = len('id="0000000",service="checkout",type="deploy"')


def config(mib, events, timestamps=False):
    """Room for them all, in one scrape; nobody gets what was there before him."""
    return (f"[events]\nuse_explicit_timestamps = {str(timestamps).lower()}\n[scrapers]\nmax = 128\n"
            f"startup_hold_seconds = 0\nmax_events_per_scrape = {events}\n[storage]\ncapacity_mib = {mib}\n")


def connect(port):
    one = socket.create_connection(("127.0.0.1", port), 60)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def request(method, target, headers=""):
    return f"{method} {target} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n".encode()


def exchange(connection, wanted):
    """Sends a request whose reply is small, and returns that."""
    connection.sendall(wanted)
    reply = b""
    while b"\r\n\r\n" not in reply:
        got = connection.recv(65536)
        if not got:
            sys.exit(f"no answer to {wanted!r}")
        reply += got
    return reply


def post(port, events, series, first=0):
    """So many events of so many series, one after the other, pipelined; series are numbered, from the first one on."""
    with connect(port) as connection:
        reply = exchange(connection, request("POST", "/event?" + QUERY % (first % series)))
        if not reply.startswith(b"HTTP/1.1 200"):
            sys.exit(f"the server refuses events: {reply!r}")
        template = request("POST", "/event?" + QUERY)
        owed = 0  # bytes of replies; all have the same length, a refusal would have another
        done = 1
        while done < events:
            until = min(done + PACK, events)
            connection.sendall(b"".join([template % (n % series) for n in range(first + done, first + until)]))
            _discard(connection, owed)  # of the pack before: so that the server always has something to do
            owed = (until - done) * len(reply)
            done = until
        _discard(connection, owed)


def _discard(connection, size):
    buffer = bytearray(min(size, 1 << 20))
    while size > 0:
        got = connection.recv_into(buffer, min(size, len(buffer)))
        if got == 0:
            sys.exit("the server closed the connection")
        size -= got


class Scraper:
    """One by name, with a connection of its own. The first scrape makes it known."""

    def __init__(self, port, name, path="/metrics"):
        self.connection = connect(port)
        self.wanted = request("GET", f"{path}?scraper={name}", "X-Prometheus-Scrape-Timeout-Seconds: 120\r\n")
        self.scrape()

    def scrape(self):
        """(events, bytes of the body, when it began, when it was read to its end)."""
        began = time.monotonic()
        self.connection.sendall(self.wanted)
        buffer = bytearray(1 << 20)
        head = b""
        while b"\r\n\r\n" not in head or b"\n" not in head.partition(b"\r\n\r\n")[2]:
            got = self.connection.recv_into(buffer)
            if not got or not (head + buffer[:12]).startswith(b"HTTP/1.1 200"):
                sys.exit(f"the scrape failed: {head!r}")
            head += buffer[:got]
        header, _, body = head.partition(b"\r\n\r\n")
        size = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", header).group(1))
        _discard(self.connection, size - len(body))
        ended = time.monotonic()
        return int(re.search(rb"(\d+) events? ", body).group(1)), size, began, ended

    def confirm(self):
        """A further request: the batch before it was delivered."""
        exchange(self.connection, request("GET", "/healthz"))

    def close(self):
        self.connection.close()
