# SPDX-License-Identifier: MIT
"""What attackers have beside a crowd: work for a process of its own (harness.beside)."""

import itertools
import re
import time
from collections import Counter

from harness.client import Broken, Connection

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
_AT_ONCE = 200
_AT_LATEST = 15.0  # seconds in which so many come, where the machine is busy


def _connect(port, source):
    return Connection(port, source=source, timeout=5)


def flood(ready, stop, port, source, make, least=0):
    """Requests as fast as they are answered, in packs down one connection, until `stop` and at least so many: make(n)
    is the n-th one's bytes. Returns how often each status came."""
    statuses, numbers, connection = Counter(), itertools.count(), None
    ready()
    latest = time.monotonic() + _AT_LATEST
    while not stop.is_set() or (sum(statuses.values()) < least and time.monotonic() < latest):
        try:
            connection = connection or _connect(port, source)
            connection.send(b"".join(make(next(numbers)) for _ in range(_AT_ONCE)))
            _answers(connection, _AT_ONCE, statuses)
        except (Broken, OSError):
            statuses["broken"] += 1
            if connection is not None:
                connection.close()
            connection = None
            if stop.is_set():
                break  # what is refused by resets comes to no number
    return dict(statuses)


def paced(ready, stop, port, source, make, per_second):
    """So many requests a second, down one connection. Returns how often each status came."""
    statuses = Counter()
    ready()
    with _connect(port, source) as connection:
        for number in itertools.count():
            if stop.wait(1 / per_second):
                return dict(statuses)
            connection.send(make(number))
            statuses[str(connection.read_reply().status)] += 1


def _answers(connection, count, statuses):
    """Counts that many answers, by their heads: bodies of those that are asked for here hold none."""
    rest = b""
    while count > 0:
        data = connection.socket.recv(1 << 18)
        if not data:
            raise Broken("end of stream", rest)
        rest += data
        for match in _STATUS.finditer(rest):
            statuses[match.group(1).decode()] += 1
            count -= 1
        rest = rest[-12:]  # one byte less than what the pattern takes


def one_by_one(ready, stop, port, source, requests):
    """Each request on a connection of its own, again and again. Returns how often each status came."""
    statuses = Counter()
    ready()
    for data in itertools.cycle(requests):
        if stop.is_set():
            return dict(statuses)
        try:
            with _connect(port, source) as connection:
                connection.send(data)
                statuses[str(connection.read_reply().status)] += 1
        except (Broken, OSError):
            statuses["broken"] += 1


class InTurn:
    """Requests in turn, by number; picklable."""

    def __init__(self, requests):
        self._requests = requests

    def __call__(self, number):
        return self._requests[number % len(self._requests)]


def flood_each(ready, stop, port, source, make, connections):
    """Like flood, with one request at a time on each of many connections, for answers that have bodies."""
    statuses, numbers, open_ones = Counter(), itertools.count(), {}
    ready()
    while not stop.is_set():
        asked = []
        for place in range(connections):
            try:
                open_ones[place] = open_ones.get(place) or _connect(port, source)
                open_ones[place].send(make(next(numbers)))
                asked.append(place)
            except (Broken, OSError):
                _give_up(open_ones, place, statuses)
        for place in asked:
            try:
                reply = open_ones[place].read_reply()
                statuses[str(reply.status)] += 1
                if reply.header("connection") == "close":
                    open_ones.pop(place).close()
            except (Broken, OSError):
                _give_up(open_ones, place, statuses)
    return dict(statuses)


def _give_up(open_ones, place, statuses):
    statuses["broken"] += 1
    one = open_ones.pop(place, None)
    if one is not None:
        one.close()
