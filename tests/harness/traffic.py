# SPDX-License-Identifier: MIT
"""Work beside the tests: anything in a thread of its own, and events posted all the time."""

import threading
import time


class Traffic(threading.Thread):
    """Runs `work` beside the tests; the test that needs it calls `finish` and gets its failure."""

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
        self.join(120)
        if self._failure:
            raise self._failure
        assert not self.is_alive(), "the traffic does not end"


def together(*works):
    """Runs all of these at the same time to their ends; the first failure is raised."""
    running = [Traffic(work) for work in works]
    for each in running:
        each.finish()


class Poster:
    """Posts an event with an `id` of its own every `pause` seconds until it is told to stop."""

    def __init__(self, server, pause=0.05):
        self._server = server
        self._pause = pause
        self._stop = threading.Event()
        self._posted = []  # (id, when its POST was sent, when it was answered)
        self._traffic = Traffic(self._post)

    def _post(self):
        with self._server.connect() as connection:
            while not self._stop.wait(self._pause):
                name, sent = f"e{len(self._posted)}", time.time()
                reply = connection.post(f"/event?id={name}")
                assert reply.status == 200, reply
                self._posted.append((name, sent, time.time()))

    def between(self, begin, end):
        """The events that may have been stored in this span of time."""
        return {name for name, sent, answered in list(self._posted) if answered >= begin and sent <= end}

    def finish(self):
        """Stops posting; returns the ids of all events, each of which was accepted."""
        self._stop.set()
        self._traffic.finish()
        return {name for name, _, _ in self._posted}
