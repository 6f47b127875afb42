# SPDX-License-Identifier: MIT
"""How large the program is, how soon it answers, and what it costs while nothing happens, beside the goals for each:
exit status 1 where one is missed.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server python3 -m bench.start_size
        [--starts N] [--only-print]"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

from bench import first_answer
from bench.goals import Goals
from harness import processes, programs
from harness.remote import Remote
from harness.sockets import free_port

GOAL_SIZE_MIB, GOAL_START_MS, GOAL_TICKS, GOAL_RSS_MIB = 2, 15, 1, 7
STORAGES = (("in memory", ""), ("in a file", 'path = "{folder}/events.log"\n'))


class Fresh(Remote):
    """A server with an empty log and the defaults but for its storage; use as a context manager."""

    def __init__(self, binary, storage, folder):
        config = os.path.join(folder, "config.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("[storage]\n" + storage.replace("{folder}", folder))
        super().__init__(free_port())
        self.began = time.monotonic()
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [binary, "--config", config, "--port", str(self.port), "--log-level", "error"], close_fds=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        processes.end(self.process)

    def answer(self):
        """Seconds from the start of the program to its first answer."""
        return first_answer.seconds_until(self, self.process, self.began)

    def status(self, field):
        """MiB."""
        return processes.memory(self.process.pid, field) / (1 << 20)


def start_ms(binary, storage, starts, folder):
    """(the first one, which makes the file; the median of the others, which find it)."""
    times = []
    for _ in range(starts + 1):
        with Fresh(binary, storage, folder) as server:
            times.append(1000 * server.answer())
    return times[0], statistics.median(times[1:])


def idle(binary, storage, seconds, folder):
    """(wake-ups a second, MiB resident, of these MiB of its own and MiB of files), with five scrapers known."""
    with Fresh(binary, storage, folder) as server:
        server.answer()
        for number in range(5):
            server.scrape(f"s{number}")
        time.sleep(3)  # what follows the last connection, such as the last look at deadlines, is over
        before = processes.times_asleep(server.process.pid)
        began = time.monotonic()
        time.sleep(seconds)
        ticks = (processes.times_asleep(server.process.pid) - before) / (time.monotonic() - began)
        return ticks, *(server.status(field) for field in ("VmRSS", "RssAnon", "RssFile"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=10, help="idle for so long")
    parser.add_argument("--only-print", action="store_true", help="a missed goal is no failure")
    arguments = parser.parse_args()
    binary = os.path.abspath(os.environ["ONESHOT_BINARY"])
    goals = Goals()
    if programs.find("strip"):
        goals.at_most("stripped program", programs.stripped_size(binary) / (1 << 20), GOAL_SIZE_MIB, "MiB")
    notes = []
    for name, storage in STORAGES:
        with tempfile.TemporaryDirectory(prefix="oneshot-bench-") as folder:
            first, usual = start_ms(binary, storage, arguments.starts, folder)
            ticks, resident, own, files = idle(binary, storage, arguments.seconds, folder)
        goals.at_most(f"{name}: start to first answer", usual, GOAL_START_MS, "ms")
        goals.at_most(f"{name}: idle", ticks, GOAL_TICKS * 1.05, "wake-ups a s")
        goals.at_most(f"{name}: idle", resident, GOAL_RSS_MIB, "MiB resident")
        notes.append(f"{name}: the very first start took {first:.1f} ms")
        notes.append(f"{name}: of the resident memory {own:.2f} MiB are its own, {files:.2f} of files")
    print(goals.table())
    print("\n".join(notes))
    sys.exit(goals.status(arguments.only_print))


if __name__ == "__main__":
    main()
