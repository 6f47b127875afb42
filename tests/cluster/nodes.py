# SPDX-License-Identifier: MIT
"""Three nodes of the real engine, each on a host of its own where this may make any, else on loopback."""

import sys

from cluster.tool import binary
from harness import nats, sandbox
from harness.hosts import Host, make_bridge
from harness.runner import SKIPPED


def enter():
    """To be called before anything else: goes to a network of its own if it may; ends where there is no engine."""
    try:
        binary()
        nats.server()
    except Exception as missing:  # unittest.SkipTest: there is no test yet that could be skipped
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    if sandbox.why_not("nsenter", "nft") is None:
        sandbox.enter()
        make_bridge()


def make(count=3, settings=""):
    return nats.Engine(count, [Host() for _ in range(count)] if sandbox.inside() else None, settings)


def can_be_cut_off():
    return sandbox.inside()
