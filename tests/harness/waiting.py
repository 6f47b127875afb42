# SPDX-License-Identifier: MIT
"""Waits for conditions, never for times."""

import time

# Seconds that only what hangs takes, however busy the machine is. A deadline that a test expects not to be waited for
# lies far beyond: what waits for it all the same hangs then, and needs no bound of its own.
HANG = 30.0
FAR = 600

# Seconds by which a deadline of the server may come too early: it counts from the last tick of the kernel's clock.
TICK = 0.01

# How many times longer than on an idle machine something may take where other programs want the processor, too.
PATIENCE = 4


def wait_until(condition, what, seconds=10.0, step=0.01):
    """Calls `condition` until it returns something true, and returns that; fails with `what` in words after PATIENCE
    times the seconds that this may take on an idle machine."""
    seconds *= PATIENCE
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"within {seconds} s: {what}")
        time.sleep(step)
