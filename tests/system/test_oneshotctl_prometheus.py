# SPDX-License-Identifier: MIT
"""oneshotctl with a real Prometheus: the job that it prints brings the events, and doctor finds what was made wrong."""

import json

from harness import programs, runner
from harness.oneshotctl import Case, run
from harness.prometheus import Prometheus
from harness.server import Server
from harness.waiting import wait_until


class PrintedJob(Prometheus):
    """Runs with a text as its config."""

    def __init__(self, program, config):
        self._config = config
        super().__init__(program, {})

    def command(self):
        self.write("prometheus.yml", self._config)
        return super().command()


class RealPrometheus(Case):
    def setUp(self):
        self.program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        self.server = Server({"scrapers.names": ["prom-a"]})
        self.addCleanup(self.server.stop)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.config = "scrape_configs:\n" + self.done("scrape-config", "prom-a", "--url", self.url, "--interval", "1s")

    def prometheus(self, config):
        prometheus = PrintedJob(self.program, config)
        self.addCleanup(prometheus.stop)
        return prometheus

    def findings(self, prometheus):
        """What doctor says of the Prometheus."""
        done = run("doctor", "--json", "--url", self.url, "--prometheus", prometheus.url)
        self.assertEqual(done.err, "")
        return [one["text"] for one in json.loads(done.out) if one["where"] == "prometheus"]

    def test_the_printed_job_brings_an_event_to_prometheus_once_with_its_own_job(self):
        prometheus = self.prometheus(self.config)
        self.done("post", "type=deploy", "job=mine", "--value", "42.5", "--url", self.url)
        found = wait_until(lambda: prometheus.query('last_over_time(events_to_metrics{type="deploy"}[1h])'),
                           "the event is stored", 30)
        self.assertEqual([(labels["job"], value) for labels, value in found], [("mine", 42.5)])
        self.assertEqual(prometheus.query('count_over_time(events_to_metrics[1h])')[0][1], 1)

    def test_doctor_finds_what_of_a_running_prometheus_is_wrong(self):
        bad = self.config.replace("honor_labels: true", "sample_limit: 5")
        prometheus = self.prometheus(bad)
        wait_until(lambda: any("is down" in text for text in self.findings(prometheus)), "a scrape over the limit", 30)
        found = "\n".join(self.findings(prometheus))
        self.assertIn("sample_limit 5 is below 10116", found)
        self.assertIn("honor_labels: true", found)
        self.assertIn("sample limit exceeded", found)

    def test_doctor_finds_a_prometheus_that_scrapes_elsewhere(self):
        text, = self.findings(self.prometheus("scrape_configs: []\n"))
        self.assertIn(f"no job scrapes 127.0.0.1:{self.server.port}", text)


if __name__ == "__main__":
    runner.main()
