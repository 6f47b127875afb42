# SPDX-License-Identifier: MIT
"""The CPU time of a server: exactly by a cgroup of its own where one can be made (as root), else by the kernel's ticks
of 10 ms, for which a measurement has to be long."""

import os
import time

from harness import processes

_CONTROLLERS = (("/sys/fs/cgroup/cpuacct", "cpuacct.usage"), ("/sys/fs/cgroup", "cpu.stat"))


class CpuMeter:
    """Of one process and all its threads, from before it is started to its end: run `enter` in the child."""

    def __init__(self):
        self.folder = self.file = None
        for base, file in _CONTROLLERS:
            folder = f"{base}/oneshot-bench-{os.getpid()}-{time.monotonic_ns()}"
            try:
                os.mkdir(folder)
            except OSError:
                continue
            if os.path.exists(os.path.join(folder, file)):
                self.folder, self.file = folder, file
                return
            os.rmdir(folder)

    def enter(self):
        if self.folder:
            with open(os.path.join(self.folder, "cgroup.procs"), "w", encoding="ascii") as file:
                file.write(str(os.getpid()))

    def seconds(self, pid):
        """User and system time so far."""
        if self.folder is None:
            return processes.cpu_seconds(pid)
        with open(os.path.join(self.folder, self.file), encoding="ascii") as file:
            text = file.read()
        if self.file == "cpuacct.usage":
            return int(text) / 1e9
        return int(dict(line.split() for line in text.splitlines())["usage_usec"]) / 1e6

    def close(self):
        deadline = time.monotonic() + 2
        while self.folder and time.monotonic() < deadline:
            try:
                os.rmdir(self.folder)
                self.folder = None
            except OSError:  # its processes are not all gone yet
                time.sleep(0.01)
