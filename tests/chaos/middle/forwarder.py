# SPDX-License-Identifier: MIT
"""The thread that reads packets from both TUN devices and hands each to its connection's path."""

import heapq
import itertools
import os
import select
import threading
import time
import traceback
from collections import Counter

from . import segment
from .flow import Flow
from .paths import Path
from .replies import Replies
from .segment import Segment

_AT_ONCE = 64  # packets read from one side before the other side is looked at


class Middle(threading.Thread):
    """Every connection takes the path that was laid for its client's port before it was opened, or
    `usual_path()`.

    What the server said down all of them is in `codes` (replies by status) and `sent` (events in batches, by
    scraper).

    reader: makes what reads along in one connection: replies.Replies, or another one with its arguments
    """

    def __init__(self, client_side, server_side, reader=Replies):
        super().__init__(name="middle", daemon=True)
        self._client, self._server = client_side.tun, server_side.tun
        self._paths, self._flows = {}, {}
        self._late, self._number = [], itertools.count()
        self._calls = []
        self._ending = False
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._reader = reader
        self.usual_path = Path
        self.codes, self.sent = Counter(), Counter()
        self.failure = None

    # -- asked by other threads -----------------------------------------------------------------------------

    def lay(self, port, path):
        self._paths[port] = path

    def flow(self, port):
        """The connection that came last from this port of a client."""
        return self._flows[port]

    def flows(self):
        return list(self._flows.values())

    def forget_counts(self):
        """A new server begins: what the old one sent is no matter of it."""
        self.codes, self.sent = Counter(), Counter()

    def call(self, function):
        """Runs the function between two packets."""
        self._calls.append(function)
        os.write(self._wake, b"x")

    def end(self):
        self._ending = True
        os.write(self._wake, b"x")
        self.join(5)

    # -- asked by flows, in this thread ---------------------------------------------------------------------

    def send_to_client(self, raw, delay=0.0):
        self._send(self._client, raw, delay)

    def send_to_server(self, raw, delay=0.0):
        self._send(self._server, raw, delay)

    def at(self, moment, function):
        """Runs the function at this time of time.monotonic()."""
        heapq.heappush(self._late, (moment, next(self._number), function))

    def _send(self, tun, raw, delay):
        if delay > 0:
            self.at(time.monotonic() + delay, lambda: self._send(tun, raw, 0))
            return
        try:
            os.write(tun, raw)
        except OSError:
            pass  # a full queue: the packet is lost, as on any line

    # -- this thread ----------------------------------------------------------------------------------------

    def run(self):
        try:
            while not self._ending:
                self._turn()
        except BaseException:
            self.failure = traceback.format_exc()
            print("the middle broke down:\n" + self.failure, flush=True)  # nothing gets anywhere now

    def _turn(self):
        wait = max(0.0, self._late[0][0] - time.monotonic()) if self._late else 1.0
        ready = select.select([self._client, self._server, self._woken], [], [], wait)[0]
        if self._woken in ready:
            os.read(self._woken, 4096)
        while self._calls:
            self._calls.pop(0)()
        while self._late and self._late[0][0] <= time.monotonic():
            heapq.heappop(self._late)[2]()
        for side in (self._client, self._server):
            if side in ready:
                self._read(side)

    def _read(self, side):
        for _ in range(_AT_ONCE):
            try:
                raw = os.read(side, 65536)
            except BlockingIOError:
                return
            if Segment.is_tcp(raw):
                self._take(side, Segment(raw))

    def _take(self, side, packet):
        if side == self._client:
            port = packet.ports[0]
            if packet.flags & segment.SYN and not self._repeated(port, packet):
                path = self._paths.pop(port, None) or self.usual_path()
                self._flows[port] = Flow(self, packet, path, self._reader(self._count_reply, self._count_batch))
            if port in self._flows:
                self._flows[port].from_client(packet)
        elif packet.ports[1] in self._flows:
            self._flows[packet.ports[1]].from_server(packet)

    def _repeated(self, port, syn):
        return port in self._flows and self._flows[port].requests.start == segment.advance(syn.seq, 1)

    def _count_reply(self, code):
        self.codes[code] += 1

    def _count_batch(self, scraper, events):
        self.sent[scraper] += events
