# SPDX-License-Identifier: MIT
"""What axe (https://github.com/dequelabs/axe-core) finds on the page, for people with a screen reader, weak eyes or no
mouse."""

import json
import os

from . import programs
from .webdriver import WithBrowser

ASK = """
  const tell = arguments[arguments.length - 1];
  axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(tell, error => tell({error: String(error)}));
"""
# Before which ground the text of an SVG stands, axe does not know.
UNDECIDED = {"color-contrast"}


class WithAxe(WithBrowser):
    """Skipped where ONESHOT_AXE does not name an axe.min.js."""

    @classmethod
    def setUpClass(cls):
        path = os.environ.get("ONESHOT_AXE")
        if not path:
            programs.missing("axe-core is not there (or set ONESHOT_AXE to its axe.min.js)")
        with open(path, encoding="utf-8") as file:
            cls.axe = file.read()
        super().setUpClass()

    def open_page(self, port):
        """Once it shows what the server says."""
        self.browser.look()
        self.browser.open(f"http://127.0.0.1:{port}/ui/")
        self.browser.wait_for("return /ready|READY/.test(document.querySelector('#state').innerText)")
        self.browser.run(self.axe)

    def check(self, what):
        """In both schemes, on a screen and on a telephone."""
        for scheme in ("light", "dark"):
            for width in (1280, 360):
                with self.subTest(what=what, scheme=scheme, width=width):
                    self.browser.look(width, 800, scheme)
                    self.browser.wait_for("return innerWidth === arguments[0]", width)
                    found = self.browser.run_until_told(ASK)
                    self.assertNotIn("error", found)
                    self.assertGreater(len(found["passes"]), 20)
                    self.assertEqual([self.shown(rule) for rule in found["violations"]], [])
                    undecided = {rule["id"] for rule in found["incomplete"]}
                    self.assertLessEqual(undecided, UNDECIDED)

    @staticmethod
    def shown(rule):
        return json.dumps({"rule": rule["id"], "help": rule["help"], "at": [
            [node["target"], node["failureSummary"]] for node in rule["nodes"]]})
