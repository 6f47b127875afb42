# SPDX-License-Identifier: MIT
"""The command line as people and scripts run it: a process, what it says, how it ends."""

import dataclasses
import os
import subprocess
import unittest

from . import programs

_OWN_VARIABLES = ("ONESHOT_URL", "ONESHOT_TOKEN", "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")


def program():
    """Beside the server, unless ONESHOT_CTL names it; the test is skipped where it was not built."""
    beside = os.path.join(os.path.dirname(programs.server_binary()), "oneshotctl")
    found = os.environ.get("ONESHOT_CTL") or beside
    if not os.access(found, os.X_OK):
        programs.missing(f"{found} was not built: it needs libcurl and libyaml")
    return found


def environment(changes=None):
    """That of the tests without what oneshotctl would read, then with the changes."""
    env = {name: value for name, value in os.environ.items() if name not in _OWN_VARIABLES}
    env.update({"TZ": "UTC", **(changes or {})})
    return env


@dataclasses.dataclass
class Done:
    status: int
    out: str
    err: str


def run(*args, said=b"", env=None, seconds=30, prefix=()):
    """The program with these arguments and this standard input."""
    done = subprocess.run([*prefix, program(), *args], input=said, capture_output=True, timeout=seconds, check=False,
                          env=environment(env))
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def start(*args, env=None, **options):
    """The program as a process that runs on; its output is read through pipes."""
    return subprocess.Popen([program(), *args], env=environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **options)


class Case(unittest.TestCase):
    def done(self, *args, **options):
        """What it prints; it must end well, and say nothing on standard error."""
        done = run(*args, **options)
        self.assertEqual((done.status, done.err), (0, ""), (args, done.out))
        return done.out

    def _bad(self, status, args, words, options):
        done = run(*args, **options)
        self.assertEqual((done.status, done.out, done.err.count("\n")), (status, "", 1), (args, done))
        for word in words:
            self.assertIn(word, done.err)
        return done.err

    def refused(self, *args, words=(), **options):
        """Wrong usage: one line with these words."""
        return self._bad(2, args, words, options)

    def failed(self, *args, words=(), **options):
        """It could not be done: one line with these words."""
        return self._bad(1, args, words, options)
