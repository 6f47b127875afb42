# SPDX-License-Identifier: MIT
"""Cheap requests on more connections than there are places: each is within the rules, and all together are a few
hundred requests a second."""

from harness.client import request
from hostile import crowd
from hostile.limits import Limit
from hostile.row import Row

PLACES = 1000
_CHEAP = Limit(0.9, "a request of the attacker may cost what one with few connections costs, some 0.2 ms; with 4,000 "
                    "connections a scrape cost 4.5 ms, 41 times as much")


class Cheap(Row):
    """Base: each connection asks again and again, and comes back when it is thrown out."""

    settings = {"server.max_connections": PLACES}
    limits = {"cpu_cores": _CHEAP}
    asked = ()
    excess = 1.1
    seconds = period = 2.0

    def attackers(self):
        count = self.connections(PLACES * self.excess)
        plan = crowd.Plan(count // len(self.asked), then=b"", period=self.period, spread=self.period / 2)
        return [(crowd.attack, plan._replace(first=one, then=one)) for one in self.asked]


class ManyGetMetrics(Cheap):
    """One name for all: each takes what the one before has left."""

    asked = (request("GET", "/metrics?scraper=bot"),)


class ManyPeeks(Cheap):
    """The costliest of the cheap ones, 69 bytes each."""

    asked = (request("GET", "/metrics?peek=1&scraper=prom"),)


class ManyPeeksFromElsewhere(ManyPeeks):
    source = "127.0.0.9"


class ManyPeeksFromManyAddresses(ManyPeeks):
    """As many addresses as a machine may have, a few connections each: no limit of one address is reached."""

    def attackers(self):
        (work, plan), = super().attackers()
        return [(work, plan._replace(sources=tuple(f"127.0.9.{number}" for number in range(1, 201))))]


class FewPlacesForOneAddress(ManyPeeks):
    """The attacker shares an address, and with it a limit of its own, with the well-behaved."""

    settings = {"server.max_connections_per_peer": 100}
    excess = 0.3


class ManyGetHealth(Cheap):
    asked = (request("GET", "/healthz"),)


class ManyPosts(Cheap):
    asked = (request("POST", "/event?type=cheap"),)


class ManyKindsAndNotFound(Cheap):
    """404, 400, 405, OPTIONS and the page for people, side by side."""

    asked = (request("GET", "/nothing"), request("POST", "/event?a-b=1"), request("DELETE", "/metrics"),
             request("OPTIONS", "/event"), request("GET", "/"))


class BurstOfPeeks(Cheap):
    """All connections at once with two peeks each, and silence: such a burst locked everybody out for 45 s."""

    def attackers(self):
        two = request("GET", "/metrics?peek=1&scraper=prom") * 2
        return [(crowd.attack, crowd.Plan(self.connections(PLACES * 1.1), first=two, returns=None))]


class BurstsThatComeBack(Cheap):
    """The same with a new scraper's name each, on new connections as soon as the old ones are ended."""

    def attackers(self):
        asked = request("GET", "/metrics?scraper=bot", [("Connection", "close")])
        return [(crowd.attack, crowd.Plan(self.connections(PLACES * 1.1), first=asked, returns=0.5))]


class UsualPlacesTaken(Cheap):
    """With the usual number of places and more connections than that."""

    settings = {}
    limits = {**Cheap.limits, "rss_peak_mib": Limit(72, "4,096 connections of some 10 KiB each beside the usual")}
    asked = (request("GET", "/metrics?peek=1&scraper=prom"), request("POST", "/event?type=cheap"))

    def attackers(self):
        plan = crowd.Plan(self.connections(4300) // 2, period=6.0, spread=2.0)
        return [(crowd.attack, plan._replace(first=one, then=one)) for one in self.asked]


ROWS = (ManyGetMetrics, ManyPeeks, ManyPeeksFromElsewhere, ManyPeeksFromManyAddresses, FewPlacesForOneAddress,
        ManyGetHealth, ManyPosts, ManyKindsAndNotFound, BurstOfPeeks, BurstsThatComeBack, UsualPlacesTaken)
