# SPDX-License-Identifier: MIT
"""How soon a program that was just started answers."""

import sys
import time


def seconds_until(remote, process, began, patience=15):
    """From `began` on, by time.monotonic(), to the first answer of `process` at `remote`."""
    while True:
        try:
            reply = remote.get("/healthz")
            took = time.monotonic() - began
            assert reply.status == 200, reply
            return took
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > began + patience:
                sys.exit("it does not start")
            time.sleep(0.0002)
