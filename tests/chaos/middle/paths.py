# SPDX-License-Identifier: MIT
"""What the middle does to the packets of one connection. Offsets count bytes of a stream: of the requests
(client to server) or of the replies (server to client), heads included. Over TLS they count what goes over the wire
behind the handshake."""

import time

from .segment import RST


class Path:
    """Lets everything through."""

    def to_server(self, flow, packet):
        flow.to_server(packet)

    def to_client(self, flow, packet):
        flow.to_client(packet)


class Reset(Path):
    """Ends the connection when the byte at this offset of the replies comes by: all before it passes, it and
    what follows does not. `told` is who hears of it: "client", "server" or "both"."""

    def __init__(self, at, told):
        self.at, self.told = at, told
        self.done = False

    def to_client(self, flow, packet):
        first = flow.place(packet)
        if not packet.length or first + packet.length <= self.at:
            flow.to_client(packet)
        elif not self.done:
            self.done = True
            if first < self.at:
                flow.to_client(packet.cut(self.at - first))
            if self.told != "server":
                flow.reset_client()
            if self.told != "client":
                flow.reset_server()
        elif self.told == "client":
            flow.to_client(packet)  # to a socket that is gone: its kernel answers with a reset


class LoseRequest(Path):
    """The request at this offset of the stream never gets to the server, and its client is reset: what a
    middlebox does that has forgotten an idle connection. Nothing passes any more then, in neither direction: a late
    repetition of the reply would be answered by the client's kernel with a reset, and that is another fault."""

    def __init__(self):
        self.at = None  # nothing is lost until this is set
        self.done = False

    def to_server(self, flow, packet):
        if self.at is not None and packet.length and flow.requests.offset(packet.seq) >= self.at:
            self.done = True
            flow.reset_client()
        elif not self.done:
            flow.to_server(packet)

    def to_client(self, flow, packet):
        if not self.done:
            flow.to_client(packet)


class LoseReply(Path):
    """The server gets the request, and not a byte of its answer gets out: the client is reset instead."""

    def __init__(self):
        self.at = None  # offset of the replies; nothing is lost until this is set
        self.done = False

    def to_client(self, flow, packet):
        if self.at is None or not packet.length or flow.replies.offset(packet.seq) + packet.length <= self.at:
            if not self.done:
                flow.to_client(packet)
        elif not self.done:
            self.done = True
            flow.reset_client()


class Hole(Path):
    """From this offset of the replies on nothing passes any more, in neither direction."""

    def __init__(self, at):
        self.at = at
        self.open = False

    def to_client(self, flow, packet):
        if not self.open and packet.length:
            first = flow.place(packet)
            if first + packet.length > self.at:
                self.open = True
                if first < self.at:
                    flow.to_client(packet.cut(self.at - first))
        if not self.open:
            flow.to_client(packet)

    def to_server(self, flow, packet):
        if not self.open:
            flow.to_server(packet)


class Deaf(Path):
    """From the first byte of a reply on nothing of what the client sends gets out, neither acknowledgements
    nor resets: for so many seconds, or for ever."""

    def __init__(self, middle, seconds=None):
        self._middle, self._seconds = middle, seconds
        self._began = self._deaf = False

    def to_client(self, flow, packet):
        if packet.length and not self._began and flow.place(packet) >= 0:
            self._began = self._deaf = True
            if self._seconds is not None:
                self._middle.at(time.monotonic() + self._seconds, self._hear_again)
        flow.to_client(packet)

    def to_server(self, flow, packet):
        if not self._deaf:
            flow.to_server(packet)

    def _hear_again(self):
        self._deaf = False


class LoseResets(Path):
    """Loses the first resets by the client, or all of them."""

    def __init__(self, count=None):
        self._left = count

    def to_server(self, flow, packet):
        if not packet.flags & RST or self._left == 0:
            flow.to_server(packet)
        elif self._left is not None:
            self._left -= 1


class Bad(Path):
    """Loses, repeats, delays and reorders packets of both directions, by the dice."""

    def __init__(self, dice, lost=0.04, twice=0.04, late=0.15, longest=0.02):
        self._dice = dice
        self._lost, self._twice, self._late, self._longest = lost, twice, late, longest

    def _through(self, forward, packet):
        throw = self._dice.random()
        if throw < self._lost:
            return
        for _ in range(2 if throw < self._lost + self._twice else 1):
            late = self._dice.random() < self._late
            forward(packet, self._dice.uniform(0, self._longest) if late else 0.0)

    def to_server(self, flow, packet):
        self._through(flow.to_server, packet)

    def to_client(self, flow, packet):
        self._through(flow.to_client, packet)


class HeldTail(Path):
    """A line that keeps its order: from the last `tail` bytes of each reply with at least `least` bytes on,
    everything to the client waits until `delay()` seconds after its request came by."""

    def __init__(self, middle, tail, least, delay):
        self._middle, self._tail, self._least = middle, tail, least
        self.delay = delay
        self._asked_at = 0.0
        self._queue = []

    def to_server(self, flow, packet):
        if packet.length:
            self._asked_at = time.monotonic()
        flow.to_server(packet)

    def to_client(self, flow, packet):
        if not self._queue and packet.length and self._begins(flow, packet):
            self._middle.at(self._asked_at + self.delay(), lambda: self._release(flow))
            self._queue.append(packet)
        elif self._queue:
            self._queue.append(packet)
        else:
            flow.to_client(packet)

    def _begins(self, flow, packet):
        end = flow.replies.offset(packet.seq) + packet.length
        return flow.reading.size >= self._least and end > flow.reading.end - self._tail

    def _release(self, flow):
        held, self._queue = self._queue, []
        for packet in held:
            flow.to_client(packet)
