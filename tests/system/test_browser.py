# SPDX-License-Identifier: MIT
"""A real Chromium shows a page of another site, which tries everything that pages can send without asking."""

import http.server
import os
import subprocess
import tempfile
import threading
import unittest

from harness import programs, runner
from harness.server import Server

# What a page can have its browser request. TARGET is the server's address, as the page's user would reach it.
PAGE = """<!DOCTYPE html><title>other site</title>
<link rel="stylesheet" href="TARGET/metrics?scraper=prom&by=style">
<link rel="prefetch" href="TARGET/metrics?scraper=prom">
<link rel="preload" as="script" href="TARGET/metrics?scraper=prom">
<link rel="preload" as="image" href="TARGET/event?spoof=preload">
<script type="speculationrules">{"prerender": [{"urls": ["TARGET/metrics?scraper=prom"]}],
 "prefetch": [{"urls": ["TARGET/metrics?scraper=prom"]}]}</script>
<img src="TARGET/metrics?scraper=prom"><img src="TARGET/event?spoof=img">
<script src="TARGET/metrics?scraper=prom"></script>
<iframe src="TARGET/metrics?scraper=prom"></iframe>
<object data="TARGET/metrics?scraper=prom"></object>
<video src="TARGET/metrics?scraper=prom"></video>
<iframe sandbox="allow-forms allow-scripts" srcdoc="<form method=post action='TARGET/event'><input name=spoof value=s>
</form><script>document.forms[0].submit()</script>"></iframe>
<iframe name="hidden"></iframe>
<form id="form" method="post" target="hidden" action="TARGET/event"><input name="spoof" value="form"></form>
<form id="plain" method="post" target="hidden" enctype="text/plain" action="TARGET/event?spoof=plain"></form>
<script>
async function all() {
  const get = {mode: "no-cors"}, post = {mode: "no-cors", method: "POST"};
  const tries = [
    fetch("TARGET/metrics?scraper=prom", get), fetch("TARGET/metrics?scraper=prom"),
    fetch("TARGET/metrics?scraper=prom", {mode: "no-cors", credentials: "include", cache: "no-store"}),
    fetch("TARGET/event?spoof=fetch", post),
    fetch("TARGET/event", {...post, body: new URLSearchParams({spoof: "params"})}),
    fetch("TARGET/event", {...post, body: '{"spoof":"json"}'}),
    fetch("TARGET/events", {...post, body: '{"spoof":"lines"}'}),
    fetch("TARGET/event", {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"spoof":"asked"}'}),
  ];
  navigator.sendBeacon("TARGET/event?spoof=beacon");
  navigator.sendBeacon("TARGET/event", new URLSearchParams({spoof: "beacon2"}));
  new EventSource("TARGET/metrics?scraper=prom");
  try { new WebSocket("TARGET/metrics?scraper=prom".replace("http", "ws")); } catch (e) {}
  document.getElementById("form").submit();
  await Promise.allSettled(tries);
  document.getElementById("plain").submit();
  await new Promise(done => setTimeout(done, 300));
  document.title = "tried";
}
window.addEventListener("load", all);
</script>"""


class Site(http.server.BaseHTTPRequestHandler):
    """Of somebody who means harm."""

    def do_GET(self):  # pylint: disable=invalid-name
        page = self.server.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.chromium = programs.need("chromium", "ONESHOT_CHROMIUM")
        cls.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        thread = threading.Thread(target=cls.site.serve_forever)
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(cls.site.server_close)
        cls.addClassCleanup(cls.site.shutdown)

    def show(self, url):
        """What the page has become when its own tries are over. No name leads out of this machine."""
        with tempfile.TemporaryDirectory(prefix="oneshot-chromium-") as profile:
            command = [self.chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                       "--no-first-run", "--disable-background-networking", "--disable-component-update",
                       f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom",
                       "--host-resolver-rules=MAP * 127.0.0.1", url]
            environment = {**os.environ, "HOME": profile}
            done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False, env=environment)
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            return done.stdout

    def attack(self, server, host):
        """The page of another site, whose target has this name."""
        self.site.page = PAGE.replace("TARGET", f"http://{host}:{server.port}")
        shown = self.show(f"http://evil.example:{self.site.server_port}/")
        self.assertIn("<title>tried</title>", shown)

    def refused(self, server):
        value = server.exposition("/metrics?scraper=other").value
        return value("oneshot_events_rejected_total", reason="forbidden")

    def check_nothing_happened(self, server, host):
        server.scrape("prom")
        server.event("type=mine")
        self.attack(server, host)
        got = [sample.labels for sample in server.scrape("prom").events()]
        self.assertEqual(got, [{"type": "mine"}])
        self.assertGreaterEqual(self.refused(server), 8)  # they did arrive

    def test_a_page_of_another_site_takes_no_events_of_this_machine_and_posts_none(self):
        with Server() as server:
            self.check_nothing_happened(server, "127.0.0.1")

    def test_nor_of_another_machine_for_which_browsers_say_less(self):
        with Server() as server:
            self.check_nothing_happened(server, "events.example")

    def test_a_name_that_leads_here_is_no_way_in(self):
        with Server({"server.allowed_hosts": ["test", "events.example"]}) as server:
            server.scrape("prom")
            server.event("type=mine")
            shown = self.show(f"http://rebind.example:{server.port}/metrics?scraper=prom")
            self.assertIn("is not one of server.allowed_hosts", shown)
            self.assertEqual(len(server.scrape("prom").events()), 1)

    def test_whoever_looks_with_a_browser_takes_nothing_here_or_of_another_machine(self):
        for host in ("127.0.0.1", "events.example"):
            with Server() as server:
                server.scrape("prom")
                server.event("type=mine")
                shown = self.show(f"http://{host}:{server.port}/metrics?scraper=prom")
                self.assertIn("only looked at: 1 event", shown)
                self.assertIn('events_to_metrics{type="mine"} 1', shown)
                self.assertEqual(len(server.scrape("prom").events()), 1)


if __name__ == "__main__":
    runner.main()
