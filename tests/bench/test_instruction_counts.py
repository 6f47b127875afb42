# SPDX-License-Identifier: MIT
"""What single steps cost in instructions, counted by callgrind: unlike times these are the same in every run, so that a
step that grows a little with each change is seen when it does. After a change that is worth its cost, write what the
test prints into COUNTS."""

import os
import re
import shutil
import subprocess
import unittest


from harness import programs, runner

# Of the release build by GCC 12 on x86-64 (Debian 12): measured, without what the start takes.
COUNTS = {
    "parse a request": 1659,
    "check and render an event": 633,
    "append, 1 scraper": 329,
    "append, 64 scrapers": 329,
    "the way of an event": 2674,
    "wake a connection": 1123,
    "count an event, 2 labels": 816,
    "take and render, 1000000 events": 588,
    "take and render, 1000000 events, timestamps": 579,
}
TOLERANCE = 0.05  # other CPUs have other versions of memchr and memcpy
MICRO = os.environ.get("ONESHOT_MICRO", "")


def instructions(name, count):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           "--toggle-collect=*run_measured*", MICRO, name, str(count)],
                          capture_output=True, text=True, timeout=120, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def obstacle():
    """Why the numbers above do not hold here, if so."""
    if not shutil.which("valgrind"):
        return "no valgrind here"
    if not programs.released():
        return "not a release build"
    if os.environ.get("ONESHOT_COMPILER") != "gcc 12 x86_64":
        return f"built by {os.environ.get('ONESHOT_COMPILER')}, and the numbers are of gcc 12 x86_64"
    return None


@unittest.skipIf(obstacle(), obstacle())
class InstructionCounts(unittest.TestCase):
    def test_no_step_has_grown_or_shrunk_unnoticed(self):
        for name, expected in COUNTS.items():
            each = (instructions(name, 6000) - instructions(name, 1000)) / 5000
            with self.subTest(step=name):
                self.assertAlmostEqual(each, expected, delta=TOLERANCE * expected + 5,
                                       msg=f"instructions of one \"{name}\": {each:.0f}")

    def test_an_append_costs_the_same_whatever_the_number_of_scrapers(self):
        few, many = (instructions(f"append, {n}", 6000) - instructions(f"append, {n}", 1000)
                     for n in ("1 scraper", "64 scrapers"))
        self.assertLessEqual(many, few * 1.02)


if __name__ == "__main__":
    runner.main()
