# SPDX-License-Identifier: MIT
"""Each header compiles alone, with the flags of this build: no header counts on what was included before it.

A header that its own source includes before all others has shown this when the source was compiled; so the others are
compiled here.

Usage: headers.py BUILD_DIR
"""

import concurrent.futures
import json
import os
import re
import resource
import shlex
import subprocess
import sys

import tree

NEEDS = {"src/cluster/nats": "libnats"}  # folders that are left out of a build without a library
CPU_SECONDS = 60  # for one header, which needs about one; of processor time, since the machine may be busy


def commands(build_dir):
    """The compiler command of each C++ source of src/ and tests/, without what names the source and its outputs."""
    with open(os.path.join(build_dir, "compile_commands.json"), encoding="utf-8") as file:
        database = json.load(file)
    for entry in database:
        source = os.path.relpath(os.path.join(entry["directory"], entry["file"]), tree.ROOT)
        if source.endswith(".cpp") and source.split("/")[0] in ("src", "tests"):
            words, kept = iter(shlex.split(entry["command"])), []
            for word in words:
                if word in ("-o", "-MF", "-MQ", "-MT"):
                    next(words)
                elif word not in ("-c", "-MD", "-MMD", entry["file"]):
                    kept.append(word)
            yield source, kept


def nearest(header, flags):
    """The flags of a source of the same folder, or else of one that comes closest to it in the tree."""
    return flags[max(flags, key=lambda source: (len(os.path.commonpath([header, source]).split("/"))
                                                if header.split("/")[0] == source.split("/")[0] else 0))]


def shown(sources):
    """The headers that one of these sources includes before anything else."""
    first = re.compile(r'#include "([^"]+)"|#include <')
    for source in sources:
        found = first.search(tree.read(source))
        if found and found.group(1):
            yield os.path.join("src" if source.startswith("src/") else "tests", found.group(1))


def left_out(build_dir):
    """The folders of which this build has nothing."""
    with open(os.path.join(build_dir, "build.ninja"), encoding="utf-8") as file:
        text = file.read()
    return {folder for folder, library in NEEDS.items() if library not in text}


def complaint(header, command, build_dir):
    """What the compiler says about `header` alone; empty if nothing."""
    name = header[len("src/"):] if header.startswith("src/") else os.path.join(tree.ROOT, header)
    extra = ["-I" + os.path.join(tree.ROOT, top) for top in ("src", "tests")]
    extra += ["-Werror", "-O0", "-U_FORTIFY_SOURCE", "-fdiagnostics-color=never", "-fsyntax-only", "-x", "c++", "-"]
    done = subprocess.run(command + extra, input=f'#include "{name}"\n', cwd=build_dir, text=True,
                          capture_output=True, check=False)
    return f"{header} does not compile alone:\n{done.stderr}" if done.returncode else ""


def main():
    build_dir = os.path.abspath(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))  # each compiler inherits it
    flags = dict(commands(build_dir))
    without = left_out(build_dir)
    headers = [header for header in tree.files("src", "tests", ends=(".hpp",))
               if os.path.dirname(header) not in without]
    proven = set(shown(flags))
    if not flags:
        tree.verdict([f"no C++ source in {build_dir}/compile_commands.json"], 0)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = pool.map(lambda header: complaint(header, nearest(header, flags), build_dir),
                         [header for header in headers if header not in proven])
        tree.verdict([finding for finding in found if finding], len(headers))


main()
