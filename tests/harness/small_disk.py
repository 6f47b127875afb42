# SPDX-License-Identifier: MIT
"""A disk of its own for a program, in the mounts of the test's sandbox, which the test can fill."""

import contextlib
import os
import subprocess
import tempfile


class SmallDisk:
    def __init__(self, mib):
        self.path = tempfile.mkdtemp(prefix="oneshot-disk-")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", self.path], check=True)

    def unmount(self):
        """What still has files open keeps them until it ends."""
        subprocess.run(["umount", "--lazy", self.path], check=True)
        os.rmdir(self.path)

    @contextlib.contextmanager
    def full(self):
        """Inside the block there is not a byte left."""
        filler = os.path.join(self.path, "filler")
        with open(filler, "wb", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 4096)
        try:
            yield
        finally:
            os.unlink(filler)
