# SPDX-License-Identifier: MIT
"""Many connections of one attacker, in a process of its own (harness.beside)."""

import heapq
import itertools
import select
import socket
import time
from collections import Counter, namedtuple

# first, then: what each connection sends at once, and then every `period` seconds
# spread: over how many seconds the first ones come
# sources: addresses in turn, in place of the row's
# reads: whether answers are read; where not, the receive buffer is as small as can be
# returns: seconds until a connection that was ended comes again; None: never
Plan = namedtuple("Plan", "count first then period spread reads returns sources",
                  defaults=(b"", b"", 1.0, 0.0, True, 0.2, ()))


def connect(port, source, small=False):
    """One connection, which does not block."""
    one = socket.socket()
    one.setblocking(False)
    if small:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    if source:
        one.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: more than 28,000 by and by
        one.bind((source, 0))
    one.connect_ex(("127.0.0.1", port))
    return one


class _Member:
    def __init__(self, plan):
        self.socket, self.rest, self.due = None, plan.first, 0.0


class Crowd:
    def __init__(self, port, source, plan):
        self._port, self._plan = port, plan
        self._sources = itertools.cycle(plan.sources or (source,))
        self._poll, self._open, self._due = select.epoll(), {}, []
        self.count = Counter()
        now = time.monotonic()
        for number in range(plan.count):
            heapq.heappush(self._due, (now + plan.spread * number / plan.count, number, _Member(plan)))

    def turn(self):
        """What is due, and what has come."""
        self._act()
        for number, what in self._poll.poll(0.01):
            member = self._open[number]
            if what & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                self._read(member, what)
            elif what & select.EPOLLOUT:
                self._send(member)

    def _act(self):
        now, budget = time.monotonic(), 400
        while self._due and self._due[0][0] <= now and budget:
            budget -= 1
            _, number, member = heapq.heappop(self._due)
            if member.socket is None:
                self._begin(member)
            elif self._plan.then:
                member.rest += self._plan.then if len(member.rest) < 65536 else b""
                self._send(member)
            if self._plan.then:
                heapq.heappush(self._due, (now + self._plan.period, number, member))

    def _begin(self, member):
        member.socket, member.rest = connect(self._port, next(self._sources), not self._plan.reads), self._plan.first
        self._open[member.socket.fileno()] = member
        self._poll.register(member.socket, self._interest(member))
        self.count["connections"] += 1

    def _send(self, member):
        try:
            sent = member.socket.send(member.rest)
            self.count["bytes"] += sent
            member.rest = member.rest[sent:]
        except BlockingIOError:
            pass
        except OSError:
            return self._end(member)
        return self._poll.modify(member.socket, self._interest(member))

    def _interest(self, member):
        return (select.EPOLLIN if self._plan.reads else 0) | (select.EPOLLOUT if member.rest else 0)

    def _read(self, member, what):
        if not self._plan.reads:
            return self._end(member) if what & (select.EPOLLHUP | select.EPOLLERR) else None
        try:
            data = member.socket.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        self.count["answers"] += data.count(b"HTTP/1.1 ")
        return None if data else self._end(member)

    def _end(self, member):
        del self._open[member.socket.fileno()]
        member.socket.close()
        member.socket = None
        self.count["ended"] += 1
        if self._plan.returns is not None and not self._plan.then:
            heapq.heappush(self._due, (time.monotonic() + self._plan.returns, id(member), member))


def attack(ready, stop, port, source, plan):
    """Works on the plan until `stop`; returns what was counted."""
    crowd = Crowd(port, source, plan)
    ready()
    while not stop.is_set():
        crowd.turn()
    return dict(crowd.count)
