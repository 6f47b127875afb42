# SPDX-License-Identifier: MIT
"""The alerts that come with the server: as promtool sees them, against what the real binary exposes, and in a
real Prometheus while events get lost."""

import glob
import os
import re
import subprocess
import unittest

from harness import programs, runner
from harness.exposition import parse
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.waiting import wait_until

ALERTS = sorted(glob.glob(os.path.join(programs.ROOT, "config", "prometheus-alerts*.yml")))
CASES = sorted(glob.glob(os.path.join(programs.ROOT, "tests", "alerts", "*-test.yml")))
OF_PROMETHEUS = {"up", "scrape_samples_scraped"}  # what it says about a target

_RULE = re.compile(r"^( +)- alert: (\w+)\n(.*?)(?=^ *- |^#|\Z)", re.MULTILINE | re.DOTALL)
_EXPRESSION = re.compile(r"^( +)expr: (?:\|\n((?:\1  .*\n)+)|(.*)\n)", re.MULTILINE)
_SELECTOR = re.compile(r"\b((?:oneshot|process|events_to_metrics|up|scrape)(?:_[a-z_]+)?)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|=)"([^"]*)"')


def read(paths):
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    return "\n".join(texts)


def expressions():
    """{alert: its expression}."""
    found = {}
    for _, name, rest in _RULE.findall(read(ALERTS)):
        _, block, line = _EXPRESSION.search(rest).groups()
        found[name] = block or line
    return found


class Rules(unittest.TestCase):
    def promtool(self, *arguments):
        program = programs.need("promtool", "ONESHOT_PROMTOOL")
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=150, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_promtool_takes_the_alerts(self):
        found = re.findall(r"(\d+) rules found", self.promtool("check", "rules", *ALERTS))
        self.assertEqual(sum(map(int, found)), len(expressions()))

    def test_each_alert_fires_when_it_should_and_only_then(self):
        self.promtool("test", "rules", *CASES)
        # Each question is for all that fires: an alert that one case names is silent in the others.
        self.assertEqual(set(re.findall(r'alertname="(\w+)"', read(CASES))), set(expressions()))

    def test_each_alert_says_what_happened_and_what_to_do(self):
        for _, name, rest in _RULE.findall(read(ALERTS)):
            with self.subTest(name):
                for word in ("severity: ", "summary: ", "description: "):
                    self.assertEqual(rest.count(word), 1, word)

    def test_the_server_exposes_each_metric_and_label_that_an_alert_asks_for(self):
        with Server({"scrapers.names": ["somebody"], "confirm.somebody.url": "http://127.0.0.1:1"}) as server:
            shown = server.scrape("somebody")
        for alert, expression in expressions().items():
            for metric, matchers in _SELECTOR.findall(expression):
                if metric in OF_PROMETHEUS or metric.startswith("oneshot_cluster_"):  # tests/docs holds those to a list
                    continue
                with self.subTest(f"{metric}{{{matchers}}} of {alert}"):
                    self.assertIn(metric, shown.types)
                    for label, _, values in _MATCHER.findall(matchers):
                        exposed = {sample.labels.get(label) for sample in shown.family(metric)}
                        self.assertLessEqual(set(values.split("|")), exposed)


class RealPrometheus(unittest.TestCase):
    def dropped(self, server, scraper):
        shown = parse(server.get("/metrics?peek=1&scraper=watch").body)
        found = shown.find("oneshot_events_dropped_total", scraper=scraper, reason="full")
        return found is not None and found.value > 0

    def test_an_operator_is_told_of_a_full_log_a_forgotten_scraper_and_a_bad_event(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        settings = {"storage.capacity_mib": 1, "scrapers.forget_after_seconds": 4,
                    "scrapers.names": ["away", "watch"]}
        with Server(settings) as server:
            prometheus = Prometheus(program, {"watch": Job(server.port, "watch")}, options={"rule_files": ALERTS})
            try:
                wait_until(lambda: prometheus.query("oneshot_build_info"), "a first scrape", 10, 0.1)
                server.scrape("leaver")
                server.event("type=for_leaver")
                for _ in range(2):  # a receipt earns its place: of a stranger nobody misses anything
                    server.scrape("leaver")
                while not self.dropped(server, "away"):
                    for _ in range(100):  # what a scrape reads just now keeps its room: then an event has to come again
                        self.assertIn(server.post("/event?type=many&text=" + "x" * 500).status, (200, 503))
                self.assertEqual(server.post("/event?a-b=1").status, 400)
                expected = {"OneshotEventsLostLogFull", "OneshotEventsLostScraperForgotten",
                            "OneshotBadEvents"}
                wait_until(lambda: expected <= set(prometheus.firing()), "three alerts", 20, 0.2)
                firing = prometheus.firing()
                rules = prometheus.rules()
            finally:
                prometheus.stop()
        full, forgotten = ({alert["labels"]["scraper"] for alert in firing[name]} for name in (
            "OneshotEventsLostLogFull", "OneshotEventsLostScraperForgotten"))
        self.assertIn("away", full)
        self.assertEqual(forgotten, {"leaver"})
        for alert in sum(firing.values(), []):
            for text in alert["annotations"].values():
                self.assertNotRegex(text, "error expanding|<no value>|  ")
        self.assertEqual({rule["name"]: rule["lastError"] for rule in rules if rule.get("lastError")}, {})
        self.assertEqual({rule["name"] for rule in rules}, set(expressions()))


if __name__ == "__main__":
    runner.main()
