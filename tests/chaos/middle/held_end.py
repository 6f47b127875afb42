# SPDX-License-Identifier: MIT
"""The end of a reply comes late, on a connection of whose replies nobody knows how long they are."""

import time

from .paths import Path


class HeldEnd(Path):
    """What HeldTail does where it can read: of each reply with at least `least` bytes, the last `tail` bytes, and at
    least the last packet, wait until `delay()` seconds after its request came by. They are the last ones since nothing
    came behind them; while more comes, it pushes out what was held. No more is held than was let through, so that
    acknowledgements open the server's window."""

    def __init__(self, middle, tail, least, delay):
        self._middle, self._tail, self._least = middle, tail, least
        self.delay = delay
        self._asked_at, self._begin = 0.0, 0
        self._highest = 0  # offset of the replies
        self._queue = []

    def to_server(self, flow, packet):
        if packet.length:
            self._asked_at, self._begin = time.monotonic(), flow.replies.sent
        flow.to_server(packet)

    def to_client(self, flow, packet):
        end = flow.replies.offset(packet.seq) + packet.length
        if not self._queue and (not packet.length or end - self._begin < self._least):
            flow.to_client(packet)
            return
        if not self._queue:
            self._middle.at(self._asked_at + self.delay(), lambda: self._release(flow))
        self._queue.append(packet)
        if end > self._highest:  # what is sent again pushes out nothing
            self._highest = end
            self._push(flow)

    def _push(self, flow):
        while len(self._queue) > 1:
            most = min(self._tail, flow.replies.passed - self._begin)
            if sum(packet.length for packet in self._queue) <= most:
                return
            flow.to_client(self._queue.pop(0))

    def _release(self, flow):
        held, self._queue = self._queue, []
        for packet in held:
            flow.to_client(packet)
