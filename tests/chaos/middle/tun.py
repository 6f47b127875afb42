# SPDX-License-Identifier: MIT
"""Two network namespaces, each with a TUN device whose other end is a file: what is routed into it can be
read there, what is written there arrives. No Ethernet, no ARP, no offloads: every packet has its real
checksums."""

import ctypes
import fcntl
import os
import struct
import subprocess

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_QUEUE = "10000"  # packets: the device itself must lose none, or a reset could get lost where none should


def why_not():
    """Why there can be no TUN device here; nothing where there can."""
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        return f"/dev/net/tun cannot be opened: {error.strerror}"
    return None


def _run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


# Segments that go out before anything is acknowledged. The usual 10 have no room for an answer of 16 KiB, and a row is
# about answers that arrive while no acknowledgement does.
_WINDOW = "20"


class Namespace:
    """A new network namespace in which this process is from now on, with one address behind a TUN device."""

    def __init__(self, address):
        self.address = address
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")
        self._file = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self.tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(self.tun, _TUNSETIFF, struct.pack("16sH", b"middle", _IFF_TUN | _IFF_NO_PI))
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "addr", "add", f"{address}/24", "dev", "middle")
        _run("ip", "link", "set", "middle", "up", "txqueuelen", _QUEUE)
        network = address.rpartition(".")[0] + ".0/24"
        _run("ip", "route", "replace", network, "dev", "middle", "src", address, "initcwnd", _WINDOW)

    def prefix(self):
        """A command line put before another one, to run that one in here."""
        return "nsenter", f"--net=/proc/{os.getpid()}/fd/{self._file}", "--"
