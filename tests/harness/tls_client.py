# SPDX-License-Identifier: MIT
"""The raw client over TLS. `socket` stays the TCP connection: what is read of it, and how it ends, is up to the test
and not to a library of TLS."""

import socket
import ssl

from .client import Broken, Connection

_HEADER = 5  # bytes of a record's: type, version, length


class _Records:
    """How far the wire is in its records."""

    def __init__(self):
        self._header, self._left = b"", 0

    def to_end(self):
        """Bytes that are missing of the record, or of its header."""
        return self._left or _HEADER - len(self._header)

    def take(self, wire):
        while wire:
            part, wire = wire[:self.to_end()], wire[self.to_end():]
            if self._left:
                self._left -= len(part)
                continue
            self._header += part
            if len(self._header) == _HEADER:
                self._header, self._left = b"", int.from_bytes(self._header[3:])


class TlsConnection(Connection):
    """tls: an ssl.SSLContext. server_name: what the certificate must be for, if not the host.

    says_goodbye: close_notify goes out before an end of ours, and before a reset, as Go's clients do it
    """

    def __init__(self, port, tls, server_name=None, says_goodbye=True, **options):
        super().__init__(port, **options)
        self.says_goodbye = says_goodbye
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._records = _Records()
        self._reads_ahead = True
        self._said_goodbye = False
        self.tls = tls.wrap_bio(self._in, self._out, server_hostname=server_name or options.get("host", "127.0.0.1"))
        try:
            self._shake_hands()
        except BaseException:
            self.socket.close()
            raise

    def _shake_hands(self):
        while True:
            try:
                self.tls.do_handshake()
                return self._flush()
            except ssl.SSLWantReadError:
                self._flush()
                self._receive(65536)
            except ssl.SSLError:
                self._flush()  # the alert that says why
                raise

    def _flush(self, flags=0):
        if self._out.pending:
            self.socket.sendall(self._out.read(), flags)

    def _receive(self, size):
        """Takes up to so many bytes off the wire, and returns them; none is TCP's end."""
        wire = self.socket.recv(size if self._reads_ahead else min(size, self._records.to_end()))
        self._records.take(wire)
        if wire:
            self._in.write(wire)
        else:
            self._in.write_eof()
        return wire

    # -- the wire ------------------------------------------------------------------------------------------

    def _write(self, data, flags=0):
        self.tls.write(data)
        self._flush(flags)

    def _read(self, size):
        """An end of TCP without close_notify before it is none in good order: it is broken as "cut off"."""
        while True:
            try:
                data = self.tls.read(size)
                if data:
                    return data
                break
            except ssl.SSLWantReadError:
                self._receive(size)
            except ssl.SSLZeroReturnError:
                break
            except ssl.SSLEOFError:
                raise Broken("cut off") from None
        while not self._in.eof:  # close_notify says that nothing follows; TCP's end is still to come
            self._receive(size)
        return b""

    def read_some(self, count):
        """No further than to the end of the record in which the last of them is."""
        self._reads_ahead = False
        try:
            return super().read_some(count)
        finally:
            self._reads_ahead = True

    def is_open(self):
        return not self._in.pending and super().is_open()

    # -- the ends ------------------------------------------------------------------------------------------

    def say_goodbye(self, flags=0):
        """close_notify, once."""
        if self._said_goodbye or not self.says_goodbye:
            return
        self._said_goodbye = True
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass  # that the other side has not said it too
        try:
            self._flush(flags)
        except OSError:
            pass  # nobody listens any more

    def half_close(self):
        self.say_goodbye(socket.MSG_MORE)  # in one segment with the end
        super().half_close()

    def reset(self):
        self.say_goodbye()
        super().reset()

    def close(self):
        if self.socket.fileno() >= 0:
            self.say_goodbye()
        super().close()


def records(wire):
    """Of these bytes of a stream, from the first byte of a record on: [(type, length)] of all whole records."""
    found, at = [], 0
    while at + _HEADER <= len(wire):
        length = int.from_bytes(wire[at + 3:at + 5])
        if at + _HEADER + length > len(wire):
            break
        found.append((wire[at], length))
        at += _HEADER + length
    return found


def plain_socket(port, host="127.0.0.1", timeout=10.0, source=None):
    """A TCP connection, for tests that speak for themselves."""
    connection = socket.create_connection((host, port), timeout, (source, 0) if source else None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
