# SPDX-License-Identifier: MIT
"""Those who take a place and time: they connect and say nothing, or send a head or a body a byte at a time."""

from harness.client import request
from hostile import crowd
from hostile.limits import BUDGET
from hostile.row import Row

PLACES = 500


class _Slow(Row):
    settings = {"server.max_connections": PLACES}
    seconds = 3.0
    plan = crowd.Plan(0)

    def attackers(self):
        return [(crowd.attack, self.plan._replace(count=self.connections(1.5 * PLACES)))]


class ConnectAndSayNothing(_Slow):
    """Each that is thrown out is back at once."""

    plan = crowd.Plan(0, returns=0.05)


class ConnectAndSayNothingFromElsewhere(ConnectAndSayNothing):
    source = "127.0.0.9"


class SlowHeads(_Slow):
    plan = crowd.Plan(0, first=b"GET /metrics HTTP/1.1\r\nHost: t\r\nX-Slow: ", then=b"y", period=0.3)


class SlowBodies(_Slow):
    """The head is good, and the body comes a byte at a time."""

    plan = crowd.Plan(0, first=request("POST", "/event?type=slow", [("Content-Length", "60000")]) + b"a", then=b"b",
                      period=0.3)


class SlowLargeBodies(_Slow):
    """Most of a megabyte each, and the rest never: 750 MB if nobody bounded them."""

    settings = {**_Slow.settings, "server.max_memory_mib": 64}
    limits = {"rss_peak_mib": BUDGET}

    def attackers(self):
        head = request("POST", "/events", [("Content-Type", "application/json"), ("Content-Length", "1000000")])
        return [(crowd.attack, crowd.Plan(self.connections(300), first=head + b"[" + b" " * 900_000, then=b" ",
                                          period=0.5))]


class ChunksOfOneByte(_Slow):
    """Bodies that are chunked in chunks of one byte, one after the other."""

    plan = crowd.Plan(0, first=request("POST", "/event", [("Transfer-Encoding", "chunked")]), then=b"1\r\na\r\n",
                      period=0.2)


ROWS = (ConnectAndSayNothing, ConnectAndSayNothingFromElsewhere, SlowHeads, SlowBodies, SlowLargeBodies,
        ChunksOfOneByte)
