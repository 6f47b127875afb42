# SPDX-License-Identifier: MIT
"""How long a start takes that finds a full event log in its file, beside the goal for 1 GiB: exit status 1 where the
goal is missed.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server python3 -m bench.full_start
        [--mib N ...] [--rounds N] [--only-print]

From the start of the program to its first answer, after a stop in good order and after a kill, with the file in the
page cache; and after a kill with none of it there, where this may be had (root)."""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from bench import backlog, first_answer, servers
from bench.goals import Goals
from bench.growth import print_table
from harness import processes
from harness.remote import Remote
from harness.sockets import free_port

GOAL_MS, GOAL_MIB = 1000, 1024
NOISE = 0.1
DROP_CACHES = "/proc/sys/vm/drop_caches"


class Full:
    """A server whose log of so many MiB is full, and its file."""

    def __init__(self, binary, mib):
        self.folder = tempfile.mkdtemp(prefix="oneshot-bench-")
        self.events = (mib << 20) * 15 // 16 // backlog.BYTES_OF_ONE  # above that the log makes room
        self.port = free_port()
        self.command = servers.ours(binary, backlog.config(mib, 1000), in_file=True)(self.port, self.folder)
        self.process = None
        self.start()
        backlog.Scraper(self.port, "s").close()
        backlog.post(self.port, self.events, self.events)

    def start(self):
        """Milliseconds to the first answer."""
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, close_fds=False)  # pylint: disable=consider-using-with
        return 1000 * first_answer.seconds_until(Remote(self.port), self.process, began, 60)

    def check(self):
        """All that was posted waits."""
        own = Remote(self.port).exposition("/metrics?events=0")
        waiting = own.value("oneshot_events_waiting", scraper="s")
        if waiting != self.events:
            sys.exit(f"{waiting} of {self.events} events wait")

    def forget_pages(self):
        """Whether the next start has to read the file from the disk."""
        os.sync()
        try:
            with open(DROP_CACHES, "w", encoding="ascii") as file:
                file.write("1")
            return True
        except OSError:  # only root may
            return False

    def start_again(self, signal_number, forget_pages=False):
        """Milliseconds; None where the pages cannot be forgotten."""
        self.process.send_signal(signal_number)
        self.process.wait(60)
        if forget_pages and not self.forget_pages():
            return None
        took = self.start()
        self.check()
        return took

    def close(self):
        processes.end(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(binary, mib, rounds, goals):
    full = Full(binary, mib)
    try:
        stopped = [full.start_again(signal.SIGTERM) for _ in range(rounds)]
        killed = [full.start_again(signal.SIGKILL) for _ in range(rounds)]
        cold = [full.start_again(signal.SIGKILL, True) for _ in range(rounds)]
        events = full.events
    finally:
        full.close()
    if mib == GOAL_MIB:
        goals.at_most("1 GiB, after a stop", statistics.median(stopped), GOAL_MS, "ms")
        goals.at_most("1 GiB, after a kill", statistics.median(killed), GOAL_MS, "ms")
    return mib, events, *(statistics.median(times) for times in (stopped, killed, cold) if None not in times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, nargs="+", default=[16, 64, 256, 1024])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    arguments = parser.parse_args()
    binary = os.path.abspath(os.environ["ONESHOT_BINARY"])
    goals = Goals(NOISE)
    rows = [measure(binary, mib, arguments.rounds, goals) for mib in arguments.mib]
    print_table("A start with a full event log: ms to the first answer",
                ("MiB", "events", "after a stop", "after a kill", "not in memory")[:len(rows[0])], rows)
    print(goals.table())
    sys.exit(goals.status(arguments.only_print))


if __name__ == "__main__":
    main()
