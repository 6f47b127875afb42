# SPDX-License-Identifier: MIT
"""Text that events carry besides their names, to be of some size."""

import random
import string

_POOL = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=1 << 18))


def thin(_, size):
    """Compressed it is next to nothing."""
    return "x" * size


def dense(at, size):
    """Compressed it is three quarters, as long as each text begins where the one before has ended: what comes again
    lies farther back than deflate looks (32 KiB)."""
    at %= len(_POOL)
    return (_POOL[at:] + _POOL * (size // len(_POOL) + 1))[:size]
