# SPDX-License-Identifier: MIT
"""The page at /ui/ for people with a screen reader, weak eyes or no mouse: axe (https://github.com/dequelabs/axe-core)
finds nothing, whatever is on the screen."""

from harness import runner
from harness.axe import WithAxe
from harness.server import Server


class Axe(WithAxe):
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

    def test_nothing_is_wrong_with_the_page_of_a_server_without_events(self):
        self.open_page(self.server.port)
        self.check("empty")

    def test_nothing_is_wrong_with_a_page_that_shows_all_that_it_can(self):
        self.fill()
        self.open_page(self.server.port)
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
        self.open_page(self.server.port)
        self.server.stop()
        self.browser.wait_for("return document.querySelector('#state').innerText.includes('does not answer')")
        self.check("gone")


if __name__ == "__main__":
    runner.main()
