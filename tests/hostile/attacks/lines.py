# SPDX-License-Identifier: MIT
"""What makes the server write lines: a full disk of the log is everybody's harm."""

from harness.client import request
from hostile import crowd, tools
from hostile.limits import Limit
from hostile.row import Row

_FEW = {"log_bytes_s": Limit(1500, "a line a minute for each kind and client, and those of a first time: 130 MB a day "
                                   "if the attack had new ones all day")}


class BadRequests(Row):
    """Each refused for another reason, with text of the attacker's in the answer."""

    alone = False
    limits = _FEW

    @staticmethod
    def make(number):
        return request("POST", f"/event?bad-{number}=%0A{'x' * 50}", [("X-Forwarded-For", f"10.0.{number % 256}.1")])

    def attackers(self):
        return [(tools.flood_each, BadRequests.make, 4)]


class BrokenRequests(Row):
    """Not even HTTP, on new connections."""

    alone = False
    limits = _FEW

    def attackers(self):
        first = b"\x16\x03\x01\x02\x00 level=error\n"
        return [(crowd.attack, crowd.Plan(self.connections(50), first=first, returns=0.05))]


class NewNames(Row):
    """A scraper's name that nobody had before, each time."""

    alone = False
    limits = {"log_bytes_s": Limit(6000, "one line for each new scraper that gets a place, and places are bounded")}

    @staticmethod
    def make(number):
        return request("GET", f"/metrics?scraper={'n' * 110}{number}")

    def attackers(self):
        return [(tools.flood_each, NewNames.make, 2)]


class ManyScrapersThatLose(Row):
    """64 scrapers with names as long as may be, which are away, and a log that is full: a line for each once a minute
    with the sum. It was one each second, 1.1 GB a day."""

    settings = {"storage.capacity_mib": 1,
                "scrapers.names": ["prom", *(f"{'away' * 29}{number:02d}" for number in range(64))]}
    alone = False
    seconds = 4.0
    limits = {"log_bytes_s": Limit(6000, "64 lines of 250 bytes in the first minute, of which these are 4 s")}

    @staticmethod
    def make(number):
        return request("POST", f"/event?type=large&i={number}&b={'x' * 8000}")

    def attackers(self):
        return [(tools.paced, ManyScrapersThatLose.make, 150)]


class RefusedByAddress(Row):
    """Nobody in `allow` but the scraper: refused scrapes from elsewhere, under new names, with new headers."""

    alone = False
    source = "127.0.0.9"
    settings = {"scrapers.allow": ["127.0.0.1"]}
    limits = _FEW

    @staticmethod
    def make(number):
        return request("GET", f"/metrics?scraper=bot{number}", [("User-Agent", f"bot/{number}")])

    def attackers(self):
        return [(tools.flood_each, RefusedByAddress.make, 4)]

    def after(self, attack):
        self.complain_unless(set(attack) <= {"403", "broken"}, f"refused scrapers were answered with {attack}")


ROWS = (BadRequests, BrokenRequests, NewNames, ManyScrapersThatLose, RefusedByAddress)
