# SPDX-License-Identifier: MIT
"""A network of its own for a test: namespaces that nobody else sees, and that end with the test."""

import os
import shutil
import subprocess
import sys
import unittest

_INSIDE = "ONESHOT_TEST_SANDBOX"
_UNSHARE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def why_not(*commands):
    """Why this machine cannot give a test namespaces and these commands; nothing where it can."""
    missing = [name for name in ("unshare", "ip", *commands) if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    if inside():
        return None
    probe = subprocess.run([*_UNSHARE, "ip", "link", "set", "lo", "up"], stdin=subprocess.DEVNULL,
                           capture_output=True, check=False)
    if probe.returncode != 0:
        return "no right to make network namespaces: " + probe.stderr.decode("utf-8", "replace").strip()
    return None


def need(*commands):
    """Skips the test, and says why, where the machine cannot do it."""
    why = why_not(*commands)
    if why:
        raise unittest.SkipTest(why)


def inside():
    return _INSIDE in os.environ


def enter():
    """Runs this program anew in namespaces of its own (network, mounts, processes) with only a loopback, and never
    returns outside of them. Whatever it starts in there ends with it."""
    if not inside():
        os.environ[_INSIDE] = "1"
        os.execvp(_UNSHARE[0], [*_UNSHARE, sys.executable, *sys.argv])
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # names of namespaces are ours alone
    os.mkdir("/run/netns")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
