# SPDX-License-Identifier: MIT
"""Finds the programs that the tests run. A test of a program that is not there is skipped by name."""

import importlib
import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # of the project


def server_binary():
    binary = os.environ.get("ONESHOT_BINARY")
    if not binary:
        raise SystemExit("ONESHOT_BINARY must name the server's binary")
    return os.path.abspath(binary)


def add_binary_argument(parser, build):
    """An option for scripts that people run by hand; the build folder is where the server is looked for at last."""
    parser.add_argument("--binary", default=os.environ.get("ONESHOT_BINARY")
                        or os.path.join(ROOT, build, "oneshot-metrics-server"),
                        help=f"the server (else ONESHOT_BINARY, else {build}/oneshot-metrics-server)")


def use_binary(path):
    """From here on server_binary() is this one; ends the program where there is none."""
    if not os.access(path, os.X_OK):
        raise SystemExit(f"{path} is not there: build it, or name another one with --binary")
    os.environ["ONESHOT_BINARY"] = os.path.abspath(path)


def find(name, variable=None):
    """The path of a program: what the variable says, else what PATH or the administrator's folder has, else None."""
    chosen = os.environ.get(variable, "") if variable else ""
    return chosen or shutil.which(name) or shutil.which(name, path="/usr/sbin")


def missing(what):
    """This test is skipped and says why."""
    raise unittest.SkipTest(what)


def need(name, variable=None):
    """The path of a program, or this test is skipped and says which one was missing."""
    path = find(name, variable)
    if path is None:
        hint = f" (or set {variable})" if variable else ""
        missing(f"{name} is not installed{hint}")
    return path


def need_module(name, package):
    """A module of Python, or this test is skipped and says which of Debian's packages was missing."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise unittest.SkipTest(f"{package} is not installed") from None


def need_tls():
    """Skips the test where the server was built without."""
    asked = subprocess.run([server_binary(), "--web.config.file", "no such file", "--check-config"], check=False,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if b"built without TLS" in asked.stderr:
        missing("the server was built without TLS")


def stripped_size(program):
    """Bytes without what only a debugger wants. A test is skipped where there is no strip."""
    strip = need("strip")
    with tempfile.NamedTemporaryFile() as copy:
        subprocess.run([strip, "-o", copy.name, program], check=True)
        return os.path.getsize(copy.name)


def sanitized():
    """True where the binary carries a sanitizer, whose memory and speed are not the product's."""
    return os.environ.get("ONESHOT_SANITIZE", "none") not in ("none", "", "[]")


def released():
    return os.environ.get("ONESHOT_BUILDTYPE", "") == "release" and not sanitized()
