# SPDX-License-Identifier: MIT
"""A service manager for one program: the receiving end of sd_notify(3), and sockets given by LISTEN_FDS."""

import array
import os
import socket
import sys
import tempfile

from .waiting import wait_until


class Manager:
    """Collects what the program tells. A context manager; `variables` is for the program's environment."""

    def __init__(self, abstract=False):
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-manager-")
        path = os.path.join(self._folder.name, "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + path if abstract else path)
        self._socket.setblocking(False)
        self.variables = {"NOTIFY_SOCKET": ("@" if abstract else "") + path}
        self.messages = []  # a dict of each datagram, in order
        self.stored = {}    # name: descriptors that were left with us

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self._socket.close()
        for name in list(self.stored):
            self.forget(name)
        self._folder.cleanup()

    def _receive(self):
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(65536, socket.CMSG_SPACE(4 * 16))
            except BlockingIOError:
                return
            message = dict(line.split("=", 1) for line in data.decode().split("\n") if line)
            descriptors = array.array("i")
            for level, kind, content in ancillary:
                assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
                descriptors.frombytes(content)
            if message.get("FDSTORE") == "1":
                self.stored.setdefault(message["FDNAME"], []).extend(descriptors)
            if message.get("FDSTOREREMOVE") == "1":
                self.forget(message["FDNAME"])
            self.messages.append(message)

    def forget(self, name):
        for descriptor in self.stored.pop(name, []):
            os.close(descriptor)

    def told(self, condition):
        """Every message so far for which `condition` holds."""
        self._receive()
        return [m for m in self.messages if condition(m)]

    def wait_for(self, condition, what, seconds=10.0):
        """The first message for which `condition` holds."""
        return wait_until(lambda: (self.told(condition) or [None])[0], f"no message {what} in {self.messages}", seconds)

    def given(self):
        """Arguments of Server for a program that gets what was stored, as a manager does at a restart."""
        self._receive()
        names = [name for name, all_of_it in self.stored.items() for _ in all_of_it]
        return give([d for all_of_it in self.stored.values() for d in all_of_it], names, self.variables)


# In the program's place until it begins: LISTEN_PID must be its own pid.
_GIVE = """
import os, sys
count = int(os.environ["LISTEN_FDS"])
for n in range(count):
    os.dup2(int(sys.argv[1]) + n, 3 + n)
    os.close(int(sys.argv[1]) + n)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""
_ASIDE = 100  # out of the way of 3, 4, ...


def give(descriptors, names, variables=None):
    """Arguments of Server for a program that finds these descriptors from 3 on."""
    aside = range(_ASIDE, _ASIDE + len(descriptors))
    for number, descriptor in zip(aside, descriptors):
        os.dup2(descriptor, number)
    return {"env": {**(variables or {}), "LISTEN_FDS": str(len(descriptors)), "LISTEN_FDNAMES": ":".join(names)},
            "prefix": [sys.executable, "-c", _GIVE, str(_ASIDE)], "pass_fds": tuple(aside)}


def listening(host="127.0.0.1", port=0):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)
