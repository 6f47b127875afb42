# SPDX-License-Identifier: MIT
"""What the kernel says of TCP: a free port, and of connections what lies unread and what is not acknowledged."""

import contextlib
import random
import socket
import struct
import threading

from .freezing import freeze, thaw
from .waiting import wait_until


def listens(port, host="127.0.0.1"):
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


class Tcp:
    """One IPv4 connection as /proc shows it."""

    def __init__(self, line):
        words = line.split()
        (_, self.port), (self.peer, self.peer_port) = (self._address(word) for word in words[1:3])
        self.state = int(words[3], 16)
        self.unacknowledged, self.unread = (int(number, 16) for number in words[4].split(":"))

    @staticmethod
    def _address(text):
        address, port = text.split(":")
        return socket.inet_ntoa(struct.pack("=I", int(address, 16))), int(port, 16)


def accept_each(listener, serve):
    """Hands each connection to `serve`, in a thread that ends with the listener."""
    def work():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            serve(client)
    threading.Thread(target=work, daemon=True).start()


LISTENING = 10


_claims = []  # one for each port that was given away, until this process ends


def free_port():
    """A port at which nobody listens, and which stays free until the caller listens there. The kernel chooses ports of
    clients, and of servers at port 0, from a range of its own; one from there could be taken in between. So this is one
    below that range, and the name of an abstract socket tells other tests of this machine that it is given away."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        end = int(file.read().split()[0])
    for port in random.sample(range(max(1024, end - 20000), end), 1000):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0oneshot-test-port-{port}")
            socket.create_server(("", port)).close()
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
    raise AssertionError(f"no port below {end} is free")


def connections(pid="self"):
    """Every connection on the host where this process runs."""
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as file:
        return [c for c in map(Tcp, file.readlines()[1:]) if c.state != LISTENING]


def of_server(server, peer):
    """The server's connections with this address."""
    return [c for c in connections() if c.port == server.port and c.peer == peer]


def has_unread(scraper, server):
    """True where something from this server lies unread on the host of this process."""
    return any(c.unread for c in connections(scraper.pid) if c.peer_port == server.port)


@contextlib.contextmanager
def held_with_request(server, peer):
    """Inside the block the server is stopped, and a request from this address lies unread in its socket."""
    freeze(server.pid)
    try:
        wait_until(lambda: any(c.unread for c in of_server(server, peer)), f"a request by {peer}", 20, 0.001)
        yield
    finally:
        thaw(server.pid)


def settled(server, peer):
    """True when the server has read all that came from this address, and all it sent was acknowledged."""
    return not any(c.unread or c.unacknowledged for c in of_server(server, peer))


def wait_for_unread_answer(server, scraper, peer):
    """Waits until a whole answer lies unread in the socket of a scraper that is stopped."""
    wait_until(lambda: has_unread(scraper, server) and settled(server, peer),
               f"an answer unread by {peer}", 20, 0.001)
