# SPDX-License-Identifier: MIT
"""Runs the tests of one file, one line for each: how it went, how long it took, its name as a sentence."""

import sys
import time
import traceback
import unittest

SKIPPED = 77  # what Meson takes for "skipped"


class _Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self._began = time.monotonic()
        self._clean = True
        self.passed = 0
        self.skip_reasons = set()

    def startTest(self, test):
        super().startTest(test)
        self._began = time.monotonic()
        self._clean = True

    def _line(self, word, test, more=""):
        # What happens to a class as a whole comes with no test of its own, only with a description.
        method = getattr(test, "_testMethodName", str(test).partition(" (")[0])
        sentence = method.removeprefix("test_").replace("_", " ")
        print(f"{word:7} {time.monotonic() - self._began:6.2f} s  {sentence}{more}", flush=True)

    def _failed(self, test, error, where=""):
        self._clean = False
        self._line("FAILED", test, where)
        print("".join(traceback.format_exception(*error)), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        if self._clean:
            self._line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.skip_reasons.add(reason)
        self._line("skipped", test, f" ({reason})")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._failed(test, err, f" {subtest._subDescription()}")


def main():
    """Runs every test of the calling file, or those whose names contain one of the arguments."""
    loader = unittest.TestLoader()
    if len(sys.argv) > 1:
        loader.testNamePatterns = [f"*{word}*" for word in sys.argv[1:]]
    result = _Result()
    loader.loadTestsFromModule(sys.modules["__main__"]).run(result)
    failed = len(result.failures) + len(result.errors)
    skipped = len(result.skipped)
    print(f"{result.passed} passed, {failed} failed, {skipped} skipped")
    if failed or result.passed + skipped == 0:
        sys.exit(1)
    if not result.passed:
        print("skipped: " + "; ".join(sorted(result.skip_reasons)))
        sys.exit(SKIPPED)
