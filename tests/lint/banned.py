# SPDX-License-Identifier: MIT
"""Words and shapes that have no place in this tree, each with its reason."""

import re

import tree
import words

CPP = (".cpp", ".hpp")
SCRIPTS = (".py", ".sh")
BUILD = ("meson.build", "meson_options.txt")

# (where, pattern, reason): patterns see C++ without its comments and literals.
NAMES = [
    (("src/", "tests/"), r"\bdetached\b", "a coroutine's exception must be looked at: give co_spawn a handler"),
    (("src/", "tests/"), r"<iostream>", "brings static initialisers and locales; use base/log.hpp or <cstdio>"),
    (("src/", "tests/"), r"\bstd::regex\b|<regex>", "its run time depends on the input"),
    (("src/", "tests/"), r"(?<![.\w>])system\s*\(", "runs a shell"),
    (("src/",), r"\b(?:(?:local|gm|c|asc)time|strtok|rand|(?:un)?setenv|putenv)\s*\(", "not safe beside threads"),
    (("src/",), r"^using\s+namespace\s", "name what you use; inside a function it may stand"),
    (("src/",), r"\bassert\s*\([^;]*(\+\+|--|[^=!<>]=[^=])", "a release build does not evaluate it"),
    (("tests/",), r"\bsleep_(for|until)\b|\bu?sleep\s*\(", "wait for the condition, with tests/support"),
]
# The same for Python, comments included. Written so that this file does not find itself.
PYTHON = [
    (("tests/",), r"\bsys\.pa" r"th\b|\baddsite" r"dir\b",
     "PYTHONPATH names the folder tests/ (tests/meson.build): import harness.NAME, or SUITE.NAME"),
]
# Where words.py has a say: what people read.
PAGES = (".md", ".toml", ".yml", ".yaml")
SPOKEN = ("src/", "tests/", "docs/", "config/", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
WAITS = "tests/support/"  # the helper that polls a condition is the one place that may sleep

# Whole text, comments included. Written so that this file does not find itself.
TEXT = [
    (r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b", "finish it, or say in the documentation what is open"),
    (r"/wo" r"rk/[a-z.]|/tm" r"p/b-|/ho" r"me/[a-z]", "a path of one machine"),
    (r"\t", "a tab"),
    (r"[ \t]+$", "blanks at the end of the line"),
]
MAKEFILES = ("debian/rules",)  # make knows its recipes by the tab
LONGEST_LINE = 120
LONGEST_FILE = 500
IN_ONE_LINE = re.compile(r'\w+ = "[^"]*"$')  # our configs take no text of several lines


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def names(path, text):
    code = tree.bare_code(text)
    for where, pattern, reason in NAMES:
        if path.startswith(where) and not (where == ("tests/",) and path.startswith(WAITS)):
            for match in re.finditer(pattern, code, re.MULTILINE):
                yield line_of(code, match.start()), f"{match.group().strip()}: {reason}"


def unused(path, text):
    """A using-declaration of a source for a name that stands nowhere else there."""
    if path.endswith(".cpp"):
        code = tree.bare_code(text)
        for match in re.finditer(r"^ *using [\w:]+::(\w+);", code, re.MULTILINE):
            if len(re.findall(rf"\b{match.group(1)}\b", code)) == 1:
                yield line_of(code, match.start(1)), f"{match.group().strip()} nothing uses it"


def imports(path, text):
    for where, pattern, reason in PYTHON:
        if path.startswith(where) and path.endswith(".py"):
            for match in re.finditer(pattern, text):
                yield line_of(text, match.start()), f"{match.group()}: {reason}"


def shapes(path, text):
    for pattern, reason in TEXT:
        if pattern == r"\t" and path.endswith(MAKEFILES):
            continue
        for match in re.finditer(pattern, text, re.MULTILINE):
            yield line_of(text, match.start()), f"{match.group().strip()!r}: {reason}"
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE and not (path.endswith(".toml") and IN_ONE_LINE.match(line)):
            yield number, f"{len(line)} columns, {LONGEST_LINE} are allowed"
    if len(lines) > LONGEST_FILE:
        yield len(lines), f"{len(lines)} lines, {LONGEST_FILE} are allowed; which part wants a file of its own?"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end"
    if path.endswith(CPP) and lines[:1] != ["// SPDX-License-Identifier: MIT"]:
        yield 1, "the first line must be // SPDX-License-Identifier: MIT"
    if path.endswith(SCRIPTS) and not any("SPDX-License-Identifier: MIT" in line for line in lines[:2]):
        yield 1, "one of the first two lines must be # SPDX-License-Identifier: MIT"
    if path.endswith(".py") and not "".join(lines[1:2]).startswith('"""'):
        yield 2, "the second line must begin to say what this is for: a docstring"
    if path.endswith(".hpp") and "#pragma once" not in lines[:5]:
        yield 2, "no #pragma once"


def self_test():
    assert [line for line, _ in names("src/a.cpp", '// detached\n"system("; 1\'000;\n#include <iostream>\n')] == [3]
    assert list(names("tests/a.cpp", "std::this_thread::sleep_for(1ms);")) and list(names("src/a.cpp", "system (x);"))
    assert not list(names("tests/support/wait.hpp", "sleep_for(1ms);"))
    assert not list(names("src/a.cpp", "boot.system(); file_system(); assert(a == b && c <= d);"))
    assert list(names("src/a.cpp", "assert(a = b);")) and list(names("src/a.cpp", "assert(n++ == 1);"))
    assert [line for line, _ in unused("a.cpp", "\nusing std::min;\nusing std::max;\nint a = max(1, 2);\n")] == [2]
    assert [line for line, _ in imports("tests/a.py", "import sys\nsys.pa" "th[:0] = []\n")] == [2]
    assert not list(imports("packaging/a.py", "sys.pa" "th")) and not list(imports("tests/a.py", "sys.paths"))
    assert [reason for _, reason in shapes("a.cpp", "// SPDX-License-Identifier: MIT\nx = 1; \n")]
    assert [line for line, _ in shapes("a.py", "# SPDX-License-Identifier: MIT\nimport re\n")] == [2]
    assert not list(shapes("a.hpp", "// SPDX-License-Identifier: MIT\n#pragma once\n"))


def main():
    self_test()
    words.self_test()
    sources = tree.files(".", ends=CPP + SCRIPTS + BUILD)
    sources += [path for path in tree.files(".ci", "config", "packaging", "subprojects") if path not in sources]
    findings = []
    for path in sources:
        text = tree.read(path)
        found = [*shapes(path, text), *imports(path, text)] + (
            [*names(path, text), *unused(path, text)] if path.endswith(CPP) else [])
        findings += [f"{path}:{line}: {what}" for line, what in sorted(found)]
    spoken = [path for path in tree.files(".", ends=CPP + SCRIPTS + PAGES) if path.startswith(SPOKEN)
              and not path.startswith("tests/fuzz/corpus/")]
    for path in spoken:
        findings += [f"{path}:{line}: {what}" for line, what in sorted(words.gone(tree.read(path)))]
    tree.verdict(findings, len({*sources, *spoken}))


main()
