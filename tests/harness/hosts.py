# SPDX-License-Identifier: MIT
"""Hosts with addresses of their own on one bridge: network namespaces that end with the test's sandbox."""

import contextlib
import itertools
import subprocess

SERVER = "198.51.100.254"  # the test itself and the servers under test, which listen on 0.0.0.0

_BRIDGE = "bridge"
# Segments that go out before anything is acknowledged. The usual 10 have no room for an answer of 16 KiB, and some
# tests are about answers that arrive while no acknowledgement does.
_WINDOW = "20"
_numbers = itertools.count(1)


def _run(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, **options)


def make_bridge():
    """With an Ethernet address that stays: else it is always the lowest of its ports', and hosts that have learnt
    another do not reach it."""
    _run("ip", "link", "add", _BRIDGE, "address", "02:00:00:00:00:01", "type", "bridge")
    _run("ip", "address", "add", f"{SERVER}/24", "dev", _BRIDGE)
    _run("ip", "link", "set", _BRIDGE, "up")
    _run("ip", "route", "replace", "198.51.100.0/24", "dev", _BRIDGE, "src", SERVER, "initcwnd", _WINDOW)


class Host:
    """The next host on the bridge, with the next address."""

    def __init__(self):
        number = next(_numbers)
        self.name = f"host{number}"
        self.address = f"198.51.100.{number}"
        _run("ip", "netns", "add", self.name)
        _run("ip", "-n", self.name, "link", "set", "lo", "up")
        _run("ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _run("ip", "link", "set", self.name, "master", _BRIDGE, "up")
        _run("ip", "-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        _run("ip", "-n", self.name, "link", "set", "eth0", "up")

    def command(self, *command):
        """What runs this command on the host; the process that results is the command itself."""
        return ("nsenter", f"--net=/run/netns/{self.name}", "--", *command)

    def cut(self):
        _run("ip", "link", "set", self.name, "down")

    def mend(self):
        _run("ip", "link", "set", self.name, "up")

    @contextlib.contextmanager
    def drops(self, what):
        """Inside the block no packet that this nftables expression matches leaves the host."""
        rules = f"table ip faults {{ chain out {{ type filter hook output priority 0; {what} drop; }}; }}"
        subprocess.run(self.command("nft", "-f", "-"), check=True, input=rules.encode())
        try:
            yield
        finally:
            _run(*self.command("nft", "delete", "table", "ip", "faults"))
