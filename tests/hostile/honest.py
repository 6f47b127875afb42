# SPDX-License-Identifier: MIT
"""The well-behaved, each in a process of its own (harness.beside): a poster that keeps its connection, one that makes a
new one each time, and a scraper that keeps its own, as Prometheus does. What they return is a list of Tries."""

import re
import time
from collections import namedtuple

from harness import load
from harness.client import Broken, Connection, request, scrape_timeout
from harness.processes import waited_for_processor_by_thread

# began: time.monotonic(); seconds: until the answer; fed_seconds: without the time in which the machine had no
# processor for it; ok: whether it was the right answer; said: its status, or how it failed; ended: connections that the
# server ended
Try = namedtuple("Try", "name began seconds fed_seconds ok said ended")

PATIENCE = 2.0  # seconds: a script that got no answer gives up, and Prometheus' scrape would count as failed
BETWEEN_POSTS, BETWEEN_SCRAPES = 0.02, 0.2
_EVENT = re.compile(rb'^events_to_metrics\{[^}\n]*\bid="([kn]-\d+)"[^}\n]*\} (\S+)(?: (\d+))?$', re.MULTILINE)


class Client:
    """where: (port, pid of the server, own address)"""

    def __init__(self, where, keeps):
        self._port, pid, self._source = where
        self._keeps, self._connection = keeps, None
        self._ended = 0
        self._watch = load.Stopwatch(lambda: waited_for_processor_by_thread(pid))

    def ask(self, name, data):
        """Sends a request until it is answered or the patience is over; returns the Try and the reply, if any. Where
        the server ends the connection it comes again, as clients do that give each event a key."""
        began, ended, reply, said = time.monotonic(), self._ended, None, "silence"
        with self._watch:
            while reply is None and time.monotonic() < began + PATIENCE:
                try:
                    reply = self._once(data, began + PATIENCE - time.monotonic())
                except (Broken, OSError) as fault:
                    said = getattr(fault, "why", type(fault).__name__)
                    self._ended += said in ("reset", "end of stream")
                    self._drop()
        if reply is not None:
            said = reply.status
        return Try(name, began, self._watch.seconds[-1], self._watch.fed_seconds[-1], said == 200, str(said),
                   self._ended - ended), reply

    def _once(self, data, patience):
        if self._connection is None:
            self._connection = Connection(self._port, source=self._source, timeout=patience)
        elif not self._connection.is_open():
            self._ended += 1
            self._drop()
            return None
        self._connection.socket.settimeout(max(patience, 0.001))
        self._connection.send(data)
        reply = self._connection.read_reply()
        if not self._keeps or (reply.header("connection") or "") == "close":
            self._drop()
        return reply

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    close = _drop


def post(ready, stop, where, letter, keeps):
    """Events with the ids k-0, k-1, ..., each under a key, until `stop`."""
    client, tries = Client(where, keeps), []
    while not stop.wait(BETWEEN_POSTS):
        name = f"{letter}-{len(tries)}"
        tries.append(client.ask(name, request("POST", f"/event?id={name}&type=honest", [("Idempotency-Key", name)]))[0])
        if len(tries) == 3:
            ready()
    client.close()
    return tries


def _waiting(body, scraper):
    found = re.search(rb'^oneshot_events_(?:waiting|in_flight)\{scraper="%s"\} ([1-9]\d*)$' % scraper.encode(), body,
                      re.MULTILINE)
    return bool(found)


def scrape(ready, stop, where, scraper, rest_seconds):
    """Scrapes until `stop`, and then until nothing is left or `rest_seconds` are over. Returns the Tries, and of each
    whole reply its events of the well-behaved [(id, value, time)]."""
    client, tries, replies = Client(where, True), [], []
    data = request("GET", f"/metrics?scraper={scraper}", [("User-Agent", "Prometheus/2.42.0"),
                                                          ("Accept-Encoding", "gzip"), scrape_timeout(PATIENCE)])

    def once():
        one, reply = client.ask(scraper, data)
        tries.append(one)
        if reply is not None and reply.status == 200:
            replies.append([(name.decode(), float(value), time_) for name, value, time_ in _EVENT.findall(reply.body)])
            return reply.body
        return None

    once()
    ready()
    while not stop.wait(BETWEEN_SCRAPES):
        once()
    end = time.monotonic() + rest_seconds
    while (body := once()) is None or _waiting(body, scraper):
        if time.monotonic() > end:
            break
    client.close()
    return tries, replies
