# SPDX-License-Identifier: MIT
"""Rows over TLS: what servers and clients need for it, and a client whose bytes are those of the wire."""

import functools
import os
import socket
import ssl
import time

from chaos.middle import Decrypted, Keys
from harness.client import Broken
from harness.site import Site
from harness.tls_client import TlsConnection

_RECORD = 4096  # bytes that the server puts into one at most
_AROUND = 22    # more on the wire: header, type, tag


class Encryption:
    """folder: of the run's Site. keys: the file into which clients write their secrets, so that the middle can read
    along as it does without TLS."""

    def __init__(self, folder, keys):
        self.folder, self.keys = folder, keys
        self.settings = {"server.web_config_file": os.path.join(folder, Site.WEB_CONFIG)}
        self.context = ssl.create_default_context(cafile=os.path.join(folder, Site.AUTHORITY))
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.keylog_filename = keys

    def job(self):
        """What a job of Prometheus needs."""
        return {"scheme": "https", "tls_config": {"ca_file": os.path.join(self.folder, Site.AUTHORITY)}}

    def reader(self, may_lack_keys):
        return functools.partial(Decrypted, Keys(self.keys), may_lack_keys)


class Connection(TlsConnection):
    """What it reads by count are bytes of the wire, as what the middle cuts by count are."""

    whole = 0  # replies that were read whole

    def read_reply(self, method="GET"):
        reply = super().read_reply(method)
        self.whole += 1
        return reply

    def read_some(self, count):
        left = count
        while left:
            part = self.socket.recv(min(4096, left))
            if not part:
                raise Broken("end of stream")
            left -= len(part)

    def size_of_reply(self, flow):
        """How long the reply that is coming is on the wire, if all of its records are full, and else at least; without
        taking a byte of it."""
        end = time.monotonic() + 10
        while len(flow.reading.sizes) <= self.whole:
            if not self.socket.recv(1, socket.MSG_PEEK) or time.monotonic() > end:
                raise Broken("no head of a reply")
            time.sleep(0.001)
        size = flow.reading.sizes[self.whole]
        return size + _AROUND * -(-size // _RECORD)
