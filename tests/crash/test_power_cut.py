# SPDX-License-Identifier: MIT
"""The power of a whole machine is cut while a server with sync = "always" answers (power_cut.py).

ONESHOT_VM names the command that has a machine for it: with a folder and a shell command as further arguments
it boots one, runs the command in a copy of the folder, and again after each boot, until it ends. The machine
needs Python."""

import os
import shlex
import shutil
import subprocess
import tempfile
import unittest

from harness import programs, runner


class PowerCut(unittest.TestCase):
    def test_every_answered_event_is_there_after_the_power_was_cut(self):
        machine = os.environ.get("ONESHOT_VM")
        if not machine:
            self.skipTest("ONESHOT_VM names no command that boots a virtual machine")
        with tempfile.TemporaryDirectory(prefix="oneshot-cut-") as folder:
            for name in ("crash", "harness"):
                shutil.copytree(os.path.join(programs.ROOT, "tests", name), os.path.join(folder, name))
            shutil.copy(programs.server_binary(), os.path.join(folder, "server"))
            command = ('ONESHOT_BINARY="$PWD/server" '
                       'python3 -m crash.power_cut play /var/lib/oneshot-power-cut')
            done = subprocess.run([*shlex.split(machine), folder, command], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=500, check=False)
        output = done.stdout.decode("utf-8", "replace")
        print(output)
        self.assertEqual(done.returncode, 0)
        self.assertIn(", 0 lost", output)


if __name__ == "__main__":
    runner.main()
