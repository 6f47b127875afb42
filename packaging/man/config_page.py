# SPDX-License-Identifier: MIT
"""Makes oneshot-metrics-server.toml(5) from the comments of the example config, so that the two cannot differ.

Usage: config_page.py CONFIG VERSION >PAGE. The first paragraphs of the file up to its first section are about the
whole; the comment above each key is about the key. A section or a key behind a # without a blank is an example.
"""

import re
import sys


# A section or a key that is not in effect: behind a mark without a blank.
EXAMPLE = re.compile(r"#(\[|\w+ = )")


def escape(text):
    """Plain text for roff: backslashes, hyphens that are meant as such, and no line that is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text)


def paragraphs(comment):
    """The comment's lines without their marks, blank ones between paragraphs."""
    return "\n".join(line[1:].removeprefix(" ") for line in comment).strip().split("\n")


def body(comment):
    """A comment as roff; a line that is indented begins a line of its own."""
    for line in paragraphs(comment):
        if not line.strip():
            yield ".PP"
        elif line.startswith("  "):
            word, _, rest = line.strip().partition("  ")
            yield ".br"
            yield escape(f"{word}: {rest.strip()}" if rest else word)
        else:
            yield escape(line)


def page(config, version):
    yield f'.TH ONESHOT-METRICS-SERVER.TOML 5 "" "oneshot\\-metrics\\-server {escape(version)}" ""'
    yield ".SH NAME"
    yield "oneshot\\-metrics\\-server.toml \\- settings of oneshot\\-metrics\\-server"
    yield ".SH SYNOPSIS"
    yield ".B /etc/oneshot\\-metrics\\-server/config.toml"
    yield ".SH DESCRIPTION"
    comment = []
    for line in config.splitlines():
        if line.startswith("#") and not EXAMPLE.match(line):
            comment.append(line)
            continue
        line = line.removeprefix("#")
        section = re.fullmatch(r"\[(\w+(?:\.[\w-]+)?)\]", line)
        key = re.fullmatch(r"(\w+) = (.*)", line)
        if section:
            yield f".SH [{escape(section.group(1))}]"
            yield from body(comment) if comment else ()
        elif key:
            yield ".TP"
            yield f".BR {key.group(1)} \" = {escape(key.group(2)).replace(chr(34), chr(34) * 2)}\""
            yield from (".IP" if l == ".PP" else l for l in body(comment))
        elif comment and not line.strip():
            yield ".PP"  # about no key, so not part of the one before
            yield from body(comment[1:] if comment[0].endswith("Settings of oneshot-metrics-server.") else comment)
            yield ".PP"
        else:
            assert not line.strip(), f"neither a comment, a section nor a key: {line!r}"
            continue
        comment = []
    yield ".SH SEE ALSO"
    yield ".BR oneshot\\-metrics\\-server (8)"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        print("\n".join(page(file.read(), sys.argv[2])))


main()
