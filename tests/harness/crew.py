# SPDX-License-Identifier: MIT
"""Work beside a test, several at work side by side, and dice for each of them."""

import random
import threading

from .waiting import FAR


class Work(threading.Thread):
    """Runs `work` beside the test, which calls `finish` when it needs what comes of it, and gets its failure."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self._work = work
        self._failure = None
        self.start()

    def run(self):
        try:
            self._work()
        except BaseException as failure:
            self._failure = failure

    def finish(self):
        self.join(FAR)
        if self._failure:
            raise self._failure
        assert not self.is_alive(), "the work does not end"


def together(*works):
    """Runs all of these at the same time to their ends; the first failure is raised."""
    running = [Work(work) for work in works]
    for each in running:
        each.finish()


class Crew:
    """Runs functions side by side, each on a thread of its own and each given `stop`; the first failure stops
    all."""

    def __init__(self):
        self.stop = threading.Event()
        self._failures, self._threads = [], []

    def add(self, function, *args):
        def guarded():
            try:
                function(self.stop, *args)
            except BaseException as failure:
                self._failures.append(failure)
                self.stop.set()
        thread = threading.Thread(target=guarded, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def work(self, seconds):
        """Lets them work that long; raises what one of them failed with."""
        if self.stop.wait(seconds) and self._failures:
            raise self._failures[0]

    def finish(self, seconds=0.0, patience=60.0):
        """Lets them work that long, then tells them to end and waits for it."""
        self.stop.wait(seconds)
        self.stop.set()
        for thread in self._threads:
            thread.join(patience)
        if self._failures:
            raise self._failures[0]
        assert not any(thread.is_alive() for thread in self._threads), "somebody does not come to an end"


def dice_for(seed, *names):
    """Dice that fall the same way for the same seed and names, whatever else is thrown."""
    return random.Random(" ".join(str(part) for part in (seed, *names)))
