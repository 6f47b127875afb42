# SPDX-License-Identifier: MIT
"""Every block of docs/senders is run against the server, and stores the events that its page promises."""

import fnmatch
import os
import re
import tempfile
import unittest

from docs import clients, manifests, page
from harness import programs, runner
from harness.server import Server


def line_of(event):
    labels = ",".join(f'{name}="{value}"' for name, value in sorted(event.labels.items()))
    return f"{labels} {event.value:g}"


class Senders(unittest.TestCase):
    """A test for each page is made below."""

    def play(self, name):
        skipped = []
        with Server({"scrapers.names": ["page"]}) as server:
            for block in page.blocks(name):
                with self.subTest(block.place):
                    try:
                        self.play_block(server, block)
                    except unittest.SkipTest as reason:
                        skipped.append(f"{block.place}: {reason}")
        if skipped:
            self.skipTest("; ".join(skipped))

    def play_block(self, server, block):
        self.assertTrue(block.verb, "no comment before this block says how it is tested")
        for program in block.said["needs"]:
            programs.need(program)
        with tempfile.TemporaryDirectory(prefix="oneshot-docs-") as folder:
            text = block.text.replace(page.HOST, f"127.0.0.1:{server.port}")
            for number, stub in enumerate(block.said["stub"]):
                text = text.replace(stub.split()[0], self.stub(folder, number, int(stub.split()[1])))
            if block.verb == "parse":
                self.assertEqual(block.kind, "yaml")
                self.assertTrue(manifests.load_all(clients.Bench(block, text, folder))[0])
                return
            # Run again, a block with a key stores another event: a key that is the same next time would lose it.
            for shell in clients.shells(block.kind):
                for turn in range(2 if "Idempotency-Key" in block.text else 1):
                    self.play_once(server, block, clients.Bench(block, text, folder, shell, turn))

    def play_once(self, server, block, bench):
        ran = clients.KINDS[block.kind](bench)
        said = f"{bench.sh}, turn {bench.turn}\n{ran.stdout}\n{ran.stderr}"
        self.assertEqual(ran.returncode, int((block.said["status"] or ["0"])[0]), said)
        for text in block.said["stdout"]:
            self.assertIn(text, ran.stdout)
        self.compare([line_of(event) for event in server.scrape("page").events()], block.said["becomes"], said)

    def compare(self, stored, promised, said):
        self.assertEqual(len(stored), len(promised), f"stored: {stored}\n{said}")
        for line, pattern in zip(sorted(stored), sorted(promised)):
            self.assertTrue(fnmatch.fnmatchcase(line, pattern.replace("[", "[[]")), f"{line} is not {pattern}\n{said}")

    def stub(self, folder, number, status):
        path = os.path.join(folder, f"stub{number}")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\nexit {status}\n")
        os.chmod(path, 0o700)
        return path


class Index(unittest.TestCase):
    def test_the_index_links_each_page_and_the_readme_links_the_index(self):
        with open(os.path.join(page.FOLDER, "README.md"), encoding="utf-8") as file:
            linked = set(re.findall(r"\]\((\w[\w-]*\.md)\)", file.read()))
        self.assertEqual(linked, set(page.names()) - {"README.md"})
        with open(os.path.join(programs.ROOT, "README.md"), encoding="utf-8") as file:
            self.assertIn("](docs/senders/README.md)", file.read())

    def test_a_block_that_tries_again_has_a_key(self):
        for name in page.names():
            for block in page.blocks(name):
                if re.search(r"--retry\b|--tries\b|\bretries\b", block.text):
                    self.assertIn("Idempotency-Key", block.text, block.place)

    def test_a_block_that_stores_another_event_than_promised_is_noticed(self):
        senders = Senders()
        senders.compare(['a="1" 1'], ['a="*" 1'], "")
        for stored, promised in (([], ['a="1" 1']), (['a="1" 1'], []), (['a="1" 2'], ['a="1" 1']),
                                 (['a="1",b="2" 1'], ['a="1" 1'])):
            with self.assertRaises(AssertionError):
                senders.compare(stored, promised, "")


for _name in page.names():
    if page.blocks(_name):
        _title = "test_what_" + re.sub(r"\W", "_", _name.removesuffix(".md")) + "_says_works"
        setattr(Senders, _title, lambda self, name=_name: self.play(name))


if __name__ == "__main__":
    runner.main()
