# SPDX-License-Identifier: MIT
"""The C++ sources look as clang-format 14 writes them (other versions disagree about details, so only 14 is asked)."""

import re
import subprocess

import tree


def main():
    program = tree.clang_tool("clang-format")
    if not program:
        tree.skip(f"there is no clang-format {tree.CLANG}")
    sources = tree.files("src", "tests", ends=(".cpp", ".hpp"))
    done = subprocess.run([program, "--dry-run", "-Werror", *sources], cwd=tree.ROOT, text=True, capture_output=True,
                          check=False)
    places = sorted(set(re.findall(r"^(\S+?:\d+):\d+: error", done.stderr, re.MULTILINE)))
    findings = [f"{place}: clang-format -i would change this" for place in places]
    if done.returncode and not findings:
        findings = [done.stderr.strip() or f"{program} ended with status {done.returncode}"]
    tree.verdict(findings, len(sources))


main()
