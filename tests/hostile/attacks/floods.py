# SPDX-License-Identifier: MIT
"""One client that posts as fast as it can."""

from harness.client import request
from hostile import tools
from hostile.row import Row

BODY = "x" * 200


class OneSeries:
    def __call__(self, number):
        return request("POST", f"/event?type=flood&b={BODY}")


class ManySeries:
    def __call__(self, number):
        return request("POST", f"/event?type=flood&i={number}&b={BODY}")


class Batches:
    """A thousand events at once."""

    def __call__(self, number):
        body = b"".join(b'{"type":"flood","i":"%d-%d"}\n' % (number, line) for line in range(1000))
        return request("POST", "/events", [("Content-Type", "application/x-ndjson")], body)


class FloodOfEvents(Row):
    """A minute of it would fill the log many times over. Of what others have posted nothing is pushed out."""

    source = "127.0.0.9"
    settings = {"storage.capacity_mib": 8}
    make, least = ManySeries(), 80_000  # 22 MB in the log

    def attackers(self):
        return [(tools.flood, self.make, self.least)]


class FloodOfOneSeries(FloodOfEvents):
    make = OneSeries()


class FloodFromTheSameAddress(FloodOfEvents):
    """Well-behaved and attacker behind one NAT are one sender: what it posts in a second pushes out what it posted the
    second before. Nobody is refused, and the log says who fills it."""

    source = "127.0.0.1"
    may_lose = True

    def after(self, attack):
        self.complain_unless("who fills it" in self.server.log(), "no line of the log names who fills the event log")
        self.complain_unless('msg="events lost"' in self.server.log(), "no line of the log tells of the loss")


class FloodOfEventsReject(FloodOfEvents):
    """With "reject" a log that one client has filled would refuse all others."""

    settings = {"storage.capacity_mib": 8, "storage.when_full": "reject"}
    least = 0


class FloodOfBatches(FloodOfEvents):
    def attackers(self):
        return [(tools.flood_each, Batches(), 2)]


class FloodWhileAScraperIsAway(FloodOfEvents):
    """A scraper that is in `names` and down for a while: the flood makes it lose, and the log says who fills it."""

    settings = {"storage.capacity_mib": 8, "scrapers.names": ["away", "prom"]}

    def after(self, attack):
        shown = self.metrics()
        dropped = shown.value("oneshot_events_dropped_total", scraper="away", reason="full")
        refused = sum(attack.get(status, 0) for status in ("429", "503"))
        self.complain_unless(dropped or refused, "the flood filled nothing: this row shows nothing")
        self.complain_unless("127.0.0.9" in self.server.log(), "no line of the log names who fills the event log")


ROWS = (FloodOfEvents, FloodOfOneSeries, FloodFromTheSameAddress, FloodOfEventsReject, FloodOfBatches,
        FloodWhileAScraperIsAway)
