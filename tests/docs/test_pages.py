# SPDX-License-Identifier: MIT
"""README.md and pages of docs/ are done as their reader would, from top to bottom; steps.py says how a page tells what
to do. The tables of what is posted, and of what a query finds, are held to the real server and a real Prometheus."""

import os
import re
import subprocess
import unittest

from docs.reader import Reading
from docs.steps import code, rows, steps
from harness import programs, runner
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.waiting import wait_until

PAGES = ("README.md", "docs/posting.md", "docs/bodies.md", "docs/prometheus.md", "docs/operating.md", "docs/faq.md",
         "docs/unix-sockets.md")


def seen(server, *sent):
    """The lines of events that a scrape shows after these were posted: each `?QUERY`, or arguments of curl."""
    for what in sent:
        url = f"http://127.0.0.1:{server.port}/event"
        rest = f"-X POST '{url}{what}'" if what.startswith("?") else f"{what} {url}"
        ran = subprocess.run(["sh", "-c", f"curl -sS --fail-with-body {rest}"], capture_output=True, text=True,
                             timeout=20, check=False)
        assert ran.returncode == 0, (what, ran.stdout, ran.stderr)
    return re.findall(r"^events_to_metrics\{.*", server.get("/metrics?scraper=page").body.decode(), re.MULTILINE)


class Pages(Reading):
    """A test for each page is made below."""

    def do_sent(self, _, table):
        with Server({"scrapers.names": ["page"]}) as plain, \
                Server({"scrapers.names": ["page"]}, env={"USE_EXPLICIT_TIMESTAMPS": "true"}) as timed:
            for sent, shown in rows(table):
                *posts, = [what for what in code(sent) if what[0] in "?-"]
                times = 3 if sent.startswith("three times") else 1
                explicit = "USE_EXPLICIT_TIMESTAMPS" in sent
                lines = seen(timed if explicit else plain, *posts * times)
                self.assertEqual([re.sub(r" \d{13}$", " T", line) for line in lines],
                                 [re.sub(r" \d{13}$", " T", code(shown)[0])] * (times if explicit else 1), sent)

    def do_answers(self, *_):
        """Queries, below, has these."""

    def do_finds(self, _, table):
        """Each query finds something, once Prometheus has what the page has posted."""
        if self.prometheus is None:
            return
        # Nobody's backup has failed on that page, and an alert should find that too.
        self.reader.run("curl http://localhost:8090/event -d type=backup_failed")
        for query, *_ in rows(table):
            expression = code(query)[0]
            wait_until(lambda: self.prometheus.finds(expression), f"{expression} finds something", 20, 0.2)


class Queries(unittest.TestCase):
    def test_have_the_answers_that_the_page_about_prometheus_promises(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        (table,) = [text for kind, _, text in steps("docs/prometheus.md") if kind == "answers"]
        with Server({"scrapers.names": ["page"]}) as server, \
                Prometheus(program, {"events": Job(server.port, "page")}) as prometheus:
            def post(*events):
                before = len(prometheus.samples('up{job="events"}'))
                for event in events:
                    server.event(event)
                # The second scrape after them surely began after them, and ends what the one before has brought.
                wait_until(lambda: len(prometheus.samples('up{job="events"}')) >= before + 3, "three scrapes", 20, 0.1)
            post(*["type=deploy&service=checkout"] * 3, "type=backup&value=42.5")
            post("type=deploy&service=checkout")
            for query, answer, *_ in rows(table):
                found = [value for _, value in prometheus.query(code(query)[0])]
                self.assertEqual(found, [] if answer == "nothing" else [float(answer)], query)


class Steps(unittest.TestCase):
    def test_readme_stays_a_page_to_start_from(self):
        size = os.path.getsize(os.path.join(programs.ROOT, "README.md"))
        self.assertLessEqual(size, 10240, "what is only for some readers belongs on a page of docs/")

    def test_of_each_page_are_marked(self):
        for page in PAGES:
            self.assertTrue({kind for kind, *_ in steps(page)} & {"run", "prometheus"}, page)


for _page in PAGES:
    _title = "test_what_" + re.sub(r"\W", "_", _page.removesuffix(".md")) + "_says_works"
    setattr(Pages, _title, lambda self, page=_page: self.read(page))


if __name__ == "__main__":
    runner.main()
