# SPDX-License-Identifier: MIT
"""What the Markdown files point at exists: each relative link with its #heading, and each path in code that begins with
a folder of the repository (`src/base/hash.hpp`, `tests/model/*.pml`; FOLDER and NAME stand for any name)."""

import fnmatch
import os
import re

import tree

FENCE = re.compile(r"^ *(```+|~~~+)[^\n]*\n.*?^ *\1[`~]* *$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
# [text](target "title"), [name]: target, <img src="target">
LINK = re.compile(r'\]\(\s*<?([^\s()<>]+)>?(?:\s+["\'][^)]*)?\s*\)|^ {0,3}\[[^]^][^]]*\]:\s*<?([^\s<>]+)'
                  r'|<[^<>]*\b(?:src|href)="([^"]*)"', re.MULTILINE)
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")  # a link with a scheme or a host
PATH = re.compile(r"(?<![\w./~$}-])(?:\.ci|config|docs|packaging|src|tests)/[\w./*-]*")
ANY_NAME = re.compile(r"\b(?:FOLDER|NAME)\b")


def blank(match):
    """The same number of lines without what stood in them."""
    return "\n" * match.group().count("\n")


def prose(text):
    """`text` without its code."""
    return SPAN.sub(blank, FENCE.sub(blank, text))


def code(text):
    """`text` without its prose: blocks and spans of code, each on its line."""
    kept, end = [], 0
    blocks = list(FENCE.finditer(text))
    spans = SPAN.finditer(FENCE.sub(lambda block: re.sub(r"[^\n]", " ", block.group()), text))
    for match in sorted([*blocks, *spans], key=lambda found: found.start()):
        kept += ["\n" * text.count("\n", end, match.start()), " ", match.group()]
        end = match.end()
    return "".join(kept)


def anchors(text):
    """What follows the # in links to the headings of `text`, by GitHub's rule."""
    found = set()
    for heading in HEADING.findall(FENCE.sub(blank, text)):
        shown = re.sub(r"!?\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        plain = anchor = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        count = 0
        while anchor in found:
            count += 1
            anchor = f"{plain}-{count}"
        found.add(anchor)
    return found


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def broken_links(path, text, there, read):
    """(line, what) of each link of the file `path` that leads nowhere; `there` are the files and folders that exist."""
    shown = prose(text)
    for match in LINK.finditer(shown):
        target = match.group(match.lastindex)
        file, _, anchor = target.partition("#")
        if ELSEWHERE.match(target):
            continue
        to = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if to not in there:
            yield line_of(shown, match.start()), f"links to {target}, which is not there"
        elif anchor and to.endswith(".md") and anchor not in anchors(read(to)):
            yield line_of(shown, match.start()), f"links to {target}, and {to} has no such heading"


def unknown_paths(text, there):
    """(line, what) of each path in code that fits nothing of `there`."""
    shown = code(text)
    for match in PATH.finditer(shown):
        named = ANY_NAME.sub("*", match.group().rstrip("./"))
        if not (named in there or fnmatch.filter(there, named)):
            yield line_of(shown, match.start()), f"names {match.group()}, which is not there"


def with_folders(paths):
    """`paths` and each folder above them."""
    found = set(paths)
    for path in paths:
        while path := os.path.dirname(path):
            found.add(path)
    return found | {"."}


def self_test():
    there = with_folders(["a.md", "docs/b.md", "src/base/hash.hpp", "src/log/v1.cpp"])
    read = {"a.md": "# A `b` [c](d), e!\n## A\n## A\n```\n# no\n```\n", "docs/b.md": "[x](../a.md#a)\n"}.__getitem__
    assert anchors(read("a.md")) == {"a-b-c-e", "a", "a-1"}
    for good in ["[x](docs/b.md)", "[x\ny](#a-1)", "[x]: docs", "[x](https://a/b) `[x](c)`", "![x](src/base 'y')",
                 "```\n[x](c)\n```\n", '<img src="docs/b.md">', "[x](mailto:a@b)"]:
        assert not list(broken_links("a.md", good, there, read)), good
    for bad in ["[x](c.md)", "[x](#b)", "[x]: dox", "![x](c.svg)", "[x](docs/b.md#c)", "[x](b.md)", '<a href="c">',
                "[x](docs/B.md)", "[x](<c.md>)", '[x](c.md "title")']:
        assert list(broken_links("a.md", bad, there, read)), bad
    assert [line for line, _ in broken_links("docs/b.md", "`a\nb`\n[x](c)\n[x](../a.md)", there, read)] == [3]
    for good in ["`src/`", "`src/base`", "`sh src/base/hash.hpp -x`.", "`src/log/v1.*`", "`src/FOLDER/hash.hpp`",
                 "src/none", "`/usr/src/none`", "`b/src/none`", "`src/base/hash.hpp:12`", "`a`src/none`b`"]:
        assert not list(unknown_paths(good, there)), good
    for bad in ["`src/none`", "``src/base/hash.cpp``", "`x\nsrc/none`", "```\nsh src/none\n```\n", "`src/log/v2.*`",
                "`src/bas`"]:
        assert list(unknown_paths(bad, there)), bad
    assert [line for line, _ in unknown_paths("a\n\n```\nx\nsrc/none\n```\n`src/base` `src/no`", there)] == [5, 7]


def main():
    self_test()
    there = with_folders(tree.files("."))
    pages = sorted(path for path in there if path.endswith(".md"))
    findings = []
    for path in pages:
        text = tree.read(path)
        found = [*broken_links(path, text, there, tree.read), *unknown_paths(text, there)]
        findings += [f"{path}:{line}: {what}" for line, what in sorted(found)]
    tree.verdict(findings, len(pages))


main()
