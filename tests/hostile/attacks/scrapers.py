# SPDX-License-Identifier: MIT
"""Bots that scrape under many names, until no place is left for a Prometheus that comes anew."""

import time

from harness.client import request
from hostile import tools
from hostile.row import Row

_TURNED_AWAY = ("oneshot_scrapers_displaced_total", "oneshot_scrapes_refused_total")


def scrapes(numbers, times):
    """Each name so many times in a row."""
    return [request("GET", f"/metrics?scraper=bot{number}") for number in numbers for _ in range(times)]


class BotsOneRequestEach(Row):
    """64 of them took all places for an hour, within 52 ms. None comes again: who does is a scraper like others."""

    alone = False
    before_numbers, numbers, times = range(200), range(200, 20_000), 1

    def before(self):
        """The well-behaved scraper is known, and then each bot comes for the first time."""
        self.server.scrape("prom")
        for data in scrapes(self.before_numbers, self.times):
            with self.server.connect(source=self.source) as connection:
                connection.send(data)
                connection.read_reply()

    def attackers(self):
        return [(tools.one_by_one, scrapes(self.numbers, self.times))]

    def during(self):
        """Somebody new comes in the middle of it, as a Prometheus does, on a connection that it keeps."""
        with self.server.connect() as connection:
            statuses = []
            while len(statuses) < 4:
                statuses.append(connection.get("/metrics?scraper=newcomer").status)
                if statuses[-1] == 200 and len(statuses) == 2:
                    self.server.event("type=for_newcomer")
                time.sleep(0.6)  # the newcomer's scrape interval
        self.complain_unless(statuses[-2:] == [200, 200], f"a newcomer's scrapes were answered with {statuses}")

    def after(self, attack):
        shown = self.metrics()
        known = shown.value("oneshot_scrapers")
        self.complain_unless(known <= shown.value("oneshot_scrapers_max"), f"{known:.0f} scrapers are known")
        self.complain_unless(shown.find("oneshot_events_delivered_total", scraper="newcomer"),
                             "the newcomer has lost its place again")
        for metric in _TURNED_AWAY:
            self.complain_unless(shown.family(metric), f"there is no {metric}")
        turned_away = sum(sample.value for metric in _TURNED_AWAY for sample in shown.family(metric))
        self.complain_unless(turned_away, "no metric tells that places were short")
        told = [line for line in self.server.log_lines() if line["level"] in ("warn", "error")]
        self.complain_unless(told, "no line of the log tells that places were short")


class BotsOneRequestEachFromElsewhere(BotsOneRequestEach):
    source = "127.0.0.9"


class BotsTwoRequestsEach(BotsOneRequestEach):
    """Each bot comes again at once, to look like somebody who stays. From the newcomer's own address this is no row:
    who comes again and reads events has earned a place, and an address has no more than its share of them."""

    times = 2


class BotsTwoRequestsEachFromElsewhere(BotsTwoRequestsEach):
    source = "127.0.0.9"


class BotsThatComeRoundAgain(BotsOneRequestEach):
    """Few enough that each has a place, and each comes again and again."""

    source = "127.0.0.9"
    before_numbers = numbers = range(64)


ROWS = (BotsOneRequestEach, BotsOneRequestEachFromElsewhere, BotsTwoRequestsEachFromElsewhere,
        BotsThatComeRoundAgain)
