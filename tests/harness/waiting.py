# SPDX-License-Identifier: MIT
"""Waits for conditions, never for times."""

import time


def wait_until(condition, what, seconds=10.0, step=0.01):
    """Calls `condition` until it returns something true, and returns that; fails with `what` in words."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"within {seconds} s: {what}")
        time.sleep(step)
