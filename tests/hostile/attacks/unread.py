# SPDX-License-Identifier: MIT
"""Replies that nobody reads: many requests down one connection, and the receive buffer as small as can be. What the
kernel takes for each is the server's memory under cgroup v2."""

from harness.client import request
from hostile import crowd
from hostile.limits import BUDGET, Limit
from hostile.row import Row


class _Unread(Row):
    settings = {"server.max_memory_mib": 64}
    limits = {"rss_peak_mib": BUDGET,
              "sockets_mib": Limit(64, "300 full send buffers of some 100 KiB, and requests that are not read yet")}
    path = method = ""
    requests = 40

    def before(self):
        for number in range(50):  # makes the exposition 60 KB long
            self.server.get(f"/metrics?scraper=other{number}")

    def attackers(self):
        asked = request(self.method or "GET", self.path) * self.requests
        return [(crowd.attack, crowd.Plan(self.connections(300), first=asked, reads=False, returns=None))]


class UnreadExpositions(_Unread):
    path = "/metrics?scraper=other0"


class UnreadPeeks(_Unread):
    path = "/metrics?scraper=other0&peek=1"


class UnreadNotFound(_Unread):
    """What scrapers.allow does not help against."""

    path, requests = "/nothing/" + "x" * 200, 400


class UnreadRefusals(_Unread):
    """Refused events, whose answers hold what was sent."""

    method, path, requests = "POST", "/event?" + "a-" * 100 + "=1", 400


class UnreadPages(_Unread):
    path, requests = "/", 400


class UnreadAgainAndAgain(_Unread):
    """Each that is reset comes back."""

    path = "/metrics?scraper=other0&peek=1"

    def attackers(self):
        (work, plan), = super().attackers()
        return [(work, plan._replace(then=request("GET", "/healthz"), period=0.5))]


class UnreadWhileMoreIsSent(_Unread):
    """Requests without end behind replies that nobody reads: the server's receive buffers fill as well."""

    path = "/"

    def attackers(self):
        asked = request("GET", self.path) * 1000
        return [(crowd.attack, crowd.Plan(self.connections(300), first=asked, then=asked, period=0.1, reads=False))]


ROWS = (UnreadExpositions, UnreadPeeks, UnreadNotFound, UnreadRefusals, UnreadPages, UnreadAgainAndAgain,
        UnreadWhileMoreIsSent)
