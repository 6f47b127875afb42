# SPDX-License-Identifier: MIT
"""[listeners.NAME]: more addresses, each with the rights that it has; so a firewall can tell posting from scraping."""

import re
import unittest

from harness import runner
from harness.remote import Remote
from harness.server import Server

SETTINGS = {"server.rights": ["post"],
            "listeners.scrape.address": "127.0.0.1:0", "listeners.scrape.rights": ["scrape", "view"],
            "listeners.look.address": "127.0.0.1:0", "listeners.look.rights": ["view"]}


def listeners(server):
    """Each listener by its name, as a server of its own."""
    line = next(l for l in server.log_lines() if l["msg"] == "listening")
    return {name: Remote(int(port)) for name, port in re.findall(r"(\S+) 127\.0\.0\.1:(\d+)", line["listeners"])}


class Listeners(unittest.TestCase):
    def test_one_address_takes_events_and_another_gives_them_away(self):
        with Server(SETTINGS) as server:
            addresses = listeners(server)
            scrape, look = addresses["scrape"], addresses["look"]
            self.assertEqual(scrape.get("/metrics?scraper=p").status, 200)
            self.assertEqual(server.post("/event?type=a").status, 200)
            refused = server.get("/metrics?scraper=p")
            self.assertEqual((refused.status, refused.text), (
                403, "not at this address: server.rights allows post; use another address of this server\n"))
            self.assertEqual(scrape.post("/event?type=b").status, 403)
            self.assertEqual(look.get("/metrics?scraper=p").status, 403)
            self.assertIn('events_to_metrics{type="a"} 1', look.get("/metrics?scraper=p&peek=1").text)
            text = scrape.get("/metrics?scraper=p").text
            self.assertIn('events_to_metrics{type="a"} 1', text)
            self.assertNotIn('type="b"', text)
            for address in (server, scrape, look):
                self.assertEqual(address.get("/healthz").status, 200)
                self.assertEqual(address.get("/readyz").status, 200)

    def test_an_address_without_rights_answers_what_needs_none_and_nothing_else(self):
        """As docs/security.md ("Routes and rights") says: how a hook maps is shown, its secret is not."""
        hook = {"webhooks.alerts.preset": "alertmanager"}
        with Server({**hook, "listeners.probe.address": "127.0.0.1:0", "listeners.probe.rights": []}) as server:
            probe = listeners(server)["probe"]
            for path in ("/", "/healthz", "/readyz", "/-/healthy", "/-/ready", "/hook", "/hook/alerts"):
                self.assertEqual(probe.get(path).status, 200, path)
            for path in ("/metrics", "/metrics?peek=1", "/ui/", "/api/v1/status"):
                self.assertEqual(probe.get(path).status, 403, path)
            for path in ("/event?type=a", "/events", "/hook/alerts", "/-/reload"):
                self.assertEqual(probe.post(path).status, 403, path)

    def test_an_address_that_is_taken_ends_the_start_and_names_the_section(self):
        with Server() as other:
            taken = f"127.0.0.1:{other.port}"
            with self.assertRaisesRegex(AssertionError, r"\[listeners\.x\]: cannot listen on " + re.escape(taken)):
                with Server({"listeners.x.address": taken}):
                    pass


if __name__ == "__main__":
    runner.main()
