# SPDX-License-Identifier: MIT
"""What grows within the limits of each single request: many large requests at once, what they make the server work
with, and what small bodies unfold to."""

import gzip
import json

from harness.client import request
from hostile import burst, tools
from hostile.limits import BUDGET, Limit
from hostile.row import Row

_NDJSON = ("Content-Type", "application/x-ndjson")
_JSON = ("Content-Type", "application/json")
_GZIP = ("Content-Encoding", "gzip")


class _Memory(Row):
    settings = {"server.max_memory_mib": 64}
    limits = {"rss_peak_mib": BUDGET}

    def at_the_end(self):
        shown = self.metrics()
        for name in ("oneshot_memory_bytes", "oneshot_memory_max_bytes"):
            self.complain_unless(shown.find(name), f"there is no {name}")
        used, most = shown.find("oneshot_memory_bytes"), shown.find("oneshot_memory_max_bytes")
        if used and most:
            self.complain_unless(used.value <= most.value, f"{used.value:.0f} bytes are in use, of {most.value:.0f}")


class LargeRequestsAtOnce(_Memory):
    """Line, headers and body as large as they may be, for an event and for a peek at 20,000; all last bytes at once."""

    limits = {**_Memory.limits,
              "p50_ms": Limit(2500, "65 MB come at once, which loopback brings with these two cores too")}

    seconds = 4.0

    def before(self):
        self.server.scrape("backlog")
        with self.server.connect() as connection:
            for start in range(0, 20_000, 500):
                connection.send(b"".join(request("POST", f"/event?k={n}") for n in range(start, start + 500)))
                for _ in range(500):
                    connection.read_reply()

    def attackers(self):
        headers = [(f"H{number}", "y" * 330) for number in range(90)]
        message = request("POST", "/event?z=" + "q" * 65_400, headers, b"z" * 65_536)
        peek = request("GET", "/metrics?peek=1&scraper=backlog", headers, b"z" * 65_536)
        count = self.connections(400)
        return [(burst.last_bytes_at_once, count, message), (burst.last_bytes_at_once, count, peek)]


class LargeHeadsAtOnce(_Memory):
    """The same without bodies, for nothing but a 404 each."""

    seconds = 4.0

    def attackers(self):
        headers = [(f"H{number}", "y" * 330) for number in range(90)]
        message = request("GET", "/nothing?z=" + "q" * 65_400, headers)
        return [(burst.last_bytes_at_once, self.connections(1000), message)]


class PeeksAtOnce(_Memory):
    """Small requests whose answers are large."""

    before = LargeRequestsAtOnce.before
    seconds = 4.0

    def attackers(self):
        return [(burst.last_bytes_at_once, self.connections(1000), request("GET", "/metrics?peek=1&scraper=backlog"))]


def _bomb(number, body):
    return request("POST", "/events?partial=1" if number % 2 else "/events", [_NDJSON, _GZIP], body)


class Bomb:
    """A gzip body by number; picklable."""

    def __init__(self, bodies):
        self._bodies = bodies

    def __call__(self, number):
        return _bomb(number, self._bodies[number % len(self._bodies)])


class GzipBombs(_Memory):
    """Bodies of some kilobytes that unfold to gigabytes, to blanks, to themselves; and ends that are cut off."""

    def attackers(self):
        zeros = gzip.compress(b"\0" * (64 << 20), 9)
        twice = gzip.compress(gzip.compress(b"\0" * (64 << 20), 9), 9)
        lines = gzip.compress(b"{}\n" * 300_000, 9)
        members = gzip.compress(b"", 9) * 20_000
        bodies = [zeros, twice, lines, members, zeros[:-20], b"\x1f\x8b\x08\0" + b"\xff" * 1000]
        return [(tools.flood_each, Bomb(bodies), self.connections(16))]


class LargeJson(_Memory):
    """A megabyte each that is deep, wide, full of doubled keys or of long numbers."""

    def attackers(self):
        wide = json.dumps({f"k{number}": "v" for number in range(60_000)}).encode()
        bodies = [b"[" * 1_000_000, b'{"a":' * 170_000, wide, b'{"labels":{' + b'"a":"b",' * 120_000 + b'"a":"b"}}',
                  b'{"value":' + b"9" * 900_000 + b"}", b'[{"type":"x"}' + b',{"type":"x"}' * 70_000 + b"]"]
        asked = [request("POST", "/events", [_JSON], body[:1_048_000]) for body in bodies]
        return [(tools.flood_each, tools.InTurn(asked), self.connections(8))]


ROWS = (LargeRequestsAtOnce, LargeHeadsAtOnce, PeeksAtOnce, GzipBombs, LargeJson)
