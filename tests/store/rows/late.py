# SPDX-License-Identifier: MIT
"""Answers that come within some milliseconds of the scrape timeout, before it or after."""

from harness.relays import Socat, Stunnel
from store.late import LateAnswers
from store.row import Row
from store.stores import OfPrometheus, OfVictoriaMetrics

_TIMEOUT, _INTERVAL = 0.4, 0.6


class LateAnswersDirect(Row):
    """No relay between."""

    families = (OfPrometheus, OfVictoriaMetrics)
    undecidable = ("VictoriaMetrics 1.79 reads on after it has given up, and then uses the connection again: the next "
                   "request on it proves nothing")
    job = {"scrape_interval": f"{_INTERVAL * 1000:.0f}ms", "scrape_timeout": f"{_TIMEOUT * 1000:.0f}ms"}
    pause = 0.004
    around = 0.007
    rounds = 100
    seconds = 70.0

    def work(self):
        peer = self.proxy.address if self.between else self.host.address
        late = LateAnswers(self.server, peer, _TIMEOUT, _INTERVAL, self.around, self.dice)
        for _ in range(self.rounds):
            late.next()
        self.faults = self.failed_scrapes()

    def make_proxy(self):
        self.proxy = super().make_proxy()
        return self.proxy


class LateAnswersThroughSocat(LateAnswersDirect):
    families = (OfPrometheus,)
    undecidable = "a relay acknowledges for a scraper that has given up"
    between = Socat
    rounds = 40
    around = 0.03
    seconds = 40.0


class LateAnswersThroughStunnel(LateAnswersThroughSocat):
    between = Stunnel
    job = {**LateAnswersDirect.job, "scheme": "https", "tls_config": {"insecure_skip_verify": True}}


ROWS = [LateAnswersDirect, LateAnswersThroughSocat, LateAnswersThroughStunnel]
