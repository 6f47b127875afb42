# SPDX-License-Identifier: MIT
"""Three nodes of the real engine, each on a host of its own where this may make any, else on loopback."""

import sys

from cluster.tool import binary
from harness import nats, sandbox
from harness.hosts import Host, make_bridge
from harness.runner import SKIPPED


def enter(*needs):
    """To be called before anything else: goes to a network of its own if it may; ends where one of the functions says
    what is missing (usually: the tool, or the engine)."""
    try:
        for need in needs or (binary, nats.server):
            need()
    except Exception as missing:  # unittest.SkipTest: there is no test yet that could be skipped
        print(f"skipped: {missing}")
        sys.exit(SKIPPED)
    if sandbox.why_not("nsenter", "nft") is None:
        sandbox.enter()
        make_bridge()


def hosts(count):
    """So many, or None where this may make none."""
    return [Host() for _ in range(count)] if sandbox.inside() else None


def make(count=3, settings="", stores=None):
    return nats.Engine(count, hosts(count), settings, stores=stores)


def can_be_cut_off():
    return sandbox.inside()
