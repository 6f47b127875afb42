# SPDX-License-Identifier: MIT
"""The sources of src/ pass the checks of .clang-tidy, and each NOLINT names a check that would find something there.

Usage: clang_tidy.py BUILD_DIR, a build with clang: clang-tidy does not know every option of GCC. Only version 14 is
asked, since each version knows other checks.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import tree

FINDING = re.compile(r"^(\S+?):(\d+):\d+: (?:error|warning): (.*) \[([\w.-]+)[\w.,-]*\]$", re.MULTILINE)
JOINED = re.compile(r"/src/lib\w+\.a\.p/\w+-unity\d+\.cpp$")
NOLINT = re.compile(r"\bNOLINT\w*(?:\(([^)\n]*)\))?")


def sources(build_dir):
    """What this build compiles of src/ with clang, the largest first, so that no core waits at the end: sources, or
    several that are joined (-Djoin_sources), which takes a third of the time."""
    with open(os.path.join(build_dir, "compile_commands.json"), encoding="utf-8") as file:
        database = json.load(file)
    found = set()
    for entry in database:
        compiler = " ".join(os.path.basename(word) for word in shlex.split(entry["command"])[:2])
        path = os.path.join(entry["directory"], entry["file"])
        here = JOINED.search(path) or os.path.relpath(path, tree.ROOT).startswith("src/")
        if "clang" in compiler and here and path.endswith(".cpp"):
            found.add(path)
    return sorted(found, key=lambda path: (not JOINED.search(path), -os.path.getsize(path)))


def checked(paths):
    """How many sources these are."""
    return sum(len(re.findall("^#include", tree.read(path), re.MULTILINE)) if JOINED.search(path) else 1
               for path in paths)


def suppressions(path, text):
    """{(path, line, check)} of each NOLINT, for the line it speaks of; the check is empty if none is named."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in NOLINT.finditer(line):
            for check in (match.group(1) or "").split(","):
                yield path, number + ("NEXTLINE" in match.group()), check.strip()


def judge(found, suppressed):
    """The complaints about `found`, {(path, line, check): text}, by a tree with these NOLINTs."""
    complaints = [f"{path}:{line}: {text} [{check}]" for (path, line, check), text in sorted(found.items())
                  if (path, line, check) not in suppressed]
    for path, line, check in sorted(suppressed - set(found)):
        what = f"NOLINT({check}) suppresses nothing" if check else "NOLINT names no check, and would hide every one"
        complaints.append(f"{path}:{line}: {what}")
    return complaints


def overlay(paths, folder):
    """A file that shows clang-tidy the files `paths` without their NOLINTs, so that it says what they suppress."""
    roots = []
    for number, path in enumerate(paths):
        copy = os.path.join(folder, f"{number}")
        with open(copy, "w", encoding="utf-8") as file:
            file.write(NOLINT.sub("", tree.read(path)))
        roots.append({"type": "file", "name": os.path.join(tree.ROOT, path), "external-contents": copy})
    name = os.path.join(folder, "overlay.json")
    with open(name, "w", encoding="utf-8") as file:
        json.dump({"version": 0, "use-external-names": False, "roots": roots}, file)
    return name


def ask(command, path, build_dir):
    """{(path, line, check): text} for what clang-tidy says about one source."""
    # A list of sources that are joined includes them all.
    less = ["--checks=-bugprone-suspicious-include"] if JOINED.search(path) else []
    done = subprocess.run([*command, *less, path], cwd=build_dir, text=True, capture_output=True,
                          check=False)
    found = {}
    for file, line, text, check in FINDING.findall(done.stdout):
        where = os.path.relpath(os.path.join(build_dir, file), tree.ROOT)
        found[where, int(line), check] = text
    if done.returncode and not found:
        found[path, 1, "clang-tidy"] = (done.stderr + done.stdout).strip() or f"status {done.returncode}"
    return found


def self_test():
    text = "a // NOLINT(x-y, z): why\n// NOLINTNEXTLINE(x)\nb\nc // NOLINT\n"
    marks = set(suppressions("p", text))
    assert marks == {("p", 1, "x-y"), ("p", 1, "z"), ("p", 3, "x"), ("p", 4, "")}
    found = {("p", 1, "x-y"): "t", ("p", 1, "z"): "t", ("p", 3, "x"): "t", ("p", 2, "x"): "t"}
    assert judge(found, marks) == ["p:2: t [x]", "p:4: NOLINT names no check, and would hide every one"]
    assert judge({}, {("p", 3, "x")}) == ["p:3: NOLINT(x) suppresses nothing"]
    said = "/a/b.hpp:3:14: error: some thing [x-y,-warnings-as-errors]\n  code\n../c.cpp:1:2: warning: w [x.y]\nnote\n"
    assert FINDING.findall(said) == [("/a/b.hpp", "3", "some thing", "x-y"), ("../c.cpp", "1", "w", "x.y")]


def main():
    self_test()
    program = tree.clang_tool("clang-tidy")
    if not program:
        tree.skip(f"there is no clang-tidy {tree.CLANG}")
    build_dir = os.path.abspath(sys.argv[1])
    asked = sources(build_dir)
    if not asked:
        tree.skip("this is not a build with clang")
    marks = {path: set(suppressions(path, tree.read(path))) for path in tree.files("src", ends=(".cpp", ".hpp"))}
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        command = [program, "--quiet", "-p", build_dir, "--config-file=" + os.path.join(tree.ROOT, ".clang-tidy"),
                   "--vfsoverlay=" + overlay([path for path, of in marks.items() if of], folder)]
        found = {}
        for said in pool.map(lambda path: ask(command, path, build_dir), asked):
            found.update(said)
    used = os.times()
    print(f"{used.children_user + used.children_system:.0f} s of CPU time")
    tree.verdict(judge(found, set().union(*marks.values())), checked(asked))


main()
