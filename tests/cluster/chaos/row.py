# SPDX-License-Identifier: MIT
"""One row of the table: one kind of fault, met by posters, replicas and two real Prometheus servers."""

import contextlib
import os
import time

from cluster import nodes
from cluster.chaos.outcome import Outcome
from cluster.chaos.store import Store
from cluster.equal_poster import EqualPoster
from cluster.replicas import Cluster, ClusterPoster
from harness import programs, sandbox
from harness.crew import Crew, dice_for
from harness.playing import in_words
from harness.waiting import wait_until

STORES = ("prom-a", "prom-b")
NAME = "chaos"
STREAM = "ONESHOT_" + NAME
ARRIVED = 90  # seconds within which everything has to be where it belongs, once nothing is broken any more
SCRAPE_SETTLED = 0.15  # seconds behind a scrape: its last acknowledgement is in the log


class Row:
    """A row says in `harm` what it does, one time after the other."""

    names = "ab"            # replicas
    seconds = 12.0          # of faults
    pauses = (1.0, 4.0)     # seconds between two faults
    settings = {}
    has_stores = True       # that scrape all the time
    may_repeat = ""         # why an event may arrive twice with nobody at fault; lost still decides
    by_name_only = False
    needs_network = False   # of its own, for each node
    replicas_have_hosts = False  # of their own

    @classmethod
    def name(cls):
        return in_words(cls)

    @classmethod
    def why_not(cls):
        if not programs.find("prometheus", "ONESHOT_PROMETHEUS"):
            return "prometheus is not installed (or set ONESHOT_PROMETHEUS)"
        if not programs.find("nats-server", "ONESHOT_NATS_SERVER"):
            return "nats-server is not installed (or set ONESHOT_NATS_SERVER)"
        return sandbox.why_not("nsenter", "nft") if cls.needs_network else None

    def __init__(self, seed, seconds=0.0, logs=None):
        self.seed, self.seconds, self.logs = seed, seconds or self.seconds, logs
        self.dice = dice_for(seed, self.name())
        self.faults = 0
        self.complaints = []

    def play(self):
        """Plays the row; returns its Outcome."""
        with contextlib.ExitStack() as stack:
            self.engine = stack.enter_context(nodes.make(stores=self.stores_of_nodes(stack)))
            settings = {"cluster.name": NAME, "cluster.timeout_seconds": 5, **self.settings}
            hosts = nodes.hosts(len(self.names)) if self.replicas_have_hosts else None
            self.cluster = stack.enter_context(Cluster(self.engine, self.names, settings, self.seed, STORES, hosts))
            stack.callback(self.keep_logs)
            program = programs.find("prometheus", "ONESHOT_PROMETHEUS")
            self.stores = [stack.enter_context(Store(program, self.cluster, name)) for name in STORES * self.has_stores]
            return self.meet_faults()

    def stores_of_nodes(self, stack):
        """Folders for them, if not their own; on the stack is what is to be done behind the engine's end."""

    def meet_faults(self):
        ledger, crew, equals = self.cluster.ledger, Crew(), EqualPoster(self.cluster)
        for number in range(2):
            poster = ClusterPoster(self.cluster, f"p{number}", dice_for(self.seed, "poster", number), pack=8, pause=0.3,
                                   keeps=number == 0)
            crew.add(poster.run)
        crew.add(equals.run)
        crew.add(self.break_things)
        crew.finish(self.seconds, patience=400)
        self.mend()
        for store in self.stores:
            with contextlib.suppress(AssertionError):  # what is not there then, the numbers say
                wait_until(lambda: store.has_all(ledger, equals), f"{store.name} has all", ARRIVED, 0.5)
        time.sleep(2)  # two more scrapes: what is there twice would come now
        outcome = Outcome(events=len(ledger.accepted) + equals.accepted.total(),
                          unknown=len(ledger.unknown) + equals.unknown.total(), faults=self.faults,
                          longest=self.longest_gap(), complaints=self.complaints)
        for store in self.stores:
            lost, twice, said = store.problems(ledger, equals)
            outcome.lost, outcome.twice = outcome.lost + lost, outcome.twice + twice
            print("\n".join(said))
        if not self.faults:
            outcome.complaints.append("there was no fault")
        return outcome

    def longest_gap(self):
        times = sorted(self.cluster.ledger.accepted.values())
        return max((later - earlier for earlier, later in zip(times, times[1:])), default=0.0)

    def break_things(self, stop):
        while not stop.wait(self.dice.uniform(*self.pauses)):
            self.harm(stop)
            self.faults += 1

    def mend(self):
        """All that was broken; everything runs and is ready then."""
        self.engine.start()
        self.engine.wait(120)
        for replica in self.cluster.replicas:
            if not replica.runs:
                replica.start()
            replica.wait_until_ready(60)

    def keep_logs(self):
        if not self.logs:
            return
        os.makedirs(self.logs, exist_ok=True)
        for name, text in [*self.cluster.logs(), *((node.name, node.log()) for node in self.engine.nodes)]:
            path = os.path.join(self.logs, f"{self.name()}-{self.seed}-{name}.log")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    # -- for rows ------------------------------------------------------------------------------------------

    def harm(self, stop):
        """One fault, from its beginning to its end."""
        raise NotImplementedError

    def leader_or_other(self, likely=0.7):
        leader = self.engine.leader(STREAM) if self.dice.random() < likely else None
        return leader or self.dice.choice(self.engine.nodes)

    def wait_for_a_quiet_moment(self, replica):
        """Not between the last acknowledgement of a batch and its record, which no order of writes makes safe."""
        wait_until(lambda: all(replica.seconds_since_a_scrape(name) > SCRAPE_SETTLED for name in STORES),
                   "a moment without a scrape", 30, 0.01)
