# SPDX-License-Identifier: MIT
"""Clients that want the server to hold memory for them, and do not read what it answers. Each is a context manager that
holds its connections; what the server does with them (reset, 503) is its right."""

import contextlib
import select
import socket

SMALL_WINDOW = 2048  # bytes of its receive buffer: what it does not read stays in the server's kernel


def large_request(path="/metrics?scraper=a0&peek=1", body=65536):
    """As long as a request may be: a query of 64 KiB where the path has none, 90 headers, a body of 64 KiB. Up to
    160 KB."""
    query = "" if "?" in path else "?z=" + "q" * (65416 - len(path))
    headers = "".join(f"H{number}: {'y' * 330}\r\n" for number in range(90))
    return (f"GET {path}{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {body}\r\n{headers}\r\n".encode()
            + b"z" * body)


def _send(connection, data):
    """As much as the server takes; False where it has closed."""
    try:
        connection.sendall(data)
    except TimeoutError:
        pass  # it does not read: as it may
    except OSError:
        return False
    return True


class Attack:
    """`connections` of them to `address`, a (host, port)."""

    def __init__(self, address, connections, seconds=5):
        self.sockets = []
        self._stack = contextlib.ExitStack()
        for _ in range(connections):
            connection = self._stack.enter_context(socket.socket())
            connection.settimeout(seconds)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
            try:
                connection.connect(address)
            except OSError:
                continue
            self.sockets.append(connection)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stack.close()

    def send(self, data):
        """To each; returns how many were open still."""
        return sum(_send(connection, data) for connection in self.sockets)

    def open(self):
        """How many the server has neither closed nor reset."""
        poll = select.poll()
        for connection in self.sockets:
            poll.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        return len(self.sockets) - len(poll.poll(0))


def large_requests(address, connections, path="/metrics?scraper=a0&peek=1"):
    """All but the last byte of a large request on each, then all last bytes at once."""
    attack = Attack(address, connections)
    request = large_request(path)
    attack.send(request[:-1])
    attack.send(request[-1:])
    return attack


def unread_replies(address, connections, path="/metrics?scraper=b0", method="GET", requests=40, half_close=False):
    """Small requests whose replies nobody reads."""
    attack = Attack(address, connections)
    attack.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * requests)
    for connection in attack.sockets if half_close else ():
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
    return attack


def parked_requests(address, connections, path="/metrics?scraper=b0", size=1 << 20):
    """Requests whose reply is not read, and behind them as much as the server's kernel takes."""
    attack = Attack(address, connections, seconds=0.05)
    attack.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 200)
    attack.send(b"GET /x HTTP/1.1\r\nHost: x\r\nY: " + b"y" * size)
    return attack
