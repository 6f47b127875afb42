# SPDX-License-Identifier: MIT
"""One TCP segment in an IPv4 packet: read, cut short, or made anew (a reset)."""

import struct

FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
_MASK = 0xFFFFFFFF
_TCP = 6


def _checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _packet(source, target, tcp, payload):
    """An IPv4 packet around a TCP header whose checksum is still 0."""
    size = len(tcp) + len(payload)
    check = _checksum(source + target + struct.pack("!HH", _TCP, size) + tcp + payload)
    tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0x4000, 64, _TCP, 0) + source + target
    return ip[:10] + struct.pack("!H", _checksum(ip)) + ip[12:] + tcp + payload


def advance(sequence, count):
    return (sequence + count) & _MASK


def distance(sequence, start):
    """How far `sequence` is after `start`; negative where it is before."""
    return ((sequence - start + 0x80000000) & _MASK) - 0x80000000


class Segment:
    __slots__ = ("raw", "source", "target", "ports", "seq", "ack", "flags", "_tcp", "_data")

    def __init__(self, raw):
        self.raw = raw
        self._tcp = (raw[0] & 15) * 4
        self.source, self.target = raw[12:16], raw[16:20]
        fields = struct.unpack_from("!HHIIBB", raw, self._tcp)
        self.ports = fields[:2]
        self.seq, self.ack, offset, self.flags = fields[2:]
        self._data = self._tcp + (offset >> 4) * 4

    @staticmethod
    def is_tcp(raw):
        return len(raw) >= 40 and raw[0] >> 4 == 4 and raw[9] == _TCP

    @property
    def length(self):
        return len(self.raw) - self._data

    @property
    def payload(self):
        return self.raw[self._data:]

    def cut(self, length):
        """The same segment with only the first `length` bytes of its payload, and no end of the stream."""
        tcp = bytearray(self.raw[self._tcp:self._data])
        tcp[13] &= ~FIN & 0xFF
        tcp[16:18] = b"\0\0"
        return Segment(_packet(self.source, self.target, bytes(tcp), self.payload[:length]))


def reset(source, target, ports, seq, ack):
    """A reset; `seq` must be exactly what the receiver expects next, or it only asks back (RFC 5961)."""
    return _packet(source, target, struct.pack("!HHIIBBHHH", *ports, seq, ack, 0x50, RST | ACK, 0, 0, 0), b"")
