# SPDX-License-Identifier: MIT
"""Several servers as one cluster, and clients that go to any of them."""

import random
import time

from harness.client import Broken, Connection
from harness.exactly_once import ExactlyOnce
from harness.poster import Poster
from harness.server import Server
from harness.sockets import free_port
from harness.waiting import wait_until


class Replica:
    """One name; its process may be killed, and another one started. It is on the given host, or here."""

    def __init__(self, cluster, name, host=None):
        self._cluster, self.name, self._host = cluster, name, host
        self._address = host.address if host else "127.0.0.1"
        self._port = free_port()  # a scraper finds the next process where the one before was
        self.server = None
        self.life = None

    def start(self):
        """Ready: it has read the log."""
        self.life = self._cluster.next_life()
        settings = {"server.port": self._port, "server.host": self._address, "cluster.servers": self._cluster.servers,
                    "cluster.replica": self.name, **self._cluster.settings}
        prefix = self._host.command() if self._host else ()
        server = Server(settings, prefix=prefix, host=self._address)
        self._cluster.past.append((self.name, server))
        self.server = server
        self.wait_until_ready(60)

    def wait_until_ready(self, seconds):
        wait_until(lambda: self.server.get("/readyz").status == 200, f"replica {self.name} is ready", seconds, 0.05)

    @property
    def target(self):
        """Where a Prometheus finds it."""
        return f"{self._address}:{self._port}"

    def cut_off_from(self, addresses):
        """A context manager: inside the block nothing that it sends gets there. For one with a host of its own."""
        return self._host.drops(f"ip daddr {{ {', '.join(addresses)} }}")

    @property
    def runs(self):
        return self.server is not None

    def seconds_since_a_scrape(self, scraper):
        """As this replica knows it."""
        return time.time() - self.server.peek(scraper).value("oneshot_scraper_last_scrape_timestamp_seconds",
                                                             scraper=scraper)

    def kill(self):
        server, self.server = self.server, None
        server.kill()
        self._cluster.ledger.ends[self.life] = self._cluster.ledger.clock()

    def stop(self):
        server, self.server = self.server, None
        server.stop()


class Cluster:
    """A place (harness.caller): whoever connects gets to some replica that runs. A context manager."""

    def __init__(self, engine, names="ab", settings=None, seed=1, named=("prom",), hosts=None):
        self.servers = engine.servers
        self.settings = {"scrapers.names": list(named), "storage.capacity_mib": 8, **(settings or {})}
        self.ledger = ExactlyOnce(named)
        self._dice = random.Random(seed)
        self._lives = 0
        self.past = []  # (name, server) of all processes
        self.replicas = [Replica(self, name, host) for name, host in zip(names, hosts or [None] * len(names))]

    def __enter__(self):
        try:
            for replica in self.replicas:
                replica.start()
        except BaseException:
            self._kill_all()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            for replica in self.replicas:
                if replica.runs:
                    print(f"the log of replica {replica.name}:\n{replica.server.log()[-6000:]}", flush=True)
            self._kill_all()
            return
        for replica in self.replicas:
            if replica.runs:
                replica.stop()

    def _kill_all(self):
        for replica in self.replicas:
            if replica.runs:
                replica.kill()

    def __getitem__(self, number):
        return self.replicas[number].server

    def logs(self):
        """[(name of a process, its log)]"""
        return [(f"{number:03}-{name}", server.log()) for number, (name, server) in enumerate(self.past)]

    def next_life(self):
        self._lives += 1
        return self._lives

    def connect(self, **options):
        running = [replica for replica in self.replicas if replica.runs]
        if not running:
            raise Broken("no replica runs", b"")
        replica = self._dice.choice(running)
        server, life = replica.server, replica.life
        if server is None:
            raise Broken("it was killed just now", b"")
        connection = Connection(server.port, host=server.host, **options)
        connection.life = life
        return connection


class ClusterPoster(Poster):
    ANSWERS = (*Poster.ANSWERS, 504)
