# SPDX-License-Identifier: MIT
"""Whether tests pass while something else keeps every core busy: a test that then fails judges by the clock.

    PYTHONPATH=tests python3 -m harness.busy --build build --times 10 --suite unit --suite integration
    PYTHONPATH=tests python3 -m harness.busy --build build tls_delivery prometheus_stopped

Runs each test once with the machine to itself, and so many times beside processes that compute and write without end;
prints a line for each, and ends with 1 where one has failed. What they said is in meson-logs/busy.txt of the build
directory, and meson-logs/busy.json has all runs; with --logbase two at the same time leave each other's alone."""

import argparse
import collections
import contextlib
import hashlib
import itertools
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

GOOD = {"OK", "SKIP", "EXPECTEDFAIL"}
ENDS = (".json", ".txt")


def burn(parent):
    """Computes, and gives the disk something to do now and then, until it is ended or its parent is gone."""
    block = os.urandom(1 << 20)
    with tempfile.TemporaryFile() as file:
        for turn in itertools.count():
            block = hashlib.sha256(block).digest() * (len(block) // 32)
            if turn % 64 == 0:
                if os.getppid() != parent:
                    return
                file.seek(0)
                file.write(block)
                os.fdatasync(file.fileno())


def run(args, times):
    """{test: [(result, seconds)]}."""
    logs = os.path.join(args.build, "meson-logs")
    suites = [part for suite in args.suite for part in ("--suite", suite)]
    found, one, whole = collections.defaultdict(list), f"{args.logbase}-once", os.path.join(logs, args.logbase)
    remove(*(whole + end for end in ENDS))
    for _ in range(times):  # Meson's own --repeat is over with the first that fails
        remove(*(os.path.join(logs, one + end) for end in ENDS))
        subprocess.run(["meson", "test", "-C", args.build, "--no-rebuild", "--logbase", one, "--num-processes",
                        str(args.side_by_side), "--timeout-multiplier", "6", *suites, *args.tests],
                       stdout=subprocess.DEVNULL, check=False)
        if not os.path.exists(os.path.join(logs, one + ".json")):  # where there is no such test Meson writes none
            sys.exit(f"no test of {args.build} is named or in a suite so: {' '.join([*args.suite, *args.tests])}")
        for end in ENDS:
            with open(os.path.join(logs, one + end), "rb") as source, open(whole + end, "ab") as target:
                shutil.copyfileobj(source, target)
    with open(whole + ".json", encoding="utf-8") as file:
        for line in file:
            test = json.loads(line)
            found[test["name"].partition(":")[2] or test["name"]].append((test["result"], test["duration"]))
    return found


def remove(*paths):
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)


def run_busy(args):
    burning = [multiprocessing.Process(target=burn, args=(os.getpid(),), daemon=True) for _ in range(os.cpu_count())]
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
    parser.add_argument("--side-by-side", type=int, default=1, metavar="N", help="so many tests at a time")
    parser.add_argument("--logbase", default="busy", help="what the files with the results are called")
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
