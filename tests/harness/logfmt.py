# SPDX-License-Identifier: MIT
"""Reads the server's log lines."""

import re

_FIELD = re.compile(r'([A-Za-z_][A-Za-z0-9_.]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"=]*))(?: |$)')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def _unescape(text):
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group(1)), text)


def parse(line):
    """The fields of a logfmt line. Raises ValueError where the line is anything else."""
    line = re.sub(r"^<\d>", "", line)
    fields, at = {}, 0
    while at < len(line):
        match = _FIELD.match(line, at)
        if match is None:
            raise ValueError(f"not logfmt from column {at + 1}: {line!r}")
        key, quoted, plain = match.groups()
        fields[key] = _unescape(quoted) if quoted is not None else plain
        at = match.end()
    return fields
