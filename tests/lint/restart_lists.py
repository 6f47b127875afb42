# SPDX-License-Identifier: MIT
"""Each text that lists what needs a restart names every key that src/settings marks as such."""

import re

import settings_keys
import tree

WHOLE = ("storage", "cluster")  # sections of which no key is live
LISTS = {"docs/operating.md": r"^A reload takes over everything but.*?restart",
         "config/oneshot-metrics-server.toml": r"things need a restart:.*?differ",
         "packaging/man/oneshot-metrics-server.8": r"a key that cannot \(.*?\)"}


def unnamed(keys, text):
    """The keys ("section.key") that only a start changes and `text` does not name; [storage] names all of storage, and
    so on."""
    for section, key in re.findall(r'at_start\(\w+\("(\w+)", "(\w+)"', keys):
        if not re.search(rf"\b{key}\b", text) and not (section in WHOLE and f"[{section}]" in text):
            yield f"{section}.{key}"


def findings(keys):
    for path, pattern in LISTS.items():
        found = re.search(pattern, tree.read(path), re.DOTALL | re.MULTILINE)
        if not found:
            yield f"{path}: there is no list of what needs a restart ({pattern})"
            continue
        for name in unnamed(keys, found[0]):
            yield f"{path}: the list of what needs a restart does not name {name}"


def main():
    key = 'at_start(text("a", "b", x)), at_start(text("storage", "c", x)), flag("a", "d", x)'
    assert list(unnamed(key, "bb")) == ["a.b", "storage.c"] and not list(unnamed(key, "b, [storage]"))
    keys = tree.read(settings_keys.FIXED)
    assert len(re.findall(r"\bat_start\(", keys)) == len(list(unnamed(keys, ""))) > 0, settings_keys.FIXED
    tree.verdict(list(findings(keys)), len(LISTS))


main()
