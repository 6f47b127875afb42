# SPDX-License-Identifier: MIT
"""Every key of the example config has a row in README's tables: `key` or `section.key`, in backquotes.

(That the example shows the built-in defaults is a unit test of settings/.)
"""

import os
import re
import tomllib

import tree

EXAMPLE = "config/oneshot-metrics-server.toml"


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


def main():
    assert list(missing("#[e.NAME]\n#f = 1\n# g = 2\n", "")) == ["e.f"]
    assert list(missing("[a]\nb = 1\nc = 2\n[d]\ne = 3\n", "| `b` | x |\n`c`\n| `d.e = 3` |\n")) == ["a.c"]
    if not os.path.exists(os.path.join(tree.ROOT, "README.md")):
        tree.skip("there is no README.md")
    example = tree.read(EXAMPLE)
    keys = sum(len(keys) for _, keys in sections(example))
    findings = [f"README.md: no table row names `{key}`" for key in missing(example, tree.read("README.md"))]
    tree.verdict(findings if keys else [f"{EXAMPLE} has no keys"], keys)


main()
