# SPDX-License-Identifier: MIT
"""docs/metrics.md has a row for each metric that the real server shows, with its type, and for each alert of config/,
with its severity; and for no other."""

import fnmatch
import glob
import os
import re
import unittest

from docs.steps import code, rows
from harness import programs, runner
from harness.server import Server

PAGE = os.path.join(programs.ROOT, "docs", "metrics.md")
# With a metric behind each of these, every family is there.
SETTINGS = {"scrapers.names": ["page"], "confirm.page.url": "http://127.0.0.1:9",
            "webhooks.alerts.preset": "alertmanager",
            "clients.all.token_sha256": "0" * 64, "clients.all.rights": ["post"],
            "clients.anonymous.rights": ["post", "scrape", "view"], "events.counter_labels": ["type"]}
FAMILY = {"METRIC_events_total": "events_to_metrics_events_total"}


def documented():
    """{name or pattern: type} of the table; types are given in the order of the names, or once for all."""
    with open(PAGE, encoding="utf-8") as file:
        table = re.search(r"^\| metric \|.*?(?=\n\n)", file.read(), re.MULTILINE | re.DOTALL)[0]
    found = {}
    for names, types, _ in rows(table):
        names = [FAMILY.get(name.partition("{")[0], name.partition("{")[0]) for name in code(names)]
        types = types.split(", ")
        assert len(types) in (1, len(names)) or "process_*" in names, names
        for number, name in enumerate(names):
            found[name] = types[number] if len(types) == len(names) else types[0]
    return found


class Metrics(unittest.TestCase):
    def test_each_has_a_row_with_its_type_and_each_row_its_metric(self):
        with Server(SETTINGS) as server:
            server.event("type=deploy")
            text = server.get("/metrics?scraper=page").body.decode()
        shown = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
        shown.pop("events_to_metrics")  # the events themselves
        table = documented()
        for name, kind in shown.items():
            (row, *_) = [row for row in table if fnmatch.fnmatchcase(name, row)] or [None]
            self.assertIsNotNone(row, f"docs/metrics.md has no row for {name}")
            if "*" not in row:
                self.assertEqual(table[row], kind, name)
        for row in table:
            if row.startswith("oneshot_cluster_"):
                continue  # tests/cluster/test_replicas.py looks at a replica
            self.assertTrue(fnmatch.filter(shown, row), f"docs/metrics.md has a row for {row}, which is not shown")

    def test_alerts_are_those_of_the_rule_files(self):
        rules = []
        for path in sorted(glob.glob(os.path.join(programs.ROOT, "config", "prometheus-alerts*.yml"))):
            with open(path, encoding="utf-8") as file:
                rules += re.findall(r"- alert: (\w+)\n.*?severity: (\w+)", file.read(), re.DOTALL)
        self.assertGreater(len(rules), 30)
        with open(PAGE, encoding="utf-8") as file:
            table = re.search(r"^\| alert \|.*", file.read(), re.MULTILINE | re.DOTALL)[0]
        self.assertEqual(sorted((code(name)[0], severity) for name, severity, _ in rows(table)), sorted(rules))


if __name__ == "__main__":
    runner.main()
