# SPDX-License-Identifier: MIT
"""What clients can make the server hold: its resident memory and the kernel's memory of its connections, at the peak of
each attack and 10 s after its end, beside what the service unit allows for (docs/memory.md). By name:

    python3 -m bench.hostile_memory [--connections 4096] [--limit 800M] [--setting KEY=JSON ...]

With --limit the server runs in a memory cgroup (v1 or v2) of that size, where there is one: then being killed shows.
"""

import argparse
import json
import os
import re
import sys
import threading
import time

from harness import memory_attacks, processes
from harness.server import Server

MIB = 1 << 20


def kernel_memory(port):
    """Bytes that the kernel holds for the server's own connections: what has arrived (r), what is written (w), and what
    is set aside for more (f)."""
    lines = processes.run("ss", "-tmnH", f"sport = :{port}")
    return sum(sum(map(int, re.search(r"skmem:\(r(\d+),rb\d+,t\d+,tb\d+,f(\d+),w(\d+)", line).groups()))
               for line in lines.splitlines() if "skmem" in line)


class Cgroup:
    def __init__(self, limit):
        v1 = os.path.isdir("/sys/fs/cgroup/memory")
        self.folder = ("/sys/fs/cgroup/memory" if v1 else "/sys/fs/cgroup") + "/oneshot-hostile-memory"
        self.used = "memory.usage_in_bytes" if v1 else "memory.current"
        if not v1:
            with open("/sys/fs/cgroup/cgroup.subtree_control", "w", encoding="ascii") as file:
                file.write("+memory")
        os.makedirs(self.folder, exist_ok=True)
        self._write("memory.limit_in_bytes" if v1 else "memory.max", limit)

    def _write(self, name, value):
        with open(f"{self.folder}/{name}", "w", encoding="ascii") as file:
            file.write(str(value))

    def add(self, pid):
        self._write("cgroup.procs", pid)

    def bytes(self):
        with open(f"{self.folder}/{self.used}", encoding="ascii") as file:
            return int(file.read())


class Watch:
    """The peaks while it lasts."""

    def __init__(self, server, cgroup):
        self.server, self.cgroup = server, cgroup
        self.resident = self.kernel = self.group = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._end.wait(0.3) and self.server.process.poll() is None:
            self.resident = max(self.resident, processes.memory(self.server.pid))
            self.kernel = max(self.kernel, kernel_memory(self.server.port))
            if self.cgroup:
                self.group = max(self.group, self.cgroup.bytes())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._end.set()
        self._thread.join()


def attacks(address, count):
    few = max(count // 4, 1)
    return (
        ("large requests, peeks", 12, lambda: memory_attacks.large_requests(address, count)),
        ("large requests, 404", 12, lambda: memory_attacks.large_requests(address, count, "/nothing")),
        ("plain peeks", 12, lambda: memory_attacks.unread_replies(address, count, "/metrics?scraper=a0&peek=1",
                                                                   requests=1)),
        ("unread scrapes", 15, lambda: memory_attacks.unread_replies(address, count)),
        ("unread 404", 15, lambda: memory_attacks.unread_replies(address, count, "/nothing", requests=4000)),
        ("unread, half-closed", 15, lambda: memory_attacks.unread_replies(address, few, "/", requests=400,
                                                                          half_close=True)),
        ("parked requests", 15, lambda: memory_attacks.parked_requests(address, few)),
    )


def post(server, count):
    with server.connect() as connection:
        connection.socket.settimeout(60)
        for begin in range(0, count, 500):
            pack = "".join(f"POST /event?k={number} HTTP/1.1\r\nHost: x\r\n\r\n"
                           for number in range(begin, min(begin + 500, count)))
            connection.send(pack.encode())
            for _ in range(begin, min(begin + 500, count)):
                assert connection.read_reply().status in (200, 503)


def play(server, cgroup, name, seconds, begin):
    latencies, failed = [], 0
    with Watch(server, cgroup) as watch:
        with begin() as attack:  # on a slow machine this takes longer than what follows
            began = time.monotonic()
            held = len(attack.sockets)
            while time.monotonic() - began < seconds and server.process.poll() is None:
                at = time.monotonic()
                try:
                    ok = server.post("/event?type=legit").status in (200, 503)
                except (OSError, AssertionError):
                    ok = False
                failed += not ok
                latencies.append(time.monotonic() - at)
                time.sleep(0.1)
            still = attack.open()
    if server.process.poll() is not None:
        print(f"{name:24} KILLED: status {server.process.poll()}")
        return False
    time.sleep(10)
    latencies.sort()
    group = f"{watch.group / MIB:8.0f}" if cgroup else ""
    print(f"{name:24} {held:6} {still:6} {watch.resident / MIB:8.0f} {processes.memory(server.pid) / MIB:8.0f} "
          f"{watch.kernel / MIB:8.0f} {kernel_memory(server.port) / MIB:8.0f}"
          f"{group} {len(latencies):6} {failed:6} {latencies[-1]:7.2f}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=4096)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--limit")
    parser.add_argument("--setting", action="append", default=[])
    given = parser.parse_args()
    processes.raise_open_files_limit()
    settings = {"scrapers.names": ["a0", "b0"], "scrapers.startup_hold_seconds": 0}
    settings.update((key, json.loads(value)) for key, value in (one.split("=", 1) for one in given.setting))
    cgroup = Cgroup(given.limit) if given.limit else None
    with Server(settings) as server:
        if cgroup:
            cgroup.add(server.pid)
        post(server, given.events)
        print(f"{processes.memory(server.pid) / MIB:.0f} MiB resident before")
        print("attack                     held   left  RSS MiB   +10 s   kernel    +10 s   group  posts failed   max s")
        kinds = attacks((server.host, server.port), given.connections)
        done = all([play(server, cgroup, *kind) for kind in kinds if server.process.poll() is None])
        shown = server.peek("a0") if done else None
        for name in ("oneshot_memory_refused_total", "oneshot_replies_reset_total", "oneshot_memory_bytes"):
            if shown:
                print(name, shown.value(name))
        for line in server.log_lines():
            if line["level"] in ("warn", "error"):
                print(line)
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
