# SPDX-License-Identifier: MIT
"""The page at /ui/: what it is made of, and what a real Chromium makes of it."""

import http.client
import http.server
import os
import re
import threading
import time
import unittest
import urllib.parse

from harness import runner
from harness.server import Server
from harness.webdriver import WithBrowser

MOST_BYTES = 60 * 1024  # of all files together
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>\'"&amp;'


class Files(unittest.TestCase):
    """Without a browser."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.files = {}
        cls.collect("")

    @classmethod
    def collect(cls, name):
        """A file, and all that it names."""
        reply = cls.server.get(f"/ui/{name}")
        assert reply.status == 200, (name, reply)
        cls.files[name] = reply
        for other in re.findall(r'(?:src|href)="([\w.]+)"|from "\./([\w.]+)"', reply.text):
            other = other[0] or other[1]
            if other not in cls.files:
                cls.collect(other)

    def test_the_page_names_files_that_there_are_and_is_small(self):
        self.assertGreater(len(self.files), 8)
        size = sum(len(reply.body) for reply in self.files.values())
        print(f"{len(self.files)} files, {size} bytes")
        self.assertLess(size, MOST_BYTES)

    def test_nothing_in_it_needs_more_than_its_policy_allows(self):
        page = self.files[""].text
        self.assertIsNone(re.search(r"\s(on\w+|style)\s*=", page))
        self.assertIsNone(re.search(r"<style|<script(?![^>]*\bsrc=)|javascript:", page))
        for name, reply in self.files.items():
            with self.subTest(name=name):
                addresses = re.findall(r"https?://[^\s\"'`)]+", reply.text)
                self.assertLessEqual(set(addresses), {"http://www.w3.org/2000/svg"})
                markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
                self.assertIsNone(re.search(markup, reply.text))
                self.assertIn("default-src 'none'; script-src 'self'", reply.header("content-security-policy"))

    def test_a_file_that_the_browser_has_is_not_sent_again(self):
        tag = self.files["main.js"].header("etag")
        with self.server.connect() as connection:
            reply = connection.get("/ui/main.js", (("If-None-Match", tag),))
            self.assertEqual((reply.status, reply.header("content-length"), reply.header("etag")), (304, None, tag))
            self.assertEqual(connection.get("/healthz").status, 200)  # no byte of a body came
            self.assertEqual(connection.get("/ui/main.js", (("If-None-Match", '"old"'),)).status, 200)

    def test_the_address_without_its_slash_leads_to_the_page(self):
        for path, where in (("/ui", "ui/"), ("/", "ui/")):
            reply = self.server.get(path, (("Accept", "text/html"),))
            self.assertEqual((reply.status, reply.header("location")), (302, where))
        self.assertTrue(self.server.get("/").text.startswith("Welcome"))


class BelowAPath(http.server.BaseHTTPRequestHandler):
    """A proxy that has the server below /tools/events, as operators configure it."""

    PREFIX = "/tools/events"

    def _pass_on(self):
        if not self.path.startswith(self.PREFIX + "/"):
            self.send_error(404)
            return
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=10)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream.request(self.command, self.path.removeprefix(self.PREFIX), body, headers)
        reply = upstream.getresponse()
        data = reply.read()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        upstream.close()

    do_GET = do_POST = _pass_on

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


DOTS = "return document.querySelectorAll('#timeline .dot').length"


class Page(WithBrowser):
    def setUp(self):
        self.server = Server({"scrapers.names": ["prom-a"]})
        self.addCleanup(self.server.stop)
        self.addCleanup(self.leave)

    def leave(self):
        """So that the page does not complain of a server that has stopped."""
        self.browser.open("about:blank")
        self.browser.console()

    def show(self, base=None):
        self.browser.look()
        self.browser.open(base or f"http://127.0.0.1:{self.server.port}/")
        self.browser.wait_for("return document.querySelector('#state').innerText.startsWith('ready')")
        self.assertEqual(self.browser.console(), [])

    def wait_for_dots(self, count, seconds=10.0):
        self.browser.wait_for(DOTS + " === arguments[0]", count, seconds=seconds)

    def test_a_posted_event_appears_within_3_s_and_then_says_that_it_was_delivered(self):
        self.show()
        self.server.event("type=deploy&service=checkout")
        self.wait_for_dots(1, 3.0)
        self.assertEqual(self.browser.run("return document.querySelectorAll('.dot.waits').length"), 1)
        self.assertIn("prom-a", self.browser.text("#scrapers"))
        self.assertEqual(len(self.server.scrape("prom-a").events()), 1)
        self.browser.wait_for("return document.querySelectorAll('.dot:not(.waits)').length === 1", seconds=3.0)
        self.assertEqual(self.browser.console(), [])

    def test_whatever_a_sender_wrote_stays_text(self):
        query = urllib.parse.urlencode({"type": HOSTILE, "message": HOSTILE})
        self.server.event(query)
        self.server.post("/event?" + urllib.parse.quote(HOSTILE) + "=1")
        self.show()
        self.wait_for_dots(1)
        self.browser.click("summary")
        self.browser.wait_for("return document.querySelector('#list').innerText.includes('onerror')")
        self.browser.run("document.querySelector('#timeline .dot').focus()")
        self.assertIn("<script>", self.browser.text("#picked"))
        self.assertIn("<img", self.browser.text("#timeline text.row") or
                      self.browser.run("return document.querySelector('#timeline text.row').textContent"))
        self.assertIn("onerror", self.browser.text("#refused"))
        self.assertEqual(self.browser.run("return document.querySelectorAll('img, body script').length"), 0)
        self.assertEqual(self.browser.run("return document.title"), "oneshot-metrics-server")
        self.assertEqual(self.browser.console(), [])

    def test_a_script_that_got_into_the_page_would_not_run(self):
        self.show()
        self.browser.run("const s = document.createElement('script'); s.textContent = 'document.title = 1';"
                         "document.body.append(s)")
        self.assertEqual(self.browser.run("return document.title"), "oneshot-metrics-server")
        self.assertTrue(any("Content Security Policy" in line for line in self.browser.console()))

    def test_the_form_posts_an_event_and_shows_why_one_is_refused(self):
        self.show()
        self.browser.type("#labels", 'type=try message="all good"')
        self.browser.press("Enter")
        self.browser.wait_for("return document.querySelector('#posted').innerText.startsWith('Stored')")
        events = self.server.scrape("prom-a").events()
        self.assertEqual([event.labels for event in events], [{"type": "try", "message": "all good"}])
        self.browser.type("#labels", "__name=x")
        self.browser.press("Enter")
        self.browser.wait_for("return document.querySelector('#posted').innerText.startsWith('Not stored: label name')")
        self.browser.wait_for("return document.querySelector('#refused').innerText.includes('bad_label_name')")

    def test_the_timeline_has_a_row_for_each_value_of_the_label_that_is_chosen(self):
        for service in ("a", "b", "b"):
            self.server.event(f"type=deploy&service={service}")
        self.show()
        self.wait_for_dots(3)
        rows = "return [...document.querySelectorAll('#timeline text.row')].map(row => row.textContent)"
        self.assertEqual(self.browser.run(rows), ["deploy"])
        self.choose("#by", "service")
        self.browser.wait_for(rows + ".join() === 'b,a'")
        self.browser.type("#only", "service=a")
        self.browser.press("Enter")
        self.wait_for_dots(1)
        self.assertIn('events_to_metrics{service="a"}[1h]', self.browser.text("#recipes"))

    def choose(self, selector, value):
        self.browser.run("const field = document.querySelector(arguments[0]); field.value = arguments[1];"
                         "field.dispatchEvent(new Event('change', {bubbles: true}))", selector, value)

    def test_a_drag_zooms_and_the_button_shows_all_again(self):
        self.server.event("type=deploy")
        self.show()
        self.wait_for_dots(1)
        self.browser.drag("#timeline svg", 0.1, 0.4)
        self.wait_for_dots(0)
        self.browser.click("#all")
        self.wait_for_dots(1)

    def test_the_keyboard_reaches_every_event_and_zooms(self):
        for n in range(3):
            self.server.event(f"type=deploy&n={n}")
        self.show()
        self.wait_for_dots(3)
        self.browser.run("document.querySelector('#all').disabled = false; document.querySelector('#all').focus()")
        self.browser.press("Tab")
        label = "return document.activeElement.getAttribute('aria-label') ?? ''"
        self.assertIn("n=2", self.browser.run(label))  # the newest one; a single stop for all of them
        self.browser.press("Left", "Left")
        self.assertIn("n=0", self.browser.run(label))
        self.assertIn("n=0", self.browser.text("#picked"))
        self.browser.press("+")
        self.browser.wait_for("return document.querySelector('#count').innerText.includes('between')")
        self.browser.press("Escape")
        self.browser.wait_for("return !document.querySelector('#count').innerText.includes('between')")
        self.assertIn("n=0", self.browser.run(label))  # the focus outlives what is drawn anew

    def test_the_page_of_a_single_server_shows_nothing_of_a_cluster(self):
        self.show()
        self.assertNotIn("cluster", self.browser.text("body").lower())
        self.assertIsNone(self.browser.run("return document.querySelector('#cluster').offsetParent"))

    def test_an_api_that_confirms_nobody_is_shown_with_why(self):
        self.server = Server({"scrapers.names": ["prom-a"], "confirm.prom-a.url": "http://127.0.0.1:1"})
        self.addCleanup(self.server.stop)
        self.show()
        self.browser.wait_for("return document.querySelector('#scrapers').innerText.includes('EVENTS WAIT')")
        self.assertIn("its API at http://127.0.0.1:1 has not answered for", self.browser.text("#scrapers"))
        self.assertIn("Connection refused", self.browser.text("#scrapers"))

    def test_each_field_and_table_has_a_name(self):
        self.show()
        unnamed = self.browser.run(
            "return [...document.querySelectorAll('input, select, button, meter, [role=region], [role=group]')]"
            ".filter(e => !(e.labels?.length || e.innerText || e.ariaLabel || e.getAttribute('aria-labelledby')))"
            ".map(e => e.outerHTML)")
        self.assertEqual(unnamed, [])
        self.assertEqual(self.browser.run("return document.querySelectorAll("
                                          "'table:not(:has(caption), [hidden] *)').length"), 1)
        self.assertEqual(self.browser.run("return document.querySelectorAll('main, header, h1').length"), 3)

    def test_nothing_scrolls_sideways_at_360_px_in_either_scheme(self):
        for n in range(12):
            self.server.event(f"type={'very-long-kind-of-an-event-' * 4}{n}&message={'word' * 60}")
        self.server.post("/event?" + "x-" * 60 + "=1")
        self.show()
        self.wait_for_dots(12)
        self.browser.click("summary")
        grounds = []
        for scheme in ("light", "dark"):
            self.browser.look(360, 740, scheme)
            self.browser.wait_for("return innerWidth === 360")
            wide = self.browser.run("return document.documentElement.scrollWidth")
            self.assertLessEqual(wide, 360, scheme)
            grounds.append(self.browser.run("return getComputedStyle(document.body).backgroundColor"))
            self.keep_picture(f"360-{scheme}")
        self.assertNotEqual(*grounds)

    def test_an_ordinary_hour_is_what_the_picture_in_the_readme_shows(self):
        hour = [("deploy", "checkout"), ("deploy", "cart"), ("cron", "backup"), ("failover", "db-1"),
                ("deploy", "search"), ("cron", "backup"), ("deploy", "checkout"), ("restart", "search"),
                ("cron", "reports"), ("deploy", "cart")]
        for place, (kind, service) in enumerate(hour):
            if place == len(hour) - 3:
                self.server.scrape("prom-a")
                self.server.scrape("prom-b")
            self.server.event(f"type={kind}&service={service}")
            self.let_time_pass()
        self.server.scrape("prom-b")
        self.server.post("/event?type=deploy&ttl=60")
        self.show()
        self.choose("#range", "300")
        self.wait_for_dots(len(hour))
        self.assertEqual(self.browser.run("return document.querySelectorAll('#timeline .dot.waits').length"), 3)
        for word in ("prom-a", "prom-b"):
            self.assertIn(word, self.browser.text("#scrapers"))
        self.assertIn("ttl", self.browser.text("#refused"))
        for scheme in ("light", "dark"):
            self.browser.look(1000, 860, scheme)
            self.keep_picture(f"hour-{scheme}")

    @staticmethod
    def let_time_pass():
        if "ONESHOT_PICTURES" in os.environ:
            time.sleep(20)  # a picture shows nothing where all events are of one moment

    def keep_picture(self, name):
        """For people, where ONESHOT_PICTURES names a folder."""
        folder = os.environ.get("ONESHOT_PICTURES")
        if folder:
            self.browser.screenshot(os.path.join(folder, f"page-{name}.png"))

    def test_it_works_below_a_path_of_a_proxy(self):
        proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BelowAPath)
        proxy.upstream = self.server.port
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(proxy.server_close)
        self.addCleanup(proxy.shutdown)
        self.show(f"http://127.0.0.1:{proxy.server_port}{BelowAPath.PREFIX}/")
        self.assertTrue(self.browser.run("return location.pathname").endswith("/tools/events/ui/"))
        self.browser.type("#labels", "type=below")
        self.browser.press("Enter")
        self.wait_for_dots(1)
        self.assertIn('metrics_path: "/tools/events/metrics"', self.browser.text("#recipes"))

    def test_a_server_that_is_gone_is_said_so_and_found_again(self):
        self.show()
        port = self.server.port
        self.server.stop()
        self.browser.wait_for("return document.querySelector('#state').innerText.includes('does not answer')")
        self.server = Server({"server.port": port})
        self.addCleanup(self.server.stop)
        self.browser.wait_for("return document.querySelector('#state').innerText.startsWith('ready')")


if __name__ == "__main__":
    runner.main()
