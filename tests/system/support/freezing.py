# SPDX-License-Identifier: MIT
"""Processes that stand still for a while."""

import os
import signal

from .waiting import wait_until


def _state(pid, thread):
    with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0]


def freeze(pid):
    """Stops a process, and returns when its last thread stands: a signal sent is not yet a signal obeyed."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: all(_state(pid, thread) == "T" for thread in os.listdir(f"/proc/{pid}/task")),
               f"process {pid} stands", 10, 0.001)


def thaw(pid):
    os.kill(pid, signal.SIGCONT)
