# SPDX-License-Identifier: MIT
"""What `quickstart.sh demo --cluster` shows: three nodes of the engine, three replicas, two Prometheus; one of each is
killed while events are posted, and at the end each Prometheus has each event once."""

from .show import show

INTERRUPTED = 130  # as a shell says of Ctrl-C: nothing was summed up

__all__ = ["INTERRUPTED", "show"]
