# SPDX-License-Identifier: MIT
"""Attackers that are ready, each in a process of its own, and begin all together when they are told to."""

import contextlib
import fcntl
import tempfile

from harness.beside import Beside
from harness.crew import together


def held(ready, stop, path, work, *arguments):
    """Begins the work once nobody holds the file any more."""
    ready()
    with open(path, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    return work(lambda: None, stop, *arguments)


class Gate:
    """A context manager: works is [(work, *arguments)]."""

    def __init__(self, works, niceness):
        self._works, self._niceness, self._running = works, niceness, contextlib.ExitStack()
        self._file = self._running.enter_context(tempfile.NamedTemporaryFile(prefix="oneshot-gate-"))
        self._attackers = []

    def __enter__(self):
        fcntl.flock(self._file, fcntl.LOCK_EX)

        def begin(work, arguments):
            self._attackers.append(self._running.enter_context(
                Beside(held, self._file.name, work, *arguments, niceness=self._niceness)))
        try:
            together(*((lambda work=work, rest=rest: begin(work, rest)) for work, *rest in self._works))
        except BaseException:
            self._running.close()
            raise
        return self

    def __exit__(self, *_):
        self._running.close()

    def open(self):
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def finish(self):
        """Tells them to stop; returns the sums of what they counted."""
        sums = {}
        for attacker in self._attackers:
            attacker.tell_to_stop()
        for attacker in self._attackers:
            for word, number in attacker.finish().items():
                sums[word] = sums.get(word, 0) + number
        return sums
