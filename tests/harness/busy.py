# SPDX-License-Identifier: MIT
"""Whether tests pass while something else keeps every core busy: a test that then fails judges by the clock.

    PYTHONPATH=tests python3 -m harness.busy --build build --times 10 --suite unit --suite integration

Runs each test once with the machine to itself, and so many times beside processes that compute and write without end;
prints a line for each, and ends with 1 where one has failed."""

import argparse
import collections
import hashlib
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile

GOOD = {"OK", "SKIP", "EXPECTEDFAIL"}


def burn():
    """Computes, and gives the disk something to do now and then, until it is ended."""
    block = os.urandom(1 << 20)
    with tempfile.TemporaryFile() as file:
        for turn in range(10 ** 12):
            block = hashlib.sha256(block).digest() * (len(block) // 32)
            if turn % 64 == 0:
                file.seek(0)
                file.write(block)
                os.fdatasync(file.fileno())


def run(args, times):
    """{test: [(result, seconds)]}."""
    suites = [part for suite in args.suite for part in ("--suite", suite)]
    subprocess.run(["meson", "test", "-C", args.build, "--no-rebuild", "--num-processes", "1", "--repeat", str(times),
                    "--timeout-multiplier", "6", *suites, *args.tests], stdout=subprocess.DEVNULL, check=False)
    found = collections.defaultdict(list)
    with open(os.path.join(args.build, "meson-logs", "testlog.json"), encoding="utf-8") as file:
        for line in file:
            test = json.loads(line)
            found[test["name"].rsplit(" / ", 1)[-1]].append((test["result"], test["duration"]))
    return found


def run_busy(args):
    burning = [multiprocessing.Process(target=burn, daemon=True) for _ in range(os.cpu_count())]
    for process in burning:
        process.start()
    try:
        return run(args, args.times)
    finally:
        for process in burning:
            process.terminate()
            process.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="a build directory in which all is built")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--suite", action="append", default=[], help="of Meson; none: all tests that are named")
    parser.add_argument("tests", nargs="*", help="names of tests")
    args = parser.parse_args()
    quiet, busy = run(args, 1), run_busy(args)
    print(f"{'test':40}{'passed':>8}{'failed':>8}{'quiet, s':>10}{'median':>8}{'longest':>8}")
    failed = 0
    for name, runs in sorted(busy.items()):
        seconds = [duration for _, duration in runs]
        bad = sum(result not in GOOD for result, _ in runs)
        failed += bad
        alone = quiet[name][0][1] if name in quiet else 0
        print(f"{name:40}{len(runs) - bad:8}{bad:8}{alone:10.1f}{statistics.median(seconds):8.1f}{max(seconds):8.1f}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
