# SPDX-License-Identifier: MIT
"""A real Prometheus whose answers come whole within 20 ms of its scrape timeout, before it or after."""

from chaos.audit import Numbers
from chaos.middle.held_end import HeldEnd
from chaos.middle.paths import HeldTail, Path
from chaos.row import Row
from harness import filling, programs
from harness.prometheus import Job, Prometheus
from harness.waiting import wait_until

_NAME = "prometheus"
_INTERVAL, _TIMEOUT = 0.5, 0.4
_AROUND = 0.02


class LateSmallAnswers(Row):
    """Answers of some 16 KiB whose last packet is held back."""

    scrapers = (_NAME,)
    keyless = True
    sizes = (0,)
    tail = 1000
    seconds = 18.0  # its first scrape comes after 5
    posts = {"pause": 0.3}

    @classmethod
    def why_not(cls):
        return None if programs.find("prometheus", "ONESHOT_PROMETHEUS") else "prometheus is not installed"

    def begin(self):
        dice, middle = self.dice("line"), self.world.middle
        held, least = (HeldEnd, 12000) if self.world.encryption else (HeldTail, 16000)
        middle.usual_path = lambda: held(
            middle, self.tail, least, lambda: _TIMEOUT + dice.uniform(-_AROUND, _AROUND))
        more = self.world.encryption.job() if self.world.encryption else {}
        self.prometheus = Prometheus(programs.find("prometheus", "ONESHOT_PROMETHEUS"),
                                     {_NAME: Job(self.world.server.port, _NAME, self.world.server.host,
                                                 scrape_interval=f"{_INTERVAL * 1000:.0f}ms",
                                                 scrape_timeout=f"{_TIMEOUT * 1000:.0f}ms", **more)})

    def work(self, stop, scraper):
        stop.wait()  # the scraper is somebody else

    def end(self):
        """Lets everything pass, and once the last is delivered asks Prometheus what it has."""
        try:
            self.world.middle.call(self.open_the_line)
            wait_until(self.delivered, "all delivered", 60, 0.1)
            self.ask_prometheus()
        finally:
            self.prometheus.stop()

    def open_the_line(self):
        self.world.middle.usual_path = Path
        for flow in self.world.middle.flows():
            flow.path.delay = lambda: 0.0

    def delivered(self):
        found = Numbers.read(self.world.server, _NAME).of_scraper(_NAME)
        return not found["waiting"] and not found["in_flight"]

    def ask_prometheus(self):
        scraper = self.team[0]
        stored = self.prometheus.query("sum_over_time(events_to_metrics[10m])")
        self.world.ledger.whole(_NAME, [(labels["id"], value, None) for labels, value in stored])
        scrapes = sum(value for _, value in self.prometheus.query("count_over_time(up[10m])"))
        scraper.whole = int(sum(value for _, value in self.prometheus.query("sum_over_time(up[10m])")))
        scraper.spoiled = int(scrapes) - scraper.whole


class LateCompressedAnswers(LateSmallAnswers):
    """Answers that compress to nearly nothing, so that they have their 16 KiB by padding; the last packet is held back.
    Prometheus asks for gzip by itself."""

    sizes = (9000,)
    posts = {"pause": 0.3, "fill": filling.thin}


class LateLargeAnswers(LateSmallAnswers):
    """Answers of some 100 KiB and more, compressed as well, whose last 20,000 bytes are held back."""

    sizes = (3000, 9000)
    tail = 20000


ROWS = (LateSmallAnswers, LateCompressedAnswers, LateLargeAnswers)
