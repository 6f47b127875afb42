# SPDX-License-Identifier: MIT
"""Checks event_log.pml with SPIN: every interleaving of it is right, and each mutant is found wrong.

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

MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "event_log.pml")
SKIP = 77
MAX_DEPTH = 100_000
MEMORY_MIB = 2048

REJECT, DROP = [], ["-DDROP_OLDEST"]
VARIANTS = {"reject": REJECT, "drop_oldest": DROP}

# What is wrong on purpose, and where it shows.
MUTANTS = {
    "NO_WORD": REJECT,                         # nothing says that a record is still being written
    "WORD_AFTER_CLAIM": REJECT,                # it is said too late
    "PUBLISH_BEFORE_WRITE": REJECT,            # it is taken back too early
    "WORDS_BEFORE_TAIL": REJECT,               # a reader loads them in the wrong order
    "CLAIM_WITHOUT_EXCHANGE": REJECT,          # two producers get one place
    "NO_ROOM_CHECK": REJECT,                   # the head is not asked
    "HEAD_BEFORE_GIVING_BACK": REJECT,         # memory is given back that is in use again
    "CURSOR_AT_TAKE": REJECT,                  # what was taken counts as delivered
    "HEAD_PAST_LEASE": DROP,                   # what is being read is written over
    "CURSOR_BACK": DROP + ["-DCAPACITY=1"],    # a late receipt moves the cursor back
    "DROP_UNCOUNTED": DROP,                    # loss without a count
}


class Search:
    """One search: `states`, `transitions`, `depth`, `seconds`, `errors`, and whether it was `complete`."""

    def __init__(self, defines):
        with tempfile.TemporaryDirectory(prefix="spin-") as folder:
            def run(*command):
                return subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)

            made = run("spin", *defines, "-a", MODEL)
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
    search = Search(sizes + VARIANTS[name])
    good = search.errors == 0 and search.complete and search.states > 100_000
    print(f"{name}: {search.states:,} states, {search.transitions:,} transitions, depth {search.depth:,}, "
          f"{search.seconds:.1f} s, {search.mib} MiB: {'no error' if good else 'WRONG'}", flush=True)
    if not good:
        print(search.said)
    return good


def check_mutant(name):
    search = Search(MUTANTS[name] + ["-DMUTANT_" + name])
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
