# SPDX-License-Identifier: MIT
"""The page at /ui/ for people with a screen reader, weak eyes or no mouse: axe (https://github.com/dequelabs/axe-core)
finds nothing, whatever is on the screen."""

import json
import os

from harness import programs, runner
from harness.server import Server
from harness.webdriver import WithBrowser

ASK = """
  const tell = arguments[arguments.length - 1];
  axe.run(document, {resultTypes: ['violations', 'incomplete']}).then(tell, error => tell({error: String(error)}));
"""
# Before which ground the text of an SVG stands, axe does not know.
UNDECIDED = {"color-contrast"}


class Axe(WithBrowser):
    @classmethod
    def setUpClass(cls):
        path = os.environ.get("ONESHOT_AXE")
        if not path:
            programs.missing("axe-core is not there (or set ONESHOT_AXE to its axe.min.js)")
        with open(path, encoding="utf-8") as file:
            cls.axe = file.read()
        super().setUpClass()

    def setUp(self):
        self.server = Server({"scrapers.names": ["prom-a"]})
        self.addCleanup(self.server.stop)
        self.addCleanup(lambda: self.browser.open("about:blank"))  # so that it does not complain of the server's end

    def fill(self):
        """Each part of the page has something to show."""
        for n in range(12):
            self.server.event(f"type=deploy&service=s{n % 3}&message={'word' * 30}")
        self.server.scrape("prom-a")
        self.server.event("type=failover")
        self.server.post("/event?__name=x")

    def show(self):
        self.browser.look()
        self.browser.open(f"http://127.0.0.1:{self.server.port}/ui/")
        self.browser.wait_for("return document.querySelector('#state').innerText.startsWith('ready')")
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

    def test_nothing_is_wrong_with_the_page_of_a_server_without_events(self):
        self.show()
        self.check("empty")

    def test_nothing_is_wrong_with_a_page_that_shows_all_that_it_can(self):
        self.fill()
        self.show()
        self.browser.wait_for("return document.querySelectorAll('#timeline .dot').length === 13")
        self.browser.click("summary")
        self.browser.run("document.querySelector('#timeline .dot').focus()")
        self.browser.wait_for("return document.querySelector('#picked').innerText !== ''")
        self.browser.type("#labels", "__name=x")
        self.browser.press("Enter")
        self.browser.wait_for("return document.querySelector('#posted').innerText.startsWith('Not stored')")
        self.check("full")

    def test_nothing_is_wrong_with_the_page_of_a_server_that_is_gone(self):
        self.fill()
        self.show()
        self.server.stop()
        self.browser.wait_for("return document.querySelector('#state').innerText.includes('does not answer')")
        self.check("gone")


if __name__ == "__main__":
    runner.main()
