# SPDX-License-Identifier: MIT
"""Hostile clients that do nothing forbidden, in a process of their own (see beside.py)."""

import select
import socket

from .client import request


def send_in_turn(ready, stop, port, connections, paths, source="127.0.0.1"):
    """Each connection sends one request after the other, waiting for no answer to be whole, and comes back at once when
    it is thrown out. Returns how many requests were sent, and how often somebody was thrown out."""
    wires = [request("POST" if path.startswith("/event") else "GET", path,
                     [("Content-Length", "0")] if path.startswith("/event") else []) for path in paths]
    poll, sockets, sent, thrown_out = select.epoll(), {}, 0, 0

    def begin():
        one = socket.socket()
        one.setblocking(False)
        one.bind((source, 0))
        one.connect_ex(("127.0.0.1", port))
        sockets[one.fileno()] = one
        poll.register(one, select.EPOLLOUT)

    for _ in range(connections):
        begin()
    ready()
    while not stop.is_set():
        for number, event in poll.poll(0.1):
            one = sockets[number]
            try:
                if not event & select.EPOLLOUT and not one.recv(65536):
                    raise ConnectionError
                one.send(wires[sent % len(wires)])
                sent += 1
                poll.modify(one, select.EPOLLIN)
            except BlockingIOError:  # it reads no more of its requests for now
                continue
            except OSError:
                poll.unregister(number)
                sockets.pop(number).close()
                thrown_out += 1
                begin()
    return sent, thrown_out
