# SPDX-License-Identifier: MIT
"""A raw HTTP client: exact bytes out, exact bytes in, and every way to end a connection."""

import socket
import struct
import time
import zlib

from .waiting import HANG


class Broken(Exception):
    """The connection ended before the reply was whole; `data` is what came of it."""

    def __init__(self, why, data=b""):
        super().__init__(f"{why} after {len(data)} bytes: {data[:200]!r}")
        self.data = data
        self.why = why


def gunzip(data):
    """What one member of gzip holds, with nothing behind it; any other bytes fail the test."""
    member = zlib.decompressobj(wbits=31)
    text = member.decompress(data)
    assert member.eof and not member.unused_data and not member.unconsumed_tail, f"no member of gzip: {data[:40]!r}"
    return text


class Reply:
    def __init__(self, version, status, reason, headers, body, size):
        self.version = version
        self.status = status
        self.reason = reason
        self.headers = headers  # (name in lower case, value), in order
        self.body = body  # what it was before it was compressed
        self.size = size  # head and body together, as sent

    def header(self, name):
        values = [v for n, v in self.headers if n == name.lower()]
        assert len(values) <= 1, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def compressed(self):
        return self.header("content-encoding") == "gzip"

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


def request(method, path, headers=(), body=None, version="HTTP/1.1", host="test"):
    """The bytes of a request; Content-Length is added where there is a body."""
    lines = [f"{method} {path} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not any(n.lower() in ("content-length", "transfer-encoding") for n, _ in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + (body or b"")


def scrape_timeout(seconds):
    """The header in which a scraper says how long it will wait."""
    return "X-Prometheus-Scrape-Timeout-Seconds", str(seconds)


class Connection:
    """before_connect: called with the local port while nothing has been sent yet.

    headers: sent with each GET
    """

    def __init__(self, port, host="127.0.0.1", source=None, receive_buffer=None, timeout=10.0,
                 before_connect=None, headers=()):
        self._headers = tuple(headers)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer is not None:  # before connect: it bounds the window that is offered
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(timeout)
        self.life = 0  # of the server at the other end, where a ledger counts its lives
        self.give_up_at = None  # time.monotonic() from which on a reply is not waited for; what is there is read
        if source is not None:
            self.socket.bind((source, 0))
        if before_connect is not None:
            before_connect(self.socket.getsockname()[1])
        self.socket.connect((host, port))
        self._unread = b""
        self._pace = 65536, 0, float("inf")  # bytes at a time, the pause before each time, when it ends

    def __enter__(self):
        return self

    is_over = False  # the last reply said that it ends the connection

    def __exit__(self, kind, value, trace):
        self.close()

    # -- the wire ------------------------------------------------------------------------------------------

    def _write(self, data, flags=0):
        self.socket.sendall(data, flags)

    def _read(self, size):
        """At most so many bytes; none at the end of the stream."""
        return self.socket.recv(size)

    # -- out -----------------------------------------------------------------------------------------------

    def send(self, data):
        self._write(data)

    def send_get(self, path, headers=()):
        self.send(request("GET", path, (*self._headers, *headers)))

    def send_get_and_end(self, path):
        """The request and our end of the connection in one segment: whoever has read the one knows of the
        other."""
        self._write(request("GET", path, self._headers), socket.MSG_MORE)
        self.half_close()

    def get(self, path, headers=()):
        self.send_get(path, headers)
        return self.read_reply()

    def post(self, path, body=None, headers=()):
        if body is not None and not any(n.lower() == "content-type" for n, _ in headers):
            headers = (*headers, ("Content-Type", "application/x-www-form-urlencoded"))
        self.send(request("POST", path, headers, body))
        return self.read_reply()

    # -- in ------------------------------------------------------------------------------------------------

    def _more(self, so_far=b""):
        patience, (chunk, pause, end) = self.socket.gettimeout(), self._pace
        if time.monotonic() > end:
            raise Broken("out of time", so_far)
        if pause:
            time.sleep(pause)
        try:
            if self.give_up_at is not None:
                self.socket.settimeout(max(0.0, min(patience, self.give_up_at - time.monotonic())))
            data = self._read(chunk)
        except ConnectionResetError:
            raise Broken("reset", so_far) from None
        except (TimeoutError, BlockingIOError):
            raise Broken("silence", so_far) from None
        finally:
            self.socket.settimeout(patience)
        if not data:
            raise Broken("end of stream", so_far)
        return data

    def read_some(self, count):
        """Exactly `count` bytes off the wire, without regard to what they mean, in small reads."""
        data, self._unread = self._unread[:count], self._unread[count:]
        while len(data) < count:
            part = self._read(min(4096, count - len(data)))
            if not part:
                raise Broken("end of stream", data)
            data += part
        return data

    def read_reply(self, method="GET"):
        """The next whole reply. Raises Broken where it does not come whole."""
        data, self._unread = self._unread, b""
        while b"\r\n\r\n" not in data:
            data += self._more(data)
        head, rest = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        version, status, reason = (lines[0].split(" ", 2) + [""])[:3]
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            assert colon and name == name.strip(), f"bad header line {line!r}"
            headers.append((name.lower(), value.strip()))
        reply = Reply(version, int(status), reason, headers, b"", len(head) + 4)
        if 100 <= reply.status < 200 or reply.status in (204, 304):
            self._unread = rest
            return reply
        length = reply.header("content-length")
        if method == "HEAD":
            self._unread = rest
            return reply
        assert length is not None, f"no Content-Length in {reply}"
        parts, have, wanted = [rest], len(rest), int(length)
        while have < wanted:
            part = self._more(data)
            parts.append(part)
            have += len(part)
        body = b"".join(parts)
        reply.body, self._unread = body[:wanted], body[wanted:]
        reply.size += wanted
        if reply.compressed:
            reply.body = gunzip(reply.body)
        return reply

    def read_to_end(self):
        """All that comes until an orderly end or a reset, and which of both it was."""
        data, self._unread = self._unread, b""
        while True:
            try:
                data += self._more()
            except Broken as broken:
                return data, broken.why

    def wait_for_end(self, seconds=5.0):
        """Waits for the peer to end the connection without a further byte: "end of stream" or "reset"."""
        assert not self._unread, self._unread[:200]
        self.socket.settimeout(seconds)
        data, why = self.read_to_end()
        assert not data, f"unexpected bytes {data[:200]!r}"
        assert why != "silence", f"the connection was not ended within {seconds} s"
        return why

    def is_open(self):
        """True while the peer has neither sent anything nor ended the connection."""
        self.socket.setblocking(False)
        try:
            return self.socket.recv(1, socket.MSG_PEEK) is None
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        finally:
            self.socket.settimeout(10)

    def read_slowly(self, chunk, pause, seconds=60):
        """Reads a whole reply in small pieces with pauses, as over a thin line."""
        usual, self._pace = self._pace, (chunk, pause, time.monotonic() + seconds)
        try:
            return self.read_reply()
        finally:
            self._pace = usual

    # -- the ends ------------------------------------------------------------------------------------------

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """RST, whatever was read or not."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        """What the kernel makes of a close: FIN where all was read, RST where not."""
        self.socket.close()

    def wait_for_unread(self, count, seconds=HANG):
        """Waits until at least `count` bytes lie unread in the kernel."""
        end = time.monotonic() + seconds
        while True:
            have = len(self.socket.recv(count, socket.MSG_PEEK))
            if have >= count:
                return
            if time.monotonic() > end:
                raise AssertionError(f"only {have} of {count} bytes came")
            time.sleep(0.005)
