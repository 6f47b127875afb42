# SPDX-License-Identifier: MIT
"""Confirmation where events have labels with the names of their target's, with a real Prometheus and a real
VictoriaMetrics: with honor_labels the store has the event's value, without the target's. Such an event is neither
missed, sent again nor counted as refused, and one that the scraper drops is told from it.

Two scrapers with one store, so that each sees the events of the other too.
"""

import signal
import unittest

from harness import programs, runner
from harness.prometheus import Prometheus
from harness.scrape_jobs import Job
from harness.server import Server
from harness.sockets import free_port
from harness.victoria_metrics import VictoriaMetrics
from harness.waiting import wait_until

NAMES = ("prom-a", "prom-b")
EVENTS = {"nightly": "type=backup&job=nightly", "checkout": "service=checkout", "drop": "type=backup",
          "both": "pod=a&exported_pod=b&instance=c.d%7Ce", "empty": "job=", "plain": "type=backup"}
DROP = [{"source_labels": ["id"], "regex": "drop", "action": "drop"}]
DISCOVERED = [{"target_label": name, "replacement": f"target-{name}"} for name in ("service", "pod")]


class ConfirmLabels(unittest.TestCase):
    def start(self, make_store, kind, honored):
        port = free_port()
        settings = {"server.port": port, "log.level": "debug"}
        self.server = Server(settings)
        self.addCleanup(self.server.kill)
        jobs = {f"job-of-{name}": Job(port, name, honor_labels=honored, metric_relabel_configs=DROP,
                                      relabel_configs=DISCOVERED) for name in NAMES}
        store = make_store(jobs)
        self.addCleanup(store.stop)
        for name in NAMES:
            settings.update({f"confirm.{name}.url": f"http://127.0.0.1:{store.port}", f"confirm.{name}.kind": kind,
                             f"confirm.{name}.patience_seconds": 3})
        self.server.configure(settings)
        self.server.signal(signal.SIGHUP)
        self.server.wait_for_log(lambda l: l["msg"] == "reloaded", "that it knows the stores")
        wait_until(lambda: self.server.get(f"/metrics?peek=1&scraper={NAMES[0]}").status == 200, "a scrape", 30)
        wait_until(lambda: self.all("oneshot_confirm_active", 1), "confirmation", 30)
        return store

    def all(self, metric, wanted, **labels):
        page = self.server.peek(NAMES[0])
        return all(page.value(metric, scraper=name, **labels) == wanted for name in NAMES)

    def each_is_stored_once(self, stored):
        for name, labels in EVENTS.items():
            self.assertEqual(self.server.post(f"/event?id={name}&{labels}").status, 200)
        wait_until(lambda: self.all("oneshot_events_refused_total", 1), "the dropped one counts as refused", 60, 0.3)
        wait_until(lambda: self.all("oneshot_events_waiting", 0) and self.all("oneshot_events_in_flight", 0),
                   "nothing waits", 30)
        counts = {}
        for labels, count in stored():
            counts[labels["id"]] = counts.get(labels["id"], 0) + count
        self.assertEqual(counts, {name: len(NAMES) for name in EVENTS if name != "drop"})
        for reason in ("refused", "absent", "vanished"):
            self.assertTrue(self.all("oneshot_batches_refuted_total", 0, reason=reason), reason)

    def with_prometheus(self, honored):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        store = self.start(lambda jobs: Prometheus(program, jobs), "prometheus", honored)
        self.each_is_stored_once(lambda: store.query('count_over_time(events_to_metrics{id!=""}[1h])'))

    def with_victoria_metrics(self, honored):
        program = programs.need("victoria-metrics", "ONESHOT_VICTORIA_METRICS")
        store = self.start(lambda jobs: VictoriaMetrics(program, jobs), "victoriametrics", honored)
        self.each_is_stored_once(lambda: [(labels, len(samples)) for labels, samples
                                          in store.export('events_to_metrics{id!=""}')])

    def test_prometheus_with_honor_labels(self):
        self.with_prometheus(True)

    def test_prometheus_without_honor_labels(self):
        self.with_prometheus(False)

    def test_victoria_metrics_with_honor_labels(self):
        self.with_victoria_metrics(True)

    def test_victoria_metrics_without_honor_labels(self):
        self.with_victoria_metrics(False)


if __name__ == "__main__":
    runner.main()
