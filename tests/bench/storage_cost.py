# SPDX-License-Identifier: MIT
"""What storage.path costs: processor time for each POST /event with a file against memory only, and events
per second with sync = "always" beside what the disk itself can flush. For use by hand; needs h2load (Debian:
nghttp2-client).

The processor time of the server is that of all its threads, as the kernel counted it in nanoseconds. A pair
is one measurement of each kind, one right after the other, in alternating order; the figure is the median of
the pairs' ratios.

With sync = "always" events are to come as fast as the disk's flushes allow, as many in each as come meanwhile: what the
server flushes in a second, of what the disk alone does right before and after. A disk with a cache flushes faster than
two cores can ask it to, so each flush takes --disk-ms longer. Exit status 1 where that goal is missed by more than the
noise."""

import argparse
import os
import statistics
import sys
import tempfile
import time

from bench import h2load
from bench.goals import Goals
from harness import programs
from harness.preload import Preload
from harness.server import Server

EVENT = b"type=deploy&service=checkout&env=production&region=eu-west-1"
WARM_UP = 5000
POSTERS = [(1, 1), (16, 1), (256, 1), (1, 256)]  # connections, posts in flight on each
GOAL_OF_DISK = 0.9
NOISE = 0.1  # what the disk's own flushes in a second differ by from one measurement to the next


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--requests", type=int, default=60000, help="of each measurement")
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement of sync = always")
    parser.add_argument("--rounds", type=int, default=3, help="of these")
    parser.add_argument("--disk-ms", type=float, default=4, help="that a flush takes more, with sync = always (4)")
    parser.add_argument("--only", choices=("cpu", "always"))
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    parser.add_argument("--folder", help="for the event log, on the disk in question (else a temporary one)")
    programs.add_binary_argument(parser, "build")
    return parser.parse_args()


def processor_seconds(pid):
    """Of all threads that live; the server ends none while it works."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


class Bench:
    def __init__(self, args, folder, preload):
        self.args = args
        self.slow_disk = preload.env(FLUSH_TAKES_US=str(round(args.disk_ms * 1000)))
        self.path = os.path.join(folder, "events.log")
        self.body = os.path.join(folder, "body")
        with open(self.body, "wb") as file:
            file.write(EVENT)

    def server(self, sync):
        """A log that does not fill up while it is measured; nobody scrapes."""
        settings = {"storage.capacity_mib": 64, "storage.when_full": "drop_oldest"}
        if sync != "memory":
            if os.path.exists(self.path):
                os.remove(self.path)
            settings.update({"storage.path": self.path, "storage.sync": sync})
        return Server(settings, self.slow_disk if sync == "always" else {})

    def load(self, server, clients, requests=None, seconds=None):
        much = ["-n", str(requests)] if requests else ["-D", str(seconds)]
        return h2load.run(server.port, "/event", "-c", str(clients), *much, "-d", self.body,
                          "-H", "content-type: application/x-www-form-urlencoded")

    def load_in_flight(self, server, connections, in_flight, seconds):
        """Without bodies: h2load pipelines no request that has one."""
        return h2load.run(server.port, "/event?" + EVENT.decode(), "-c", str(connections), "-m", str(in_flight),
                          "-D", str(seconds), "-H", ":method: POST")

    def cost(self, sync, clients):
        """Microseconds of processor time for each request."""
        with self.server(sync) as server:
            self.load(server, clients, requests=WARM_UP)
            before = processor_seconds(server.pid)
            done = self.load(server, clients, requests=self.args.requests)
            return 1e6 * (processor_seconds(server.pid) - before) / done

    def compare(self, sync, clients):
        pairs = []
        for number in range(self.args.pairs):
            order = ("memory", sync) if number % 2 else (sync, "memory")
            found = {kind: self.cost(kind, clients) for kind in order}
            pairs.append((found["memory"], found[sync]))
        ratios = [with_file / memory for memory, with_file in pairs]
        memory, with_file = (statistics.median(column) for column in zip(*pairs))
        print(f"{clients:11} {sync:>9} {memory:10.2f} {with_file:10.2f} {statistics.median(ratios):7.3f}"
              f"   ({min(ratios):.3f} to {max(ratios):.3f})", flush=True)

    def always(self, connections, in_flight):
        """(events, flushes) a second."""
        with self.server("always") as server:
            self.load_in_flight(server, connections, in_flight, 1)
            flushed, began = self.flushes_of(server), time.monotonic()
            done = self.load_in_flight(server, connections, in_flight, self.args.seconds)
            took = time.monotonic() - began
            return done / took, (self.flushes_of(server) - flushed) / took

    @staticmethod
    def flushes_of(server):
        return server.peek("nobody").value("oneshot_event_log_flushes_total")

    def compare_with_disk(self, connections, in_flight, goals):
        rounds = []
        for _ in range(self.args.rounds):
            disk = self.flushes_a_second()
            events, flushes = self.always(connections, in_flight)
            rounds.append((events, flushes, statistics.mean([disk, self.flushes_a_second()])))
        events, flushes, disk = (statistics.median(column) for column in zip(*rounds))
        ratio = statistics.median(mine / disks for _, mine, disks in rounds)
        print(f"{connections:11} {in_flight:10} {events:10.0f} {events / flushes:10.1f} {flushes:10.0f} {disk:10.0f}"
              f" {ratio:7.2f}", flush=True)
        goals.at_least(f"{connections} x {in_flight}: flushes a second", ratio, GOAL_OF_DISK, "of the disk's own")

    def flushes_a_second(self):
        """The disk's own, as slow as the server's: 4 KiB written and flushed, again and again, into room that is
        there."""
        path, size = self.path + ".disk", 16 << 20
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(fd, 0, size)
            os.fsync(fd)
            page, count, began = os.urandom(4096), 0, time.monotonic()
            while time.monotonic() - began < self.args.seconds:
                os.pwrite(fd, page, count * 4096 % size)
                os.fdatasync(fd)
                time.sleep(self.args.disk_ms / 1000)
                count += 1
            return count / (time.monotonic() - began)
        finally:
            os.close(fd)
            os.remove(path)


def main():
    args = arguments()
    programs.use_binary(args.binary)
    h2load.need()
    goals = Goals(NOISE)
    with tempfile.TemporaryDirectory(prefix="oneshot-bench-", dir=args.folder) as folder, \
         Preload("failing_flush.c") as preload:
        bench = Bench(args, folder, preload)
        if args.only != "always":
            show_cpu(bench)
        if args.only != "cpu":
            show_always(bench, goals)
    print(goals.table())
    sys.exit(goals.status(args.only_print))


def show_cpu(bench):
    print(f"POST /event, processor time in microseconds a request, median of {bench.args.pairs} pairs")
    print("connections      sync     memory  with file   ratio   (smallest to largest)")
    for clients in (64, 16):
        for sync in ("interval", "none"):
            bench.compare(sync, clients)


def show_always(bench, goals):
    print(f"\nsync = always, median of {bench.args.rounds} rounds\n"
          "connections  in flight   events/s  per flush  flushes/s the disk's   ratio")
    for connections, in_flight in POSTERS:
        bench.compare_with_disk(connections, in_flight, goals)


if __name__ == "__main__":
    main()
