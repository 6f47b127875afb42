# SPDX-License-Identifier: MIT
"""Scrapes of a cluster: a long one beside a single server's, what each writes into the log, and many scrapers."""

import threading
import time
from statistics import median

from bench import backlog
from harness import processes
from harness.client import Connection
from harness.crew import Crew

LONG = 10_000  # events
RECORD_BYTES = 120  # of what a scrape writes
THREADS = 4  # that scrape for many scrapers
POSTS_PER_SECOND = 40  # meanwhile: each scrape has something to bring


def _milliseconds_of_long(server, scraper):
    backlog.post(server.port, LONG, LONG)
    got, _, began, ended = scraper.scrape()
    assert got >= LONG, f"{got} of {LONG} events came"
    scraper.confirm()
    return (ended - began) * 1000


def measure_long(setting, goals, count):
    """A scrape of 10,000 events, beside that of a single server and two raw appends."""
    one, replica = setting.embedded, setting.replicas[0]
    of_one, of_replica = backlog.Scraper(one.port, "s0"), backlog.Scraper(replica.port, "s0")
    rounds = []
    for _ in range(count + 1):
        raw = setting.append_raw(RECORD_BYTES, 1, 200)["p50_us"] / 1000
        rounds.append((_milliseconds_of_long(one, of_one), _milliseconds_of_long(replica, of_replica), raw))
    for scraper in (of_one, of_replica):
        scraper.close()
    alone, clustered, raw = (median(column) for column in zip(*rounds[1:]))
    beyond = [(cluster - one) / raw for one, cluster, raw in rounds[1:]]
    print(f"a scrape of {LONG:,} events: one server {alone:.1f} ms, a replica {clustered:.1f} ms, a raw append "
          f"{raw:.2f} ms")
    goals.at_most(f"scrape of {LONG:,} events beyond one server's ({min(beyond):.1f} to {max(beyond):.1f})",
                  median(beyond), 2, "raw appends")


def measure_appends(setting, goals, scrapes=100):
    """Each scrape brings one event, by one replica, then by two in turn."""
    for replicas in (setting.replicas[:1], setting.replicas[:2]):
        targets = [backlog.Scraper(replica.port, f"appends{len(replicas)}") for replica in replicas]
        first = replicas[0].place_in_log()
        for number in range(scrapes):
            with Connection(replicas[0].port) as connection:
                assert connection.post("/event?id=x").status == 200
            assert targets[number % len(targets)].scrape()[0] == 1
        appends = (replicas[0].place_in_log() - first - scrapes) / scrapes
        goals.at_most(f"appends of a scrape, {len(replicas)} replica{'s in turn' * (len(replicas) > 1)}", appends, 2.2,
                      "")


def _post_steadily(stop, port):
    with Connection(port) as connection:
        while not stop.wait(1 / POSTS_PER_SECOND):
            assert connection.post("/event?type=deploy&service=checkout").status == 200


class Round:
    """So many scrapers go to the targets in turn, as fast as they can, while events are posted."""

    def __init__(self, setting, targets, count, seconds):
        self._lock, self._took = threading.Lock(), []
        is_cluster = targets[0] is not setting.embedded
        servers = setting.replicas[:2] if is_cluster else [setting.embedded]
        self._ports, self._connected = [target.port for target in targets], {}
        crew = Crew()
        crew.add(_post_steadily, servers[0].port)
        cpu, engine = sum(server.cpu_seconds() for server in servers), setting.engine_cpu_seconds()
        first = servers[0].place_in_log() if is_cluster else 0
        began = time.monotonic()
        for number in range(min(THREADS, count)):
            crew.add(self._go_round, range(number, count, THREADS))
        crew.finish(seconds)
        took = time.monotonic() - began
        for scraper in self._connected.values():
            scraper.close()
        scrapes = len(self._took)
        self.per_second = scrapes / took
        self.p50_ms = median(self._took) * 1000
        self.cpu_ms = (sum(server.cpu_seconds() for server in servers) - cpu) / scrapes * 1000
        self.engine_ms = (setting.engine_cpu_seconds() - engine) / scrapes * 1000 if is_cluster else 0
        appends = servers[0].place_in_log() - first - took * POSTS_PER_SECOND if is_cluster else 0
        self.appends = appends / scrapes
        self.memory_mib = max(processes.memory(server.process.pid) for server in servers) / (1 << 20)

    def _scraper(self, number, port):
        """With the connection that it keeps. A new one comes with its first request: a server does not wait long."""
        key = number, port
        if key not in self._connected:
            self._connected[key] = backlog.Scraper(port, f"many{number}", known=True)
        return self._connected[key]

    def _go_round(self, stop, scrapers):
        turn = 0
        while not stop.is_set():
            for number in scrapers:
                if stop.is_set():
                    return
                _, _, began, ended = self._scraper(number, self._ports[turn % len(self._ports)]).scrape()
                with self._lock:
                    self._took.append(ended - began)
            turn += 1


def measure_many(setting, counts, seconds):
    """Every scraper keeps a connection to each of its targets."""
    print(f"scrapers that come one after the other, {THREADS} at once; CPU of both replicas, or of the one server\n"
          f"{'scrapers':>9} {'targets':21}{'scrapes/s':>10}{'p50 ms':>8}{'CPU ms':>8}{'engine':>8}{'appends':>9}"
          f"{'MiB':>6}")
    one, two = [setting.embedded], setting.replicas[:2]
    for known, count in zip((0, *counts), counts):
        for number in range(known, count):
            for server in (one[0], two[0]):
                backlog.Scraper(server.port, f"many{number}").close()
        for name, targets in (("one server", one), ("one replica", two[:1]), ("two replicas in turn", two)):
            done = Round(setting, targets, count, seconds)
            print(f"{count:9} {name:21}{done.per_second:10.0f}{done.p50_ms:8.2f}{done.cpu_ms:8.2f}{done.engine_ms:8.2f}"
                  f"{done.appends:9.2f}{done.memory_mib:6.0f}", flush=True)
