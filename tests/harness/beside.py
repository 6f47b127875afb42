# SPDX-License-Identifier: MIT
"""Work in a process of its own beside a test, so that neither is slow because the other is busy."""

import multiprocessing
import os
import traceback

from . import processes

_processes = multiprocessing.get_context("spawn")


def _be_nice(niceness):
    try:
        os.setpriority(os.PRIO_PROCESS, 0, niceness)
    except PermissionError:
        pass  # only root can be less nice than before


def _run(channel, stop, niceness, work, arguments):
    try:
        _be_nice(niceness)
        processes.raise_open_files_limit()
        channel.send((True, work(lambda: channel.send(None), stop, *arguments)))
    except BaseException:
        channel.send((False, traceback.format_exc()))


class Beside:
    """Runs `work(ready, stop, *arguments)`, a function of a module: it calls ready() when it has begun, ends
    soon after `stop` is set, and what it returns is the result. A context manager: leaving it ends the
    process."""

    def __init__(self, work, *arguments, niceness=0):
        self._name = work.__name__
        self._channel, far_end = _processes.Pipe()
        self._stop = _processes.Event()
        self._process = _processes.Process(target=_run, daemon=True,
                                           args=(far_end, self._stop, niceness, work, arguments))
        self._process.start()
        far_end.close()
        try:
            first = self._receive(20)
            assert first is None, f"{self._name} ended at once: {first}"
        except BaseException:
            self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.kill()

    def _receive(self, seconds):
        assert self._channel.poll(seconds), f"{self._name}: nothing came of it within {seconds} s"
        message = self._channel.recv()
        if message is not None and not message[0]:
            raise AssertionError(f"{self._name} failed:\n{message[1]}")
        return message

    def tell_to_stop(self):
        """For several that are to stop at the same time, before the first of them is finished."""
        self._stop.set()

    def finish(self, seconds=20):
        """Tells it to stop, and returns its result."""
        self.tell_to_stop()
        return self._receive(seconds)[1]

    def kill(self):
        self._stop.set()
        self._process.join(0.5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._channel.close()
