# SPDX-License-Identifier: MIT
"""What an attack costs the server and the kernel, looked at while it goes on."""

import re
import threading
import time

from harness.processes import cpu_seconds, forget_peak, memory

MIB = 1 << 20
_PAGE = 4096


def kernel_tcp_memory():
    """Bytes of all TCP sockets of this machine, both ends."""
    with open("/proc/net/sockstat", encoding="ascii") as file:
        return int(re.search(r"^TCP: .* mem (\d+)", file.read(), re.MULTILINE).group(1)) * _PAGE


def in_sockets(port):
    """Bytes that lie in the sockets of this port's server: those that its peers have not acknowledged, and those that
    it has not read."""
    ours, sent, come = f":{port:04X}", 0, 0
    with open("/proc/net/tcp", encoding="ascii") as file:
        next(file)
        for line in file:
            words = line.split(None, 5)
            if words[1].endswith(ours) and words[3] != "0A":  # 0A listens
                out, _, into = words[4].partition(":")
                sent, come = sent + int(out, 16), come + int(into, 16)
    return sent, come


class Meter:
    """A context manager around the attack: what it came to is in `shown` afterwards."""

    def __init__(self, server):
        self._server, self._stop = server, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.shown = {}
        self._kernel_peak = self._sockets_peak = 0

    def __enter__(self):
        forget_peak(self._server.pid)
        self._began, self._cpu = time.monotonic(), cpu_seconds(self._server.pid)
        self._log, self._kernel = len(self._server.raw_log), kernel_tcp_memory()
        self._thread.start()
        return self

    def _look(self):
        while not self._stop.wait(0.1):
            self._kernel_peak = max(self._kernel_peak, kernel_tcp_memory())
            self._sockets_peak = max(self._sockets_peak, sum(in_sockets(self._server.port)))

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        seconds = time.monotonic() - self._began
        self.shown = {"rss_peak_mib": memory(self._server.pid, "VmHWM") / MIB,
                      "kernel_mib": max(0, self._kernel_peak - self._kernel) / MIB,
                      "sockets_mib": self._sockets_peak / MIB,
                      "log_bytes_s": (len(self._server.raw_log) - self._log) / seconds,
                      "cpu_cores": (cpu_seconds(self._server.pid) - self._cpu) / seconds}


def wait_below(read, limit, end, step=0.1):
    """What `read` gives once that is at most the limit, or at the time `end` of time.monotonic()."""
    while (found := read()) > limit and time.monotonic() < end:
        time.sleep(step)
    return found
