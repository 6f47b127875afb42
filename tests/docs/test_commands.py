# SPDX-License-Identifier: MIT
"""Each command that the pages name is one: of oneshotctl, of packaging/quickstart.sh, and options of the server."""

import os
import re
import subprocess
import unittest

from harness import programs, runner

SKIPPED_FOLDERS = {".git", "subprojects", "build-tools"}


def pages():
    """(path, text) of each Markdown file of the project."""
    for folder, folders, names in os.walk(programs.ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("build")]
        for name in names:
            if name.endswith(".md") and name != "CHANGELOG.md":
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, programs.ROOT), file.read()


def named(pattern):
    """{what the pattern's group finds in code: a page that has it}."""
    found = {}
    for path, text in pages():
        for block in re.findall(r"^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL):
            for name in re.findall(pattern, block, re.MULTILINE):
                found.setdefault(name, path)
    return found


def helped(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL).stdout


class Commands(unittest.TestCase):
    def check(self, names, text):
        self.assertTrue(names)
        for name, path in names.items():
            self.assertRegex(text, rf"(?<![\w-]){re.escape(name)}(?![\w-])", path)

    def test_of_oneshotctl_are_in_its_help(self):
        program = os.path.join(os.path.dirname(programs.server_binary()), "oneshotctl")
        if not os.access(program, os.X_OK):
            programs.missing("oneshotctl is not built")
        help_text = helped(program, "--help")
        self.check(named(r"(?:^|[`|] ?|\$ )oneshotctl ([a-z][a-z-]*)"), help_text)

    def test_of_the_quickstart_are_in_its_usage(self):
        script = os.path.join(programs.ROOT, "packaging", "quickstart.sh")
        self.check(named(r"\bquickstart\.sh ([a-z]+)"), helped("sh", script, "--help"))

    def test_options_of_the_server_are_in_its_help(self):
        # Behind the name of the program, up to the end of the command.
        lines = named(r"(?:^|[`$] ?)oneshot-metrics-server (--[^`\n|]*)")
        names = {word: path for line, path in lines.items() for word in re.findall(r"--[\w.-]+", line)}
        self.check(names, helped(programs.server_binary(), "--help"))


if __name__ == "__main__":
    runner.main()
