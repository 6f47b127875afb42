# SPDX-License-Identifier: MIT
"""Every key of the example config has a row in the tables of docs/settings.md: `key` or `section.key`, in backquotes.
Each text that lists what needs a restart names every key that settings/ marks as such.

(That the example shows the built-in defaults is a unit test of settings/.)
"""

import re
import tomllib

import tree

EXAMPLE = "config/oneshot-metrics-server.toml"
KEYS = "src/settings/keys.cpp"
PAGE = "docs/settings.md"
RESTARTS = {"docs/operating.md": r"^A reload takes over everything but.*?restart",
            EXAMPLE: r"things need a restart:.*?differ",
            "packaging/man/oneshot-metrics-server.8": r"a key that cannot \(.*?\)"}


def sections(example):
    """(section, its keys); those of a section with a free name, which is an example behind a #, too."""
    whole = re.sub(r"(?m)^#(?=\[|\w+ = )", "", example)
    for section, keys in tomllib.loads(whole).items():
        for key, value in keys.items() if isinstance(keys, dict) else ():
            if isinstance(value, dict):
                yield section, list(value)
                break
        else:
            yield section, list(keys) if isinstance(keys, dict) else []


def missing(example, readme):
    """The keys ("section.key") of the TOML text `example` that no table row of `readme` names."""
    named = set()
    for line in readme.splitlines():
        if line.lstrip().startswith("|"):
            named.update(re.findall(r"`([\w.]+)", line))
    for section, keys in sections(example):
        for key in keys:
            if not {key, f"{section}.{key}", f"{section}.NAME.{key}"} & named:
                yield f"{section}.{key}"


def unnamed_restarts(keys, text):
    """The keys ("section.key") that only a start changes and `text` does not name; [storage] names all of storage."""
    for section, key in re.findall(r'at_start\(\w+\("(\w+)", "(\w+)"', keys):
        if not re.search(rf"\b{key}\b", text) and not (section == "storage" and "[storage]" in text):
            yield f"{section}.{key}"


def restart_findings():
    keys = tree.read(KEYS)
    assert len(re.findall(r"\bat_start\(", keys)) == len(list(unnamed_restarts(keys, ""))) > 0, KEYS
    for path, pattern in RESTARTS.items():
        found = re.search(pattern, tree.read(path), re.DOTALL | re.MULTILINE)
        if not found:
            yield f"{path}: there is no list of what needs a restart ({pattern})"
            continue
        for name in unnamed_restarts(keys, found[0]):
            yield f"{path}: the list of what needs a restart does not name {name}"


def main():
    key = 'at_start(text("a", "b", x)), at_start(text("storage", "c", x)), flag("a", "d", x)'
    assert list(unnamed_restarts(key, "bb")) == ["a.b", "storage.c"] and not list(unnamed_restarts(key, "b, [storage]"))
    assert list(missing("#[e.NAME]\n#f = 1\n# g = 2\n", "")) == ["e.f"]
    assert list(missing("[a]\nb = 1\nc = 2\n[d]\ne = 3\n", "| `b` | x |\n`c`\n| `d.e = 3` |\n")) == ["a.c"]
    example = tree.read(EXAMPLE)
    keys = sum(len(keys) for _, keys in sections(example))
    findings = [f"{PAGE}: no table row names `{key}`" for key in missing(example, tree.read(PAGE))]
    findings += restart_findings()
    tree.verdict(findings if keys else [f"{EXAMPLE} has no keys"], keys)


main()
