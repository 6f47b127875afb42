# SPDX-License-Identifier: MIT
"""What a page has its reader do, from top to bottom. A comment before a block says what it is:

    run            commands behind $, each with what it prints; * stands for anything, no line for no output
    file: NAME     what its reader writes
    prometheus     a config of it
    finds          a table: queries, each of which finds something now
    answers        a table: queries, and what each answers after the events that the test posts
    sent           a table: what is posted, and what a scrape shows of it
    hook           certbot's

`start` and `restart` stand alone: the server, with config.toml where the page had that written.
"""

import os
import re

from harness import programs

_ALONE = ("start", "restart")
_MARK = re.compile(r"^<!-- (start|restart|run|prometheus|hook|file|finds|answers|sent)(?:: (\S+))? -->\n"
                   r"(?:```\w+\n(.*?)^```$|((?:\|[^\n]*\n)+))?", re.MULTILINE | re.DOTALL)


def steps(page):
    """(kind, argument, text) of each marked block of a page, such as "docs/tls.md", in order."""
    with open(os.path.join(programs.ROOT, page), encoding="utf-8") as file:
        text = file.read()
    found = [(kind, argument, block or table) for kind, argument, block, table in _MARK.findall(text)]
    assert len(found) == len(re.findall(r"^<!-- (?!settings)", text, re.MULTILINE)), f"{page}: an unknown comment"
    for kind, _, block in found:
        assert bool(block) != (kind in _ALONE), f"{page}: a block should follow on {kind}, or should not"
    consoles = len(re.findall(r"^```console$", text, re.MULTILINE))
    assert consoles == sum(kind == "run" for kind, *_ in found), f"{page}: a console block that nobody runs"
    return found


def commands(text):
    """(command, what it prints) of each in a block; a command goes on in lines that are indented."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, printed = re.match(r"([^\n]*\n(?:[ \t]+[^\n]*\n)*)(.*)\Z", part, re.DOTALL).groups()
        yield command.strip(), printed.rstrip("\n")


def rows(table):
    """The cells of each row of a table, its head left out."""
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def code(cell):
    """What is in backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)
