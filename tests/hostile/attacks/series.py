# SPDX-License-Identifier: MIT
"""Label sets that are chosen to be looked up slowly."""

import itertools

from harness.client import request
from harness.processes import cpu_seconds
from hostile import tools
from hostile.row import Row

_COUNT = 8192
_PEEKS = 40


def alike():
    """Texts that collide in hashes that multiply by 31 ("Aa" and "BB"), and words of eight bytes in every order, which
    collide in hashes that add up or xor words."""
    words = ("AaAaAaAa", "BBBBBBBB", "CcCcCcCc", "DdDdDdDd", "EeEeEeEe", "FfFfFfFf", "GgGgGgGg")
    orders = ("".join(order) for order in itertools.permutations(words))
    return list(itertools.islice(itertools.chain(
        ("".join(parts) for parts in itertools.product(("Aa", "BB"), repeat=12)), orders), _COUNT))


class CollidingSeries(Row):
    """Nobody knows the key of the hash. A scrape of such series, and a peek at them, cost what any others cost."""

    alone = False

    def before(self):
        self.server.scrape("ordinary")
        ordinary = self._cost(f"r{number * 7919:023d}" for number in range(_COUNT))
        self.server.scrape("ordinary")
        chosen = self._cost(alike())
        self.complain_unless(chosen < 1.5 * ordinary + 0.04,
                             f"{_PEEKS} peeks at chosen series cost {chosen:.2f} s, at others {ordinary:.2f} s")

    def _cost(self, values):
        with self.server.connect() as connection:
            for value in values:
                connection.send(request("POST", f"/event?k={value}"))
                connection.read_reply()
            before = cpu_seconds(self.server.pid)
            for _ in range(_PEEKS):
                connection.get("/metrics?scraper=ordinary&peek=1")
        return cpu_seconds(self.server.pid) - before

    def attackers(self):
        posts = [request("POST", f"/event?k={value}") for value in alike()]
        peek = request("GET", "/metrics?scraper=prom&peek=1")
        return [(tools.flood_each, tools.InTurn(posts), 4), (tools.flood_each, tools.InTurn([peek]), 4)]


class NewSeriesAllTheTime(Row):
    """Each event is a series of its own, with as many labels and as long values as there may be."""

    alone = False

    @staticmethod
    def make(number):
        labels = "&".join(f"l{n}={number}-{'v' * 60}" for n in range(100))
        return request("POST", f"/event?{labels}")

    def attackers(self):
        return [(tools.flood_each, NewSeriesAllTheTime.make, 4)]


ROWS = (CollidingSeries, NewSeriesAllTheTime)
