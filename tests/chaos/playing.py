# SPDX-License-Identifier: MIT
"""Plays rows, each in a process of its own, a few at a time."""

import json
import subprocess
import sys
import threading
import time
import traceback

from chaos import faults, table
from chaos.audit import Outcome

AT_ONCE = 4
_PATIENCE = 120  # seconds for one row before it counts as hanging
_RESULT = "result: "


def play_here(name, seed, lengths):
    """One row in this process, whose namespaces it changes: the last line it prints is the outcome."""
    sys.setswitchinterval(0.001)  # the middle is one thread among others, and they all wait for it
    try:
        outcome = faults.by_name(name)(seed, lengths).play()
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        sys.exit(1)
    print("\n" + _RESULT + json.dumps(vars(outcome)), flush=True)


class Played:
    """A row with its seed, and once it was played its outcome and what was said meanwhile."""

    def __init__(self, kind, seed):
        self.kind, self.seed = kind, seed
        self.outcome, self.output = Outcome(complaints=["it was not played"]), ""
        self.skipped = kind.why_not()

    def play(self, lengths):
        command = [sys.executable, "-m", "chaos.run", "--row", self.kind.name(),
                   "--seed", str(self.seed), "--lengths", str(lengths)]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=_PATIENCE + self.kind.seconds, check=False)
            output, end = done.stdout, f"ended with status {done.returncode}"
        except subprocess.TimeoutExpired as late:
            output, end = late.stdout or b"", f"did not come to its end within {_PATIENCE} s"
        self.output, found, result = output.decode("utf-8", "replace").partition("\n" + _RESULT)
        if found:
            self.outcome = Outcome(**json.loads(result))
        else:
            self.outcome = Outcome(complaints=[f"the row {end}"])

    def verdict(self):
        return table.verdict(self.kind, self.outcome)


def play_all(rows, lengths):
    """The longest first; says how each went as soon as it is known."""
    waiting = iter(sorted((row for row in rows if not row.skipped), key=lambda row: -row.kind.seconds))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                row = next(waiting, None)
            if row is None:
                return
            began = time.monotonic()
            row.play(lengths)
            took = time.monotonic() - began
            with lock:
                print(f"{row.verdict():8} {took:6.1f} s  {row.kind.name()}", flush=True)
    workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
