# SPDX-License-Identifier: MIT
"""Plays the rows of a table, each in a process of its own, a few at a time."""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import traceback

_RESULT = "result: "


def in_words(kind):
    """A class's name: ResetByTheClient is reset-by-the-client."""
    return "".join("-" + c.lower() if c.isupper() else c for c in kind.__name__).lstrip("-")


def add_row_arguments(parser, of_seeds, of_names):
    """Options of a table whose rows are played with several seeds: which seeds, which rows."""
    parser.add_argument("--seed", type=int, action="append", metavar="N", dest="seeds", help=of_seeds)
    parser.add_argument("--only", metavar="WORD", action="append", default=[], help=of_names)
    parser.add_argument("--list", action="store_true", help="name the rows, and end")
    parser.add_argument("--row", help=argparse.SUPPRESS)


def seeds_of(args):
    """Those of the command line, each once, else ONESHOT_SEED, else 1."""
    return list(dict.fromkeys(args.seeds or [int(os.environ.get("ONESHOT_SEED") or "1")]))


def play_here(play):
    """One row in this process: the last line it prints is the outcome that `play` returns."""
    try:
        outcome = play()
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        sys.exit(1)
    print("\n" + _RESULT + json.dumps(vars(outcome)), flush=True)


class Played:
    """A row with its seed, and once it was played its outcome and what was said meanwhile.

    kind: has `name()`, `why_not()` and how many `seconds` its traffic lasts
    """

    Outcome = None  # a dataclass with a list `complaints`
    patience = 120  # seconds for one row beside those of its traffic before it counts as hanging

    def __init__(self, kind, seed):
        self.kind, self.seed = kind, seed
        self.outcome, self.output = self.Outcome(complaints=["it was not played"]), ""
        self.skipped = kind.why_not()

    def name(self):
        return self.kind.name()

    def command(self):
        """Arguments of Python that play this row in another process."""
        raise NotImplementedError

    def verdict(self):
        raise NotImplementedError

    def play(self):
        seconds = self.patience + self.kind.seconds
        try:
            done = subprocess.run([sys.executable, *self.command()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=seconds, check=False)
            output, end = done.stdout, f"ended with status {done.returncode}"
        except subprocess.TimeoutExpired as late:
            output, end = late.stdout or b"", f"did not come to its end within {seconds:.0f} s"
        self.output, found, result = output.decode("utf-8", "replace").partition("\n" + _RESULT)
        if found:
            self.outcome = self.Outcome(**json.loads(result))
        else:
            self.outcome = self.Outcome(complaints=[f"the row {end}"])


def play_all(rows, at_once):
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
            row.play()
            took = time.monotonic() - began
            with lock:
                print(f"{row.verdict():8} {took:6.1f} s  {row.name()}", flush=True)
    workers = [threading.Thread(target=work) for _ in range(at_once)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
