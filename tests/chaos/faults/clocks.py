# SPDX-License-Identifier: MIT
"""The wall clock jumps, by seconds and by days, in both directions."""

import mmap
import os
import tempfile

from harness import programs

from .resets import ResetByTheMiddle

_JUMPS = (-86400, -3600, -90, -5, -1, 0, 1, 5, 90, 3600, 86400)


def _library():
    """tests/chaos/clock, which is built beside the server."""
    return os.path.join(os.path.dirname(programs.server_binary()), "tests", "chaos", "clock", "libwall_clock.so")


class WallClock:
    """That of one server, in a file that the library maps."""

    def __init__(self):
        self._file = tempfile.NamedTemporaryFile(prefix="oneshot-wall-clock-")
        self._file.truncate(16)
        self._numbers = memoryview(mmap.mmap(self._file.fileno(), 16)).cast("q")

    def environment(self):
        return {"LD_PRELOAD": _library(), "ONESHOT_WALL_CLOCK": self._file.name}

    def set_ahead(self, seconds):
        self._numbers[0] = seconds * 1000

    def asked(self):
        """How often the server has asked for the time."""
        return self._numbers[1]


class ClockJumps(ResetByTheMiddle):
    """Events without times of their own: the wall clock must not matter."""

    seconds = 5.0
    between = (0.1, 0.6)  # seconds from one jump to the next

    @classmethod
    def why_not(cls):
        return None if os.path.exists(_library()) else f"{_library()} is not built"

    def environment(self):
        self.clock = WallClock()
        return self.clock.environment()

    def hire(self, crew):
        crew.add(self.jump)

    def jump(self, stop):
        dice = self.dice("jumps")
        while not stop.wait(dice.uniform(*self.between)):
            self.clock.set_ahead(dice.choice(_JUMPS))

    def complaints(self, numbers):
        return [] if self.clock.asked() else ["the server has not asked this clock for the time"]


class ClockJumpsWithTimes(ClockJumps):
    """Events with times of their own. Where the clock goes back, what was stored ahead of it goes out too."""

    settings = {"events.use_explicit_timestamps": True}
    keeps_times = True
    seconds = 8.0
    between = (1.2, 1.6)  # so that each is seen by a tick of the server's own clock

    def complaints(self, numbers):
        found = super().complaints(numbers)
        went_back = any(line["msg"].startswith("the clock was set back") for line in self.world.server.log_lines())
        return found if went_back or self.shortened else [*found, "the server has not seen its clock go back"]


class ClockThereAndBackWithTimes(ClockJumpsWithTimes):
    """The same, faster than the server looks at its clock."""

    seconds = 5.0
    between = (0.1, 0.6)


ROWS = (ClockJumps, ClockJumpsWithTimes, ClockThereAndBackWithTimes)
