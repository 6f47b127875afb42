# SPDX-License-Identifier: MIT
"""One row: one fault between the server and a real scraper, events posted meanwhile, and what its store has of them."""

import contextlib
import time
from dataclasses import dataclass, field

from harness import hosts
from harness.crew import dice_for
from harness.oracle import Oracle
from harness.playing import in_words
from harness.scrape_jobs import Job
from harness.scraping import last_scrape, of_scraper
from harness.server import Server
from harness.sockets import free_port
from harness.waiting import wait_until
from store import confirmation

NAME, JOB = "store", "events"  # of the scraper, and of what it scrapes
_LOG_PIPE = 1 << 20  # bytes: the server drops lines rather than wait for their reader; here every one counts


@dataclass
class Outcome:
    events: int = 0
    faults: int = 0
    sent_again: int = 0
    refused: int = 0  # set aside by the server, one by one
    lost: int = 0
    twice: int = 0
    seconds: float = 0.0
    complaints: list = field(default_factory=list)


class Row:
    """A fault says in `work` what happens, and counts in `self.faults` how often.

    families:    what scrapes, each in every version
    undecidable: why events may get lost, or come twice, where nobody asks the store
    may_repeat:  why events may come twice although somebody does; none may get lost
    short:       names of families whose oldest version plays it in the short selection
    """

    families = ()
    undecidable = may_repeat = ""
    short = ()
    only_confirmed = False  # says nothing where nobody asks the store
    seconds = 20.0   # of traffic, about
    patience = 100.0  # seconds until the store has all, if it must
    pause = 0.05     # between two events
    settings = {}    # of the server
    job = {}         # options in the scrape config
    options = {}     # of the scraper
    between = None   # the class of a harness.proxy.Proxy
    all_answered = True  # whether the server answers every POST

    @classmethod
    def name(cls):
        return in_words(cls)

    @classmethod
    def why_not(cls):
        """Why it cannot be played here; nothing where it can."""
        return cls.between.why_not() if cls.between else None

    @classmethod
    def suits(cls, family):
        """Whether it says anything about this version."""
        return True

    @classmethod
    def is_short(cls, family):
        return family.is_oldest and family.name in cls.short

    def __init__(self, family, seed, confirmed):
        self.family, self.confirmed = family, confirmed
        self.dice = dice_for(seed, self.name(), family)
        self.faults = 0
        self.must_be_refused = []  # ids of what no scraper takes
        self.complaints = []

    def play(self):
        """Plays it; returns its Outcome."""
        began = time.monotonic()
        hosts.make_bridge()
        self.host = hosts.Host()
        port = free_port()
        with contextlib.ExitStack() as self.stack:
            self.all_settings = {"server.host": "0.0.0.0", "scrapers.names": [NAME], **self.make_settings()}
            if self.confirmed:
                self.all_settings |= confirmation.settings(NAME, self.family, self.host.address, port)
            self.start_server()
            self.scraper, self.store = self.family.start({JOB: self.make_job()}, self.host, port,
                                                         **self.make_options())
            for one in {self.scraper, self.store}:
                self.stack.callback(one.stop)
            self.oracle = Oracle(self.server, clock=time.time)
            self.goes_on(60)
            self.oracle.keep_posting(self.pause)
            self.work()
            self.oracle.finish(self.all_answered)
            self.wait_for_rest()
            outcome = self.look()
            outcome.seconds = round(time.monotonic() - began, 1)
            if outcome.complaints:
                print(f"the server's log:\n{self.server.log()[-20000:]}\nthe scraper's:\n{self.scraper.log()[-5000:]}")
            return outcome

    def make_settings(self):
        return self.settings

    def start_server(self):
        self.server = self.stack.enter_context(Server(self.all_settings, pipe_bytes=_LOG_PIPE))

    def make_job(self):
        port, address = self.server.port, hosts.SERVER
        if self.between:
            proxy = self.make_proxy()
            self.stack.callback(proxy.stop)
            port, address = proxy.port, proxy.address
        return Job(port, NAME, address, **self.job)

    def make_proxy(self):
        return self.between(hosts.Host(), self.server)

    def make_options(self):
        return self.options

    # -- what a fault says ---------------------------------------------------------------------------------

    def work(self):
        raise NotImplementedError

    def look_closer(self):
        """Complaints about what else there is to see at the end."""
        return []

    # -- what it may use -----------------------------------------------------------------------------------

    def scrapes(self, count=1, seconds=30):
        """Waits until so many scrapes have begun."""
        for _ in range(count):
            self.goes_on(seconds)

    def goes_on(self, seconds=30):
        before = last_scrape(self.server, NAME)
        wait_until(lambda: last_scrape(self.server, NAME) > before, "a scrape", seconds, 0.05)

    def own(self, metric):
        """What the server says of the scraper."""
        return of_scraper(self.server, metric, NAME)

    def nothing_waits(self):
        return not self.own("oneshot_events_waiting") and not self.own("oneshot_events_in_flight")

    def stored(self):
        """{id: number of samples}; nothing while the store does not answer."""
        try:
            return self.store.stored(JOB)
        except OSError:
            return {}

    def failed_scrapes(self):
        return sum(value == 0 for _, value in self.scraper.samples(f'up{{job="{JOB}"}}'))

    # -- the end -------------------------------------------------------------------------------------------

    def has_all(self, stored):
        refused = set(self.must_be_refused)
        return all(name in stored or name in refused for name in self.oracle.accepted)

    def wait_for_rest(self):
        """Until nothing waits and the store has all that it should, over some scrapes. Where nobody asks the store it
        may never have all of it: then until it has shown nothing new for long enough."""
        began, calm, before = time.monotonic(), 0, None
        changed = began
        while calm < 3 and (self.must_arrive() or time.monotonic() < changed + self.family.shows_after):
            if time.monotonic() > began + self.patience:
                if not self.must_arrive():
                    return
                self.complaints.append(f"within {self.patience:.0f} s the store did not get all: "
                                       f"{self.own('oneshot_events_waiting'):.0f} wait, "
                                       f"{self.own('oneshot_events_in_flight'):.0f} in flight")
                return
            self.goes_on()
            stored, rest = self.stored(), self.nothing_waits()
            calm = calm + 1 if rest and self.has_all(stored) else 0
            if not rest or stored != before:
                changed, before = time.monotonic(), stored

    def must_arrive(self):
        """Whether every event must be in the store in the end."""
        return self.confirmed or not self.undecidable

    def look(self):
        self.oracle.whole(NAME, [(name, count, None) for name, count in self.stored().items()])
        account = self.oracle.account(NAME, may_miss=set(self.must_be_refused))
        if account.foreign:
            self.complaints.append(f"foreign: {account.foreign[:5]}")
        if not self.faults:
            self.complaints.append("no fault happened: this row shows nothing")
        self.complaints += self.look_closer()
        dropped = [sample for sample in self.server.peek(NAME).family("oneshot_events_dropped_total")
                   if sample.labels["reason"] == "refused"]
        if self.must_arrive():
            twice = () if self.may_repeat else account.twice
            self.complaints += [f"{word}: {ids[:5]}" for word, ids in (("lost", account.lost), ("twice", twice)) if ids]
        return Outcome(len(self.oracle.accepted), self.faults, int(self.own("oneshot_events_redelivered_total")),
                       int(sum(sample.value for sample in dropped)), len(account.lost), len(account.twice),
                       complaints=self.complaints)
