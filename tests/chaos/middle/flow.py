# SPDX-License-Identifier: MIT
"""One TCP connection as the middle sees it: where both streams stand, and what can be done to them there."""

from . import segment


class Stream:
    """One direction: offsets count the bytes of the payload from 0, whatever the sequence numbers are."""

    def __init__(self):
        self.start = None     # sequence number of the first byte
        self.sent = 0         # offset up to where the sender has sent, as the middle saw it come
        self.passed = 0       # offset up to where it was let through, without a gap
        self.acknowledged = 0  # offset up to where the receiver's acknowledgements were let through

    def offset(self, seq):
        return segment.distance(seq, self.start)

    def seq(self, offset):
        return segment.advance(self.start, offset)


class Flow:
    """`forward` hands a packet on; `reset_client` and `reset_server` forge a reset that its receiver must
    believe. `reading` is of replies.Replies: what the server says."""

    def __init__(self, middle, syn, path, reading):
        self._middle = middle
        self._client, self._server = syn.source, syn.target
        self._ports = syn.ports
        self.path = path
        self.requests, self.replies = Stream(), Stream()
        self.requests.start = segment.advance(syn.seq, 1)
        self.reading = reading

    def from_client(self, packet):
        self._note(self.requests, packet)
        if packet.length:
            self.reading.hear(self.requests.offset(packet.seq), packet.payload)
        self.path.to_server(self, packet)

    def from_server(self, packet):
        if packet.flags & segment.SYN:
            self.replies.start = segment.advance(packet.seq, 1)
        stream = self.replies
        if packet.length and stream.start is not None:
            new = stream.offset(packet.seq) + packet.length - self.reading.fed
            if 0 < new <= packet.length:
                self.reading.feed(packet.payload[packet.length - new:])
        self._note(stream, packet)
        self.path.to_client(self, packet)

    def place(self, packet):
        """Where among the bytes of the replies this packet of the server's begins: below 0 while keys are exchanged."""
        if self.reading.begin is None:
            return float("-inf")
        return self.replies.offset(packet.seq) - self.reading.begin if self.replies.start is not None else 0

    @staticmethod
    def _note(stream, packet):
        if packet.length and stream.start is not None:
            stream.sent = max(stream.sent, stream.offset(packet.seq) + packet.length)

    def to_server(self, packet, delay=0.0):
        self._pass(self.requests, self.replies, packet)
        self._middle.send_to_server(packet.raw, delay)

    def to_client(self, packet, delay=0.0):
        self._pass(self.replies, self.requests, packet)
        self._middle.send_to_client(packet.raw, delay)

    @staticmethod
    def _pass(stream, other, packet):
        if stream.start is not None and packet.length:
            first = stream.offset(packet.seq)
            if first <= stream.passed:
                stream.passed = max(stream.passed, first + packet.length)
        if packet.flags & segment.ACK and other.start is not None:
            other.acknowledged = max(other.acknowledged, min(other.offset(packet.ack), other.sent))

    def reset_client(self):
        if self.replies.start is not None:
            self._middle.send_to_client(segment.reset(
                self._server, self._client, self._ports[::-1], self.replies.seq(self.replies.passed),
                self.requests.seq(self.requests.passed)))

    def reset_server(self):
        if self.replies.start is not None:
            self._middle.send_to_server(segment.reset(
                self._client, self._server, self._ports, self.requests.seq(self.requests.passed),
                self.replies.seq(self.replies.passed)))

    def all_acknowledged(self):
        """The server has been told that everything it sent so far has arrived."""
        return self.replies.acknowledged >= self.replies.sent
