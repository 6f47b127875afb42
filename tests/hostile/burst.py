# SPDX-License-Identifier: MIT
"""Large requests of which all become whole at the same moment: work for a process of its own (harness.beside)."""

import socket
from collections import Counter


def last_bytes_at_once(ready, stop, port, source, count, message):
    """All but the last byte of the message on each of many connections, then all last bytes; again when those are
    gone. Returns how many messages went out whole."""
    ready()
    counts = Counter()
    while not stop.is_set():
        held = [one for one in (_begun(port, source, message, stop) for _ in range(count)) if one]
        for one in held:
            try:
                one.send(message[-1:])
                counts["whole"] += 1
            except OSError:
                counts["broken"] += 1
        stop.wait(1.0)  # nobody reads what is answered
        for one in held:
            one.close()
    return dict(counts)


def _begun(port, source, message, stop):
    one = socket.socket()
    one.settimeout(2)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    try:
        if source:
            one.bind((source, 0))
        if stop.is_set():
            raise OSError
        one.connect(("127.0.0.1", port))
        one.sendall(message[:-1])
        return one
    except OSError:
        one.close()
        return None
