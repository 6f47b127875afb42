# SPDX-License-Identifier: MIT
"""The wall clock jumps, by seconds and by days, in both directions."""

import os
import shutil
import subprocess
import tempfile

from harness import programs

from .resets import ResetByTheMiddle

_JUMPS = (-86400, -3600, -90, -5, -1, 0, 1, 5, 90, 3600, 86400)


def _library():
    """libfaketime, as its own command finds it."""
    return subprocess.run(["faketime", "-f", "+0", "printenv", "LD_PRELOAD"], capture_output=True, text=True,
                          check=False).stdout.strip()


class ClockJumps(ResetByTheMiddle):
    """Events without times of their own: the wall clock must not matter."""

    seconds = 5.0
    between = (0.1, 0.6)  # seconds from one jump to the next

    @classmethod
    def why_not(cls):
        if programs.sanitized():
            return "libfaketime and a server with a sanitizer do not go together"
        if shutil.which("faketime") is None or not _library():
            return "faketime is not installed"
        return None

    def environment(self):
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-chaos-")
        self.set_clock(0)
        return {"LD_PRELOAD": _library(), "FAKETIME_TIMESTAMP_FILE": self.file(), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}

    def file(self):
        return os.path.join(self.folder.name, "clock")

    def set_clock(self, seconds):
        with open(self.file() + ".new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(self.file() + ".new", self.file())

    def hire(self, crew):
        crew.add(self.jump)

    def jump(self, stop):
        dice = self.dice("jumps")
        while not stop.wait(dice.uniform(*self.between)):
            self.set_clock(dice.choice(_JUMPS))


class ClockJumpsWithTimes(ClockJumps):
    """Events with times of their own. Where the clock goes back, what was stored ahead of it goes out too."""

    settings = {"events.use_explicit_timestamps": True}
    keeps_times = True
    seconds = 8.0
    between = (1.2, 1.6)  # so that each is seen by a tick of the server's own clock


class ClockThereAndBackWithTimes(ClockJumpsWithTimes):
    """The same, faster than the server looks at its clock."""

    seconds = 5.0
    between = (0.1, 0.6)


ROWS = (ClockJumps, ClockJumpsWithTimes, ClockThereAndBackWithTimes)
