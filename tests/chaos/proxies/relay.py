# SPDX-License-Identifier: MIT
"""A proxy as a process beside the scrapers, which ends with the row."""

from harness.proxy import Between
from harness.sockets import free_port


class Relay(Between):
    """Listens on a port of 127.0.0.1 for each of its modes, and connects to the server.

    MODES: {mode: what its config says of it}
    PASSES_ON: whether it passes bytes on, whatever they are
    """

    MODES = {}
    PASSES_ON = False

    def __init__(self, server):
        self.server = server
        self.ports = {mode: free_port() for mode in self.MODES}
        self.begin(seconds=20)

    def places(self):
        return [(port, "127.0.0.1") for port in self.ports.values()]

    def target(self):
        return f"{self.server.host}:{self.server.port}"

    def url(self):
        """Of the server, which speaks TLS or does not."""
        return f"{'https' if self.server.tls else 'http'}://{self.target()}"
