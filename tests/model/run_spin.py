# SPDX-License-Identifier: MIT
"""Checks event_log.pml and idempotency.pml with SPIN: every interleaving is right, and each mutant is found wrong.

Usage: run_spin.py [--failures N] [--events N] [--variant NAME]

Skipped (77) where spin or gcc is missing. A search that was cut off, by depth or memory, counts as a failure.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SKIP = 77
MAX_DEPTH = 100_000
MEMORY_MIB = 2048

LOG, KEYS = "event_log", "idempotency"
REJECT, DROP = [], ["-DDROP_OLDEST"]
BATCHES = ["-DBATCHES", "-DFAILURES=0"]  # deliveries that fail as well take a minute and more
INTERVAL, ALWAYS = [], ["-DSYNC_ALWAYS"]
# name -> model, its options, the least number of states: fewer say that the model does not go on.
VARIANTS = {
    "reject": (LOG, REJECT, 100_000),
    "drop_oldest": (LOG, DROP, 100_000),
    "reject, batches": (LOG, REJECT + BATCHES, 50_000),
    "drop_oldest, batches": (LOG, DROP + BATCHES, 50_000),
    "keys": (KEYS, INTERVAL, 1000),
    "keys, sync always": (KEYS, ALWAYS, 1000),
}

# What is wrong on purpose, and where it shows.
MUTANTS = {
    "NO_WORD": (LOG, REJECT),                         # nothing says that a record is still being written
    "WORD_AFTER_CLAIM": (LOG, REJECT),                # it is said too late
    "PUBLISH_BEFORE_WRITE": (LOG, REJECT),            # it is taken back too early
    "PUBLISH_AFTER_THE_FIRST": (LOG, REJECT + BATCHES),  # of two events, before the second is written
    "WORDS_BEFORE_TAIL": (LOG, REJECT),               # a reader loads them in the wrong order
    "CLAIM_WITHOUT_EXCHANGE": (LOG, REJECT),          # two producers get one place
    "NO_ROOM_CHECK": (LOG, REJECT),                   # the head is not asked
    "HEAD_BEFORE_GIVING_BACK": (LOG, REJECT),         # memory is given back that is in use again
    "CURSOR_AT_TAKE": (LOG, REJECT),                  # what was taken counts as delivered
    "HEAD_PAST_LEASE": (LOG, DROP),                   # what is being read is written over
    "CURSOR_BACK": (LOG, DROP + ["-DCAPACITY=1"]),    # a late receipt moves the cursor back
    "DROP_UNCOUNTED": (LOG, DROP),                    # loss without a count
    "NO_LOCK": (KEYS, INTERVAL),                      # two look for the key before one has noted it
    "NOTE_AFTER_PUBLISH": (KEYS, INTERVAL),           # a scraper has the event, and a start does not know its key
    "NO_SEARCH": (KEYS, INTERVAL),                    # a start looks into the table alone
    "NOTE_FIRST": (KEYS, INTERVAL),                   # the table knows the key of an event that was never written
    "KEEP_VOID": (KEYS, ALWAYS),                      # ... or of one that was taken back
    "DUPLICATE_AT_ONCE": (KEYS, ALWAYS),              # 200 while the first one's flush may yet fail
}


class Search:
    """One search: `states`, `transitions`, `depth`, `seconds`, `errors`, and whether it was `complete`."""

    def __init__(self, model, defines):
        with tempfile.TemporaryDirectory(prefix="spin-") as folder:
            def run(*command):
                return subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)

            made = run("spin", *defines, "-a", os.path.join(HERE, model + ".pml"))
            if made.returncode == 0:
                made = run("gcc", "-w", "-O2", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MIB}", "-o", "pan", "pan.c")
            if made.returncode != 0:
                sys.exit(f"{' '.join(defines)}: {made.stdout}{made.stderr}")
            began = time.monotonic()
            said = run("./pan", f"-m{MAX_DEPTH}", "-w23").stdout
            self.seconds = time.monotonic() - began
        self.said = said
        self.states = self._number(r"(\d+) states, stored")
        self.transitions = self._number(r"(\d+) transitions")
        self.depth = self._number(r"depth reached (\d+)")
        self.errors = self._number(r"errors: (\d+)")
        self.mib = self._number(r"(\d+)\.\d+\s+total actual memory usage")
        cut_off = ("max search depth too small", "Search not completed", "memory limit", "out of memory",
                   "hash table full", "VECTORSZ")
        self.complete = not any(sign.lower() in said.lower() for sign in cut_off)

    def _number(self, pattern):
        found = re.search(pattern, self.said)
        return int(found.group(1)) if found else -1

    @property
    def what(self):
        found = re.search(r"^pan:\d+: (.*?)(?: \(at depth \d+\))?$", self.said, re.MULTILINE)
        return found.group(1) if found else "?"


def check_variant(name, sizes):
    model, defines, least = VARIANTS[name]
    own = {define.partition("=")[0] for define in defines}
    search = Search(model, defines + [size for size in sizes if size.partition("=")[0] not in own])
    good = search.errors == 0 and search.complete and search.states > least
    print(f"{name}: {search.states:,} states, {search.transitions:,} transitions, depth {search.depth:,}, "
          f"{search.seconds:.1f} s, {search.mib} MiB: {'no error' if good else 'WRONG'}", flush=True)
    if not good:
        print(search.said)
    return good


def check_mutant(name):
    model, defines = MUTANTS[name]
    search = Search(model, defines + ["-DMUTANT_" + name])
    good = search.errors > 0
    print(f"mutant {name}: {'found, ' + search.what if good else 'NOT FOUND'} "
          f"({search.states:,} states, {search.seconds:.1f} s)", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", type=int, default=1, help="deliveries that fail (2: twice the states)")
    parser.add_argument("--events", type=int, default=3)
    parser.add_argument("--variant", choices=sorted(VARIANTS), action="append", help="without mutants")
    arguments = parser.parse_args()
    for program in ("spin", "gcc"):
        if not shutil.which(program):
            print(f"skipped: there is no {program}")
            sys.exit(SKIP)
    sizes = [f"-DFAILURES={arguments.failures}", f"-DEVENTS={arguments.events}"]
    results = [check_variant(name, sizes) for name in arguments.variant or VARIANTS]
    if not arguments.variant:
        results += [check_mutant(name) for name in MUTANTS]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{len(results)} searches, {results.count(False)} not as they should be; at most {peak} MiB")
    sys.exit(0 if all(results) else 1)


main()
