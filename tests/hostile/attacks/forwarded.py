# SPDX-License-Identifier: MIT
"""Headers in which a client says that it is somebody else."""

from harness.client import request
from hostile import tools
from hostile.row import Row

_ALLOWED = "192.0.2.7"
_FORGED = tuple([(name, value)] for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "Via")
                for value in (_ALLOWED, f"for={_ALLOWED}", f"{_ALLOWED}, 10.0.0.1", "127.0.0.1", "::1", "unknown"))


def _scrapes(headers):
    return [request("GET", "/metrics?scraper=prom", one) for one in headers]


class _Forged(Row):
    """Of `allow` is the scraper alone, and an address that nobody has."""

    alone = False
    seconds = 2.0
    source = "127.0.0.9"
    settings = {"scrapers.allow": ["127.0.0.1", "::1", _ALLOWED]}
    forged = _FORGED

    def attackers(self):
        return [(tools.flood_each, tools.InTurn(_scrapes(self.forged)), 4)]

    def after(self, attack):
        self.complain_unless(set(attack) == {"403"}, f"forged scrapes were answered with {attack}")


class ForgedWithoutProxies(_Forged):
    """Nobody is believed."""


class ForgedBehindAProxy(_Forged):
    """The attacker's requests come from a proxy that is trusted and writes X-Forwarded-For; what the client wrote in
    other headers goes through. The client is at 198.51.100.1, which is not allowed."""

    settings = {**_Forged.settings, "scrapers.trusted_proxies": ["127.0.0.9"]}
    forged = tuple([*one, ("X-Forwarded-For", f"{value}198.51.100.1")] for one in _FORGED
                   if one[0][0] != "X-Forwarded-For" for value in ("", f"{_ALLOWED}, ", "127.0.0.1, "))


class UnreadableBehindAProxy(_Forged):
    """The proxy says nothing that can be read: nobody is let in for the proxy's own address."""

    settings = {"scrapers.allow": ["127.0.0.0/8", _ALLOWED], "scrapers.trusted_proxies": ["127.0.0.9"]}
    forged = tuple([("X-Forwarded-For", value)] for value in (
        "unknown", f"{_ALLOWED}, garbage", "", ",", "_hidden", "10.0.0", f"{_ALLOWED} {_ALLOWED}"))


class ForgedToPassTheRateLimit(Row):
    """A new address in each event: for `rate_limit` they are all one sender, the attacker."""

    alone = False
    seconds = 2.0
    source = "127.0.0.9"
    settings = {"events.rate_limit": 200, "events.rate_burst": 200}

    @staticmethod
    def make(number):
        return request("POST", "/event?type=flood", [("X-Forwarded-For", f"10.{number >> 8 & 255}.{number & 255}.1"),
                                                     ("X-Real-IP", f"10.9.{number & 255}.1")])

    def attackers(self):
        return [(tools.flood, ForgedToPassTheRateLimit.make)]

    def after(self, attack):
        taken = attack.get("200", 0)
        self.complain_unless(taken <= 200 * (self.seconds + 3), f"{taken} events passed a limit of 200 a second")


ROWS = (ForgedWithoutProxies, ForgedBehindAProxy, UnreadableBehindAProxy, ForgedToPassTheRateLimit)
