# SPDX-License-Identifier: MIT
"""The blocks of code on a page, each with what the comment before it says about its test:

    <!-- run: KIND [ARGUMENT]
    becomes LABELS VALUE       an event that the block posts, as an exposition has it; * stands for anything
    status N                   how the block ends, if not with 0
    stdout TEXT                what it prints among other things
    stub PROGRAM N             a program of the reader's, which ends with status N here
    needs PROGRAM              without it the block is not run
    needs-module NAME          the same of a module of its language
    -->

or `<!-- parse: KIND -->` for what is only a part of something.
"""

import os
import re

from harness import programs

FOLDER = os.path.join(programs.ROOT, "docs", "senders")
HOST = "events.example:8090"  # on the pages

_BLOCK = re.compile(r"^(?:<!-- (?P<verb>run|parse): (?P<kind>[^\n]*?)(?:\n(?P<lines>.*?))? ?-->\n)?"
                    r"^(?P<fence>```+)(?P<language>\w*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_WORDS = ("becomes", "status", "stdout", "stub", "needs", "needs-module")


class Block:
    def __init__(self, page, match, line):
        self.place = f"docs/senders/{page}:{line}"
        self.verb = match["verb"]
        self.kind, _, self.argument = (match["kind"] or "").strip().partition(" ")
        self.language = match["language"]
        self.text = match["text"]
        self.said = {word: [] for word in _WORDS}
        for entry in (match["lines"] or "").splitlines():
            word, _, rest = entry.partition(" ")
            if word not in self.said:
                raise AssertionError(f"{self.place}: {word!r} is none of {', '.join(_WORDS)}")
            self.said[word].append(rest)


def names():
    return sorted(name for name in os.listdir(FOLDER) if name.endswith(".md"))


def blocks(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        text = file.read()
    found = [Block(name, match, text.count("\n", 0, match.start("fence")) + 1) for match in _BLOCK.finditer(text)]
    fences = len(re.findall(r"^```", text, re.MULTILINE))
    assert fences == 2 * len(found), f"{name}: {fences} fences make no {len(found)} blocks"
    return found
