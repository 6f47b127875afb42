# SPDX-License-Identifier: MIT
"""Rows whose scrapers come through a real proxy, each scrape later than that proxy keeps an idle connection. Nothing
fails: nothing may be lost, come twice, or be given up."""

import threading
import time

from chaos.audit import Numbers
from chaos.middle import segment
from chaos.middle.paths import Path
from chaos.row import LARGE, Row
from chaos.scraper import Scraper
from harness import programs
from harness.prometheus import Job, Prometheus
from harness.remote import Remote
from harness.waiting import wait_until

from .haproxy import ClosingHaproxy, Haproxy, HastyHaproxy
from .others import Apache, Nginx, Socat, Stunnel, Varnish

_HEADERS = (("User-Agent", "Prometheus/2.42.0"), ("Accept", "text/plain;version=0.0.4"))


class Watched(Path):
    """Counts what the proxy's side ended, in `ends`."""

    def __init__(self, ends):
        self.ends = ends
        self.ended = False

    def to_server(self, flow, packet):
        if packet.flags & (segment.RST | segment.FIN) and not self.ended:
            self.ended = True
            self.ends.append("reset" if packet.flags & segment.RST else "end")
        flow.to_server(packet)


class Place(Remote):
    """The proxy, as a scraper's place."""

    def __init__(self, port, ledger):
        super().__init__(port)
        self.ledger = ledger


class ProxiedScraper(Scraper):
    """Writes its request as Prometheus does, and sees in time that an idle connection of it was ended."""

    def connect(self, path=None, **options):
        return self.place.connect(**options)

    def borrow(self, **options):
        if self._kept is not None and not self._kept.is_open():
            self.close()
        return super().borrow(**options)

    def ask(self, connection, timeout=None):
        seconds = 10 if timeout is None else timeout
        connection.send_get(self.url, [*_HEADERS, ("X-Prometheus-Scrape-Timeout-Seconds", str(seconds))])


class ThroughProxy(Row):
    """A scraper for each mode of the proxy. Its timeout is shorter than the interval, or longer than what the proxy
    waits for."""

    relay = None
    # Those without a sign of a proxy in their requests. A reset near the scrape timeout looks like the scraper's there.
    hidden = ()
    keyless = True
    interval = 2.2
    timeouts = (0.9, 1.8, 10)
    seconds = 7.5
    sizes = (0, 10)
    broken_posts = 0
    posts = {"pause": 0.3}

    @classmethod
    def name(cls):
        return "proxy-" + super().name()

    @classmethod
    def why_not(cls):
        return cls.relay.why_not()

    def __init__(self, *args):
        super().__init__(*args)
        self.ends, self.proxy, self.lock = [], None, threading.Lock()
        if programs.sanitized() and set(self.scrapers) != set(self.hidden):
            # What tells a hidden proxy's reset is one second, which a sanitizer beside other work may take.
            self.scrapers = tuple(name for name in self.scrapers if name not in self.hidden)

    def begin(self):
        self.world.middle.usual_path = lambda: Watched(self.ends)
        self.proxy = self.relay(self.world.server)
        self.team = [self.scraper(mode, number) for number, mode in enumerate(self.scrapers)]

    def scraper(self, mode, number):
        place = Place(self.proxy.ports[mode], self.world.ledger)
        if self.relay.PASSES_ON and self.world.encryption:
            place.tls = self.world.encryption.context
        return ProxiedScraper(place, mode, self.dice("scraper", mode, number))

    def work(self, stop, scraper):
        while not stop.is_set():
            began = time.monotonic()
            timeouts = [seconds for seconds in self.timeouts if seconds != 1.8 or scraper.name not in self.hidden]
            scraper.try_to_scrape(timeout=scraper.dice.choice(timeouts))
            stop.wait(began + self.interval - time.monotonic())

    def end(self):
        """The scrapers have not failed once, and the proxy has ended connections."""
        self.failed = sum(scraper.spoiled for scraper in self.team)
        # The scrapes that take the rest come no sooner than others. At the end of the last ones, HAProxy resets what it
        # has, and near a timeout of 0.9 s that looks as if the scrape was given up (docs/receipts.md).
        time.sleep(self.interval)
        self.team[0].spoiled = len(self.ends)

    def play(self):
        try:
            return super().play()
        finally:
            if self.proxy is not None:
                self.proxy.stop()

    def expected_again(self, name):
        """How many events this scraper may have got a second time by now."""
        return 0

    def complaints(self, numbers):
        found = [f"{self.failed} scrapes failed by themselves"] if self.failed else []
        for name in self.scrapers:
            again, expected = numbers.of_scraper(name)["redelivered_total"], self.expected_again(name)
            if again != expected:
                found.append(f"{name}: {again} events were sent again, and {expected} are explained")
        return found


