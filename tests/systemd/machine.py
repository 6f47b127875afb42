# SPDX-License-Identifier: MIT
"""The machine under test: its service manager, its journal, its packages, and the service's files."""

import contextlib
import json
import os
import re

from harness import processes
from harness.remote import Remote
from harness.waiting import wait_until

NAME = "oneshot-metrics-server"
CONFIG = f"/etc/{NAME}/config.toml"
DROP_IN = f"/etc/systemd/system/{NAME}.service.d/test.conf"
PORT = 8090
service = Remote(PORT)


def run(*command, status=0):
    return processes.run(*command, status=status, env={"DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_PAGER": ""})


def systemctl(verb, *more, status=0):
    return run("systemctl", verb, NAME, *more, status=status)


def show(name):
    """A property of the service."""
    return run("systemctl", "show", "--value", "-p", name, NAME).strip()


def main_pid():
    return int(show("MainPID"))


def wait_until_active(seconds=30):
    wait_until(lambda: show("ActiveState") == "active", "the service is active", seconds, 0.05)


def wait_for_restart(before, seconds=60):
    """Until the service manager has restarted the service more often than `before` times, and it runs."""
    wait_until(lambda: int(show("NRestarts")) > before, "restarted by the service manager", seconds, 0.05)
    wait_until_active()


def journal(since=None):
    """The service's own entries, oldest first: dicts of the journal's fields."""
    lines = run("journalctl", "-u", NAME, "-o", "json", "--no-pager", *(["--since", since] if since else []))
    entries = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    return [e for e in entries if e.get("_COMM", "").startswith("oneshot-metrics")]


def logged(pattern, seconds=10):
    """Waits for an entry whose message matches; returns the last such message."""
    def found():
        messages = [e["MESSAGE"] for e in journal() if isinstance(e["MESSAGE"], str)]
        return [m for m in messages if re.search(pattern, m)]
    return wait_until(found, f"/{pattern}/ in the journal", seconds, 0.2)[-1]


def set_config(**changes):
    """Changes keys (names without their section) of the service's config file, whole lines."""
    with open(CONFIG, encoding="utf-8") as file:
        text = file.read()
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", lambda _: f"{key} = {json.dumps(value)}", text)
        assert count == 1, f"{key} is there {count} times"
    with open(CONFIG, "w", encoding="utf-8") as file:
        file.write(text)


@contextlib.contextmanager
def other_config(**changes):
    """The file as it was, afterwards; the service itself is left to the test."""
    with open(CONFIG, encoding="utf-8") as file:
        before = file.read()
    try:
        set_config(**changes)
        yield
    finally:
        with open(CONFIG, "w", encoding="utf-8") as file:
            file.write(before)


@contextlib.contextmanager
def drop_in(text, path=DROP_IN):
    """Lines for the unit, in effect after the next start."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    run("systemctl", "daemon-reload")
    try:
        yield
    finally:
        os.unlink(path)
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(path))
        run("systemctl", "daemon-reload")


def with_higher_version(deb, folder):
    """The same package as a later version of itself; its path and its version."""
    root = os.path.join(folder, "later")
    run("dpkg-deb", "-R", deb, root)
    control = os.path.join(root, "DEBIAN", "control")
    with open(control, encoding="utf-8") as file:
        text = file.read()
    version = re.search(r"(?m)^Version: (.*)$", text).group(1) + "+later"
    with open(control, "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)^Version: .*$", f"Version: {version}", text))
    path = os.path.join(folder, "later.deb")
    run("dpkg-deb", "--root-owner-group", "-b", root, path)
    return path, version
