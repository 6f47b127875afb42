# SPDX-License-Identifier: MIT
"""Every version of a scraper's program that there is: the machine's own, and those that quickstart.sh has unpacked from
other releases of Debian."""

import gzip
import os
import re
import subprocess

from . import programs

_NUMBER = re.compile(r"\d+\.\d+\.\d+")


def _of_debian(program):
    """What the package says of a program that does not say it itself, as Debian's VictoriaMetrics."""
    name = os.path.basename(program)
    notes = os.path.join(os.path.dirname(os.path.realpath(program)), "..", "share", "doc", name, "changelog.Debian.gz")
    if not os.path.exists(notes):
        return ""
    with gzip.open(notes, "rt", encoding="utf-8") as file:
        return file.readline()


def version(program):
    """"2.42.0", or the program's path where nobody says it."""
    said = subprocess.run([program, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=True).stdout.decode()
    found = _NUMBER.search(said) or _NUMBER.search(_of_debian(program))
    return found.group() if found else program


def _order(number):
    return [int(part) for part in number.split(".")] if _NUMBER.fullmatch(number) else []


def _all(name, variable, others):
    paths = [programs.find(name, variable), *os.environ.get(others, "").split(":")]
    found = {}
    for path in filter(None, paths):
        found.setdefault(version(path), path)
    return dict(sorted(found.items(), key=lambda item: _order(item[0])))


def prometheus():
    """{version: program}, the oldest first."""
    return _all("prometheus", "ONESHOT_PROMETHEUS", "ONESHOT_OTHER_PROMETHEUS")


def victoria_metrics():
    """The same."""
    return _all("victoria-metrics", "ONESHOT_VICTORIA_METRICS", "ONESHOT_OTHER_VICTORIA_METRICS")
