# SPDX-License-Identifier: MIT
"""What the lint tests share: where the sources are, C++ text without its comments and strings, and the verdict."""

import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIP = 77
CLANG = 14  # the version of the tools of clang that have a say

_ELSEWHERE = {".git", ".cache", "__pycache__"}  # nothing in these was written by hand
_SUBPROJECTS = {"llhttp", "packagefiles"}        # what else is there was downloaded


def files(*tops, ends=("",)):
    """Every file of the project below the folders `tops`, as a sorted list of paths relative to ROOT."""
    found = []
    for top in tops:
        for folder, folders, names in os.walk(os.path.join(ROOT, top)):
            here = os.path.relpath(folder, ROOT)
            folders[:] = [f for f in folders if f not in _ELSEWHERE and f != "unpacked"
                          and not (here == "." and f.startswith("build"))
                          and not (here == "subprojects" and f not in _SUBPROJECTS)]
            found += [os.path.normpath(os.path.join(here, n)) for n in names if n.endswith(ends)]
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


_LITERALS = re.compile(
    r'''(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)'''
    r'''|(?P<raw>\bu?8?[LUR]*R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)")'''
    r'''|(?P<string>"(?:\\.|[^"\\\n])*")'''
    r'''|(?P<char>(?<![0-9a-zA-Z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+')''', re.DOTALL)


def bare_code(text):
    """`text` with each comment blanked and each literal emptied; every line stays on its line."""
    def blank(match):
        kind = match.lastgroup if match.lastgroup != "mark" else "raw"
        left = {"comment": " ", "raw": '""', "string": '""', "char": "0"}[kind]
        return left + "\n" * match.group().count("\n")
    return _LITERALS.sub(blank, text)


def clang_tool(name):
    """The program `name` of that version of clang, or None."""
    for program in (f"{name}-{CLANG}", name):
        path = shutil.which(program)
        if path:
            said = subprocess.run([path, "--version"], text=True, capture_output=True, check=False).stdout
            if re.search(rf"version {CLANG}\.", said):
                return path
    return None


def verdict(findings, checked):
    """Prints the findings and ends the program: 1 if there are any."""
    for finding in findings:
        print(finding)
    print(f"{checked} checked, {len(findings)} findings")
    sys.exit(1 if findings else 0)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIP)
