# SPDX-License-Identifier: MIT
"""The play: what is killed when, and what a person sees of it."""

import time

from processes import Port
from stage import say

from .engine import Engine
from .posting import POSTERS, Posting
from .replica import Replica
from .stores import SCRAPERS, OwnStore, Store
from .tally import Tally
from .view import View

NODES, REPLICAS = ("n1", "n2", "n3"), ("r1", "r2", "r3")
QUIET = 4     # seconds before the first kill, and between a restart and the next kill
AWAY = 4      # seconds from a kill to the restart, and as many more as nobody answers POSTs
ELECTION = 15  # seconds that the engine may take for a new leader
LOOK = 0.5    # seconds from a look at the processes to the next
LAST = 15     # seconds for what is on its way at the end
SCRAPED = 1.5  # seconds in which each scraper scrapes


class Play:
    def __init__(self, stage, engine, replicas, stores):
        self._stage, self._engine, self._replicas, self._stores = stage, engine, replicas, stores
        self._posting = Posting(replicas)
        self._view = View(engine.nodes, replicas, stores, self._posting)
        self._killed = []

    def run(self):
        self._posting.begin()
        self._watch(QUIET)
        node = self._engine.leader()
        self._lose(node, f"engine node {node.name}, the leader",
                   "The other two choose a new leader. Until then POSTs wait, or get 503 or 504 and are repeated.")
        replica = self._replicas[-1]
        self._lose(replica, f"replica {replica.name}",
                   "Its POSTs are repeated at the other two, and both scrapers go on there.")
        store = self._stores[-1]
        if isinstance(store, Store):
            # What a Prometheus has read and not yet written when it is killed, it loses itself, with any server: killed
            # 34 times within 12 ms of a scrape's beginning it lost 263 events, and none when killed between two.
            store.wait_between_scrapes()
            self._lose(store, f"Prometheus {store.name}, between two of its scrapes", "Its events wait in the cluster.")
        return self._finish()

    def _lose(self, process, what, then):
        process.kill()
        answered = len(self._posting.stored)
        self._killed.append(process)
        self._view.tell(f"kill -9: {what}", then)
        end = time.monotonic() + ELECTION
        # What the killed one had answered may be counted a moment later: so many posters, so many events.
        while len(self._posting.stored) <= answered + POSTERS and time.monotonic() < end:
            self._watch(2 * LOOK)
        self._watch(AWAY)
        self._stage.start(process)
        self._killed.remove(process)
        self._view.tell(f"{process.name} is started again")
        self._watch(QUIET)

    def _watch(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._view.row()
            time.sleep(min(LOOK, left))
            self._stage.check(self._killed)
            self._posting.check()

    def _finish(self):
        self._posting.finish()
        self._view.tell("no more events are posted", "Each scraper gets what still waits for it.")
        end = time.monotonic() + LAST
        while any(tally.missing for tally in self._tallies()) and time.monotonic() < end:
            self._view.row()
            time.sleep(LOOK)
        time.sleep(SCRAPED)  # what came twice would come then
        self._view.row()
        return self._view.sum(self._tallies())

    def _tallies(self):
        return [Tally(store.name, self._posting.stored, store.counts()) for store in self._stores]


def show(stage, engine_program, server_program, prometheus_program):
    ports, stores = [Port() for _ in REPLICAS], []
    engine = Engine(stage, engine_program, NODES)
    for scraper in SCRAPERS if prometheus_program else ():
        stores.append(stage.start(Store(prometheus_program, stage.room(scraper), scraper,
                                        [port.number for port in ports])))
    if not prometheus_program:
        say("demo: no Prometheus is at hand (install it, or set ONESHOT_PROMETHEUS): this program scrapes in its place")
    stage.build()
    say(f"""
demo: n1 n2 n3         three nodes of the engine (NATS JetStream), which keep the events
      r1 r2 r3         three replicas of the server; events are posted to all of them in turn
      prom-a prom-b    two {'Prometheus' if stores else 'scrapers'}, each of which scrapes all three replicas
      One of each is killed and started again{'' if stores else ', but for scrapers'}.
      At the end each scraper has each event once. Ctrl-C ends it early.""")
    engine.wait_until_whole()
    replicas = [stage.start(Replica(server_program, stage.room(name), name, port.release(),
                                    [node.address for node in engine.nodes], SCRAPERS))
                for name, port in zip(REPLICAS, ports)]
    stage.wait_until_ready()
    return Play(stage, engine, replicas, stores or [OwnStore(name, replicas) for name in SCRAPERS]).run()
