# SPDX-License-Identifier: MIT
"""A server by its address, whoever started it: one request on a connection of its own."""

from .client import Connection
from .exposition import parse
from .tls_client import TlsConnection


class Remote:
    headers = ()   # sent with each GET
    tls = None     # an ssl.SSLContext: all connections are encrypted
    encrypts = TlsConnection  # makes those
    source = None  # the address that connections come from

    def __init__(self, port, host="127.0.0.1"):
        self.port, self.host = port, host

    def connect(self, **options):
        """tls: an ssl.SSLContext, instead of the server's own."""
        options = {"host": self.host, "headers": self.headers, "source": self.source, "tls": self.tls, **options}
        tls = options.pop("tls")
        return Connection(self.port, **options) if tls is None else self.encrypts(self.port, tls, **options)

    def get(self, path, headers=(), **options):
        """The reply, read whole; then the connection is closed in order."""
        with self.connect(**options) as connection:
            return connection.get(path, headers)

    def post(self, path, body=None, headers=(), **options):
        with self.connect(**options) as connection:
            return connection.post(path, body, headers)

    def event(self, query, **options):
        """Posts one event that must be accepted."""
        reply = self.post("/event?" + query, **options)
        assert reply.status == 200, reply
        return reply

    def scrape(self, scraper=None, **options):
        """A whole scrape: the parsed exposition."""
        return self.exposition("/metrics" + (f"?scraper={scraper}" if scraper else ""), **options)

    def peek(self, scraper):
        """What this scraper would get, and all own metrics, without taking anything."""
        return self.exposition(f"/metrics?peek=1&scraper={scraper}")

    def knows(self, scraper):
        """Whether this scraper is known: a peek lists all that are."""
        second = self.get("/metrics?peek=1").text.split("\n")[1]
        return scraper in second.removeprefix("# known scrapers: ").split(", ")

    def exposition(self, path, **options):
        reply = self.get(path, **options)
        assert reply.status == 200, reply
        return parse(reply.body)