class UnseenRelay(ThroughProxy):
    """Nothing in a request shows the relay, and the program in front of it is one that resets a connection only where
    it has given a scrape up. The first idle connection that the relay resets looks like that. From then on each
    batch ends its connection, and nothing more comes twice."""

    may_repeat = "the first idle connection that the relay resets looks like that of a scraper that stood still"
    ends_connections = "from now on each reply with events ends its connection"
    # What was in doubt goes out again, and once more where the relay resets at the end of each reply, too.
    doubtful_scrapes = 3
    surely_resets = True  # within the usual time
    more_scrapes = 2

    def go_on(self, stop):
        """Until each scraper has lived through its reset, and got what was in doubt again; and a few scrapes more."""
        if self.surely_resets:
            wait_until(lambda: len(self.in_doubt()) == len(self.unseen), "the relay resets an idle connection", 20, 0.1)
            wait_until(lambda: all(self.again(name) for name in self.unseen), "it goes out again", 20, 0.1)
        stop.wait(self.doubtful_scrapes * self.interval)
        self.first = {name: self.again(name) for name in self.unseen}
        stop.wait(self.more_scrapes * self.interval)

    @property
    def unseen(self):
        return tuple(name for name in self.scrapers if name in self.hidden)

    def in_doubt(self):
        return {line["scraper"] for line in self.world.server.log_lines() if self.ends_connections in line["msg"]}

    def again(self, name):
        return Numbers.read(self.world.server, name).of_scraper(name)["redelivered_total"]

    def expected_again(self, name):
        return self.first.get(name, 0)


def _with_times(kind):
    return type(kind.__name__ + "WithTimes", (kind,), {
        "settings": {"events.use_explicit_timestamps": True}, "keeps_times": True})


def _through(name, relay, base=ThroughProxy, **more):
    kind = type(name, (base,), {"relay": relay, "scrapers": tuple(relay.MODES), **more})
    return kind, _with_times(kind)


class _PrometheusThroughHaproxy(ThroughProxy):
    """A real Prometheus, at this interval, through HAProxy as it is installed."""

    relay = Haproxy
    scrapers = tuple(Haproxy.MODES)
    by_name_only = True

    @classmethod
    def why_not(cls):
        return super().why_not() or (
            None if programs.find("prometheus", "ONESHOT_PROMETHEUS") else "prometheus is not installed")

    def begin(self):
        super().begin()
        self.prometheus = Prometheus(
            programs.find("prometheus", "ONESHOT_PROMETHEUS"),
            {mode: Job(self.proxy.ports[mode], mode, scrape_interval=f"{self.interval}s",
                       scrape_timeout=f"{min(10, self.interval)}s") for mode in self.scrapers})

    def work(self, stop, scraper):
        stop.wait()  # the scrapers are somebody else

    def end(self):
        """Once the last event is delivered, asks Prometheus what it has."""
        try:
            self.wait_for_the_last()
            stored = self.stored()
            for scraper in self.team:
                self.world.ledger.whole(scraper.name, [(labels["id"], value, None) for labels, value in stored
                                                       if labels["job"] == scraper.name])
            up = self.prometheus.query("count_over_time(up[1h]) - sum_over_time(up[1h])")
            self.failed = int(sum(value for _, value in up))
            self.team[0].spoiled = len(self.ends)
        finally:
            self.prometheus.stop()

    def stored(self):
        return self.prometheus.query("sum_over_time(events_to_metrics[1h])")

    def wait_for_the_last(self):
        """Where it does not come, the audit says so. What is delivered is not stored yet."""
        try:
            wait_until(self.delivered, "all delivered", max(20, 4 * self.interval), 0.5)
            wanted = len(self.world.ledger.accepted) * len(self.scrapers)
            wait_until(lambda: sum(value for _, value in self.stored()) >= wanted, "all stored", 20, 0.5)
        except AssertionError as complaint:
            print(complaint)

    def delivered(self):
        numbers = Numbers.read(self.world.server, self.scrapers[0])
        return all(not numbers.of_scraper(name)["waiting"] for name in self.scrapers)


def _at(interval, seconds):
    kind = type(f"HaproxyAt{interval}s", (_PrometheusThroughHaproxy,),
                {"interval": interval, "seconds": seconds, "__doc__": _PrometheusThroughHaproxy.__doc__})
    return kind, _with_times(kind)


ROWS = (
    *_through("ClosingHaproxy", ClosingHaproxy, interval=0.15, seconds=5.0, sizes=(0, 900, *LARGE),
              posts={"pause": 0.1}),
    *_through("Haproxy", HastyHaproxy, UnseenRelay, interval=3.8, seconds=12.0, hidden=("hidden",),
              surely_resets=False),
    *_through("Nginx", Nginx), *_through("Apache", Apache),
    *_through("Varnish", Varnish, only_plain="Varnish speaks no TLS to its servers"),
    *_through("Stunnel", Stunnel, UnseenRelay, interval=3.0, seconds=10.0, hidden=("plain",)),
    *_through("Socat", Socat),
    *_at(1, 20.0), *_at(8, 50.0), *_at(15, 110.0), *_at(30, 160.0))
