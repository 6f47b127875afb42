# SPDX-License-Identifier: MIT
"""config/grafana is what Grafana takes, and each query of the dashboard finds something in a real Prometheus that
scrapes the real server; those of losses, which nobody has had, find something without their `> 0`."""

import json
import os
import re
import tempfile
import unittest

from docs import grafana_types
from harness import programs, runner
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.waiting import wait_until

FOLDER = os.path.join(programs.ROOT, "config", "grafana")
# What Grafana brings along itself, of which the dashboard may use any.
PANELS = {"barchart", "bargauge", "gauge", "logs", "row", "stat", "state-timeline", "table", "text", "timeseries"}
VARIABLES = {"$__interval": "15s", "$__rate_interval": "15s", "$__range": "1h", "$type": ".*", "$server": ".*",
             "${datasource}": "prometheus"}
# Nothing like that happens in this test.
NEVER = ("oneshot_events_dropped_total", "oneshot_events_given_up_total", "oneshot_events_unclaimed_total")


def dashboard():
    with open(os.path.join(FOLDER, "dashboard.json"), encoding="utf-8") as file:
        return json.load(file)


def filled_in(expression):
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression, expression
    return expression


def expressions():
    """Of panels and annotations."""
    made = dashboard()
    found = [target["expr"] for panel in made["panels"] for target in panel.get("targets", ())]
    for mark in made["annotations"]["list"]:
        assert mark["expr"] == mark["target"]["expr"] and mark["step"] == mark["target"]["interval"], mark
        found.append(mark["expr"])
    return found


class Dashboard(unittest.TestCase):
    def test_has_panels_that_grafana_knows_with_ids_titles_and_places_of_their_own(self):
        panels = dashboard()["panels"]
        for panel in panels:
            self.assertIn(panel["type"], PANELS, panel["title"])
            self.assertTrue(panel["type"] == "row" or panel["description"], panel["title"])
            names = [target["refId"] for target in panel.get("targets", ())]
            self.assertEqual(len(set(names)), len(names), panel["title"])
        for name in ("id", "title"):
            self.assertEqual(len({panel[name] for panel in panels}), len(panels), name)
        taken = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, f"{panel['title']} lies over another panel")
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells

    def test_names_its_source_by_a_variable_alone(self):
        made = dashboard()
        declared = {variable["name"] for variable in made["templating"]["list"]}
        text = json.dumps(made)
        self.assertEqual(set(re.findall(r'"uid": "(?!oneshot-events")([^"]*)"', text)), {"${datasource}"})
        used = set(re.findall(r"\$\{?([a-z]\w*)", text))
        self.assertEqual(used, declared)

    def test_is_one_by_grafanas_own_types(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(grafana_types.complaints(dashboard(), folder), [])

    def test_with_a_misspelt_key_would_be_none(self):
        made = dashboard()
        made["panels"][1]["fieldConfig"]["defaults"]["unti"] = "s"
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("unti", "".join(grafana_types.complaints(made, folder)))


class Queries(unittest.TestCase):
    def test_each_finds_something(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        settings = {"scrapers.names": ["page"], "clients.anonymous.rights": ["post", "scrape", "view"]}
        with Server(settings) as server, Prometheus(program, {"events": Job(server.port, "page")}) as prometheus:
            wait_until(lambda: prometheus.finds("oneshot_build_info"), "Prometheus has scraped", 20, 0.2)
            for expression in map(filled_in, expressions()):
                if any(name in expression for name in NEVER):
                    self.assertFalse(prometheus.finds(expression), expression)
                    expression = expression.removesuffix(" > 0")
                def found():
                    # Refusals of each kind, too, so that their counters grow within any window.
                    server.event("type=deploy&service=checkout")
                    server.post("/event?a-b=1")
                    server.get("/metrics?scrapper=page")
                    server.get("/metrics?scraper=page", headers=[("Authorization", "Bearer guessed")])
                    return prometheus.finds(expression)
                wait_until(found, f"{expression} finds something", 30, 0.3)
            for variable in dashboard()["templating"]["list"]:
                if variable["type"] == "query":
                    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
                    values = f'count by ({label}) (count_over_time({metric}{{{label}!=""}}[5m]))'
                    self.assertTrue(prometheus.finds(values), values)


class Provisioning(unittest.TestCase):
    def read(self, name):
        yaml = programs.need_module("yaml", "python3-yaml")
        with open(os.path.join(FOLDER, "provisioning", name), encoding="utf-8") as file:
            return yaml.safe_load(file)

    def test_names_a_prometheus_and_a_folder(self):
        (source,) = self.read("datasources/prometheus.yaml")["datasources"]
        self.assertEqual((source["type"], source["access"]), ("prometheus", "proxy"))
        self.assertEqual(source["jsonData"]["timeInterval"], "15s")
        (provider,) = self.read("dashboards/oneshot.yaml")["providers"]
        self.assertEqual((provider["type"], provider["options"]), ("file", {"path": "/var/lib/grafana/dashboards"}))
        for name in ("datasources/prometheus.yaml", "dashboards/oneshot.yaml"):
            self.assertEqual(self.read(name)["apiVersion"], 1)


if __name__ == "__main__":
    runner.main()
