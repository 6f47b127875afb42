# SPDX-License-Identifier: MIT
"""Processes and threads that stand still for a while."""

import contextlib
import ctypes
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


# A single thread can be stopped only by a tracer, and the system call for that has no place in Python's library.
_PTRACE_DETACH, _PTRACE_SEIZE, _PTRACE_INTERRUPT = 17, 0x4206, 0x4207
_WALL = 0x40000000  # for waitpid: threads too
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _ptrace(request, thread):
    if _libc.ptrace(request, thread, None, None) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def threads(pid):
    """Their ids, the main thread first, the others as they were started."""
    return sorted(map(int, os.listdir(f"/proc/{pid}/task")))


@contextlib.contextmanager
def freeze_thread(pid, thread):
    """One thread stands still, as if it were stuck, while the others go on. PermissionError where tracing a child is
    not allowed."""
    _ptrace(_PTRACE_SEIZE, thread)
    _ptrace(_PTRACE_INTERRUPT, thread)
    wait_until(lambda: _state(pid, thread) == "t", f"thread {thread} stands", 10, 0.001)
    os.waitpid(thread, _WALL)  # what it has to tell, before it can be let go
    try:
        yield
    finally:
        try:
            _ptrace(_PTRACE_DETACH, thread)
        except ProcessLookupError:  # its process was killed: the last of it goes when its tracer has taken note
            os.waitpid(thread, _WALL)

