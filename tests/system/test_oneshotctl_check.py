# SPDX-License-Identifier: MIT
"""oneshotctl scrape-config and check: a job that a real Prometheus takes, and what of a scrape config does not fit."""

import json
import os
import re
import subprocess
import tempfile

from harness import programs, runner
from harness.oneshotctl import Case, run
from harness.server import toml

GOOD = """
scrape_configs:
  - job_name: events
    scrape_interval: 15s
    params: {scraper: [prom-a]}
    honor_labels: true
    static_configs: [{targets: ["localhost:8090"]}]
"""


class InFolder(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, text, name="prometheus.yml"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


class ScrapeConfig(InFolder):
    def config(self, *args):
        return "scrape_configs:\n" + self.done("scrape-config", "prom-a", *args)

    def test_the_job_is_one_of_which_check_says_nothing(self):
        self.assertEqual(self.done("check", self.write(self.config())), "")
        server = self.write(toml({"events.use_explicit_timestamps": True, "scrapers.names": ["prom-a"]}), "server.toml")
        self.assertEqual(self.done("check", self.write(self.config("--timestamps")), "--config", server), "")

    def test_a_control_character_in_a_name_leaves_it_valid_yaml(self):
        secret = self.write("s3cret", "secret")
        text = self.config("--user", "a\x7fb", "--password-file", secret)
        self.assertIn('username: "a\\u007fb"', text)
        self.assertEqual(self.done("check", self.write(text)), "")

    def test_promtool_takes_it_in_every_form(self):
        promtool = programs.need("promtool", "ONESHOT_PROMTOOL")
        secret = self.write("s3cret", "secret")
        said = subprocess.run([promtool, "--version"], capture_output=True, timeout=30, check=True)
        major, minor = map(int, re.search(r"version (\d+)\.(\d+)", (said.stdout + said.stderr).decode()).groups())
        timestamps = ("--timestamps",) if (major, minor) >= (2, 48) else ()
        for args in ((), (*timestamps, "--interval", "1m30s"),
                     ("--url", "https://events.example:8443/sub", "--token-file", secret, "--cacert", secret),
                     ("--url", "http://[::1]:8090", "--user", "me\"", "--password-file", secret)):
            path = self.write(self.config(*args))
            done = subprocess.run([promtool, "check", "config", path], capture_output=True, timeout=30, check=False)
            self.assertEqual(done.returncode, 0, (args, done, self.config(*args)))

    def test_the_url_is_the_jobs_address(self):
        text = self.config("--url", "https://events.example:8443/sub/")
        for line in ("scheme: https", 'metrics_path: "/sub/metrics"', 'targets: ["events.example:8443"]',
                     'scraper: ["prom-a"]', "honor_labels: true"):
            self.assertIn(line, text)
        self.assertNotIn("scheme", self.config())

    def test_the_certificates_are_files_of_the_prometheus_which_may_be_elsewhere(self):
        text = self.config("--url", "https://events.example", "--cacert", "/elsewhere/ca.pem")
        self.assertIn("/elsewhere/ca.pem", text)

    def test_what_is_no_name_or_interval_is_refused(self):
        self.refused("scrape-config", words=["the name of one scraper must follow"])
        self.refused("scrape-config", "a b", words=["1 to 128 letters"])
        self.refused("scrape-config", "a", "--interval", "15", words=["such as 15s"])
        self.refused("scrape-config", "a", "--interval", "5s1m", words=["such as 15s"])


class Check(InFolder):
    def findings(self, text, server=None, *args):
        """(line, weight, text) of each; the exit status must fit."""
        path = self.write(text)
        if server is not None:
            args += ("--config", self.write(toml(server), "server.toml"))
        done = run("check", path, "--json", *args)
        self.assertEqual(done.err, "")
        found = json.loads(done.out)
        self.assertEqual({one["where"] for one in found} | {path}, {path})
        self.assertEqual(done.status, 1 if any(one["weight"] == "error" for one in found) else 0)
        return [(one.get("line"), one["weight"], one["text"]) for one in found]

    def one(self, text, line, weight, *words, server=None, args=()):
        found = self.findings(text, server, *args)
        self.assertEqual([(at, how) for at, how, _ in found], [(line, weight)], found)
        for word in words:
            self.assertIn(word, found[0][2])

    def test_a_config_as_the_readme_has_it_is_good(self):
        self.assertEqual(self.findings(GOOD), [])

    def test_a_line_for_people_names_file_line_and_weight(self):
        path = self.write(GOOD.replace("    honor_labels: true\n", "    sample_limit: 10\n"))
        done = run("check", path)
        self.assertEqual(done.status, 1)
        first, second = done.out.splitlines()
        self.assertRegex(first, rf'^{path}:3: warning: job "events": .*honor_labels: true$')
        self.assertRegex(second, rf'^{path}:6: error: job "events": sample_limit 10 is below 10116')

    def test_no_job_scrapes_the_server(self):
        elsewhere = GOOD.replace("    params: {scraper: [prom-a]}\n", "").replace("8090", "80")
        for text in ("", "scrape_configs: []", elsewhere):
            self.one(text, None, "error", "no job scrapes localhost:8090", "oneshotctl scrape-config")
        other = GOOD.replace("    params: {scraper: [prom-a]}\n", "").replace("localhost:8090", "events.example:80")
        self.one(other, 3, "warning", "without a name", args=("--url", "http://events.example"))

    def test_the_name_of_the_scraper(self):
        self.one(GOOD.replace("params: {scraper: [prom-a]}", ""), 3, "warning", "without a name", "scraper: [prom-a]")
        self.one(GOOD.replace("[prom-a]", "[prom a]"), 5, "error", "1 to 128 letters")
        self.one(GOOD.replace("[prom-a]", "[a, b]"), 5, "error", "one name")
        self.one(GOOD, 5, "warning", "not in scrapers.names", server={"scrapers.names": ["prom-b"]})
        twice = GOOD + "  - job_name: more\n    honor_labels: true\n    params: {scraper: [prom-a]}\n"
        self.one(twice, 10, "error", 'job "more"', 'job "events"', "each event reaches one of the two")

    def test_a_name_in_two_files_is_used_twice_too(self):
        first, second = self.write(GOOD, "a.yml"), self.write(GOOD.replace("events", "more"), "b.yml")
        done = run("check", first, second)
        self.assertEqual((done.status, done.out.count("\n")), (1, 1), done)
        self.assertIn(f"{second}:5: error", done.out)

    def test_parameters_that_the_server_refuses(self):
        self.one(GOOD.replace("[prom-a]", "[prom-a], scrapper: [x]"), 5, "error", '"scrapper"', "400")
        self.one(GOOD.replace("[prom-a]", '[prom-a], peek: ["1"]'), 5, "error", "no event is ever delivered")

    def test_since_is_told_what_it_does_and_does_not(self):
        since = GOOD.replace("[prom-a]", "[prom-a], since: [1h]")
        self.one(since, 5, "warning", "only a scraper that is new", "one that is known goes on", "after a restart",
                 "scrapers.names")

    def test_limits_by_which_prometheus_throws_a_scrape_away(self):
        def job(line):
            return GOOD + f"    {line}\n"
        self.one(job("sample_limit: 10115"), 8, "error", "10115 is below 10116")
        self.one(job("sample_limit: 10116"), 8, "warning", "10116 is below 11625", "scrapers.max allows 64 that")
        self.assertEqual(self.findings(job("sample_limit: 11625")), [])
        self.assertEqual(self.findings(job("sample_limit: 0")), [], "0 is no limit")
        names = {"scrapers.names": ["prom-a", "prom-b"], "scrapers.max_events_per_scrape": 100, "scrapers.max": 0}
        self.one(job("sample_limit: 237"), 8, "error", "below 238", server=names)
        self.assertEqual(self.findings(job("sample_limit: 238"), names), [])
        self.one("global: {sample_limit: 500}" + GOOD, 3, "error", "500 is below")
        self.one(job("body_size_limit: 12MB"), 8, "error", "12582912")
        self.assertEqual(self.findings(job("body_size_limit: 13MiB")), [])
        self.one(job("label_limit: 30"), 8, "warning", "events.max_labels = 27")
        self.assertEqual(self.findings(job("label_limit: 30"), {"events.max_labels": 27,
                                                                "scrapers.names": ["prom-a"]}), [])
        self.one(job("label_value_length_limit: 100"), 8, "warning", "events.max_label_value_bytes = 100")

    def test_an_interval_beyond_the_idle_timeout(self):
        self.one(GOOD.replace("15s", "330s"), 4, "warning", "5 min 30 s", "server.idle_timeout_seconds")
        self.assertEqual(self.findings(GOOD.replace("15s", "5m")), [])
        slow = "global: {scrape_interval: 10m}" + GOOD.replace("    scrape_interval: 15s\n", "")
        self.one(slow, 3, "warning", "10 min")

    def test_the_way_to_the_server(self):
        self.one(GOOD, 3, "error", "scheme: https", args=("--url", "https://localhost:8090"))
        self.one(GOOD, 3, "warning", "scheme: https",
                 server={"server.web_config_file": "/web.yml", "scrapers.names": ["prom-a"]})
        self.one(GOOD + "    proxy_url: http://proxy:3128\n", 8, "warning", "a proxy takes the answer")
        self.one(GOOD + "    metrics_path: /prometheus\n", 8, "error", "events are at /metrics")

    def test_explicit_timestamps_need_more(self):
        server = {"events.use_explicit_timestamps": True, "scrapers.names": ["prom-a"]}
        self.one(GOOD, 3, "warning", "track_timestamps_staleness: true", server=server)
        good = GOOD + "    track_timestamps_staleness: true\n"
        self.assertEqual(self.findings(good, server), [])
        self.one(good + "    honor_timestamps: false\n", 9, "error", "times of events are thrown away", server=server)
        window = "storage: {tsdb: {out_of_order_time_window: 30m}}\n"
        self.one(good + window, 3, "error", "out_of_order_time_window", server=server)
        self.assertEqual(self.findings(good + window.replace("30m", "1h"), server), [])
        self.assertEqual(self.findings(good + window), [], "without timestamps it does not matter")

    def test_anchors_aliases_and_merges_are_followed(self):
        text = ("x: &base {honor_labels: true, sample_limit: 5}\n"
                "scrape_configs:\n  - <<: *base\n    job_name: a\n    params: &p {scraper: [a]}\n"
                "  - job_name: b\n    honor_labels: true\n    params: *p\n")
        found = self.findings(text)
        self.assertEqual([weight for _, weight, _ in found], ["error", "error"])
        self.assertIn("sample_limit 5", found[0][2])
        self.assertEqual(found[1][0], 8)

    def test_what_cannot_be_read_is_told_with_its_place(self):
        self.failed("check", "/none.yml", words=["/none.yml", "No such file"])
        self.failed("check", self.write("a: [1\nb: 2\n"), words=["prometheus.yml:2: not valid YAML"])
        self.failed("check", self.write("a: *none\n"), words=["prometheus.yml:1: the alias *none names nothing"])
        self.failed("check", self.write("[" * 100), words=["nested too deeply"])
        self.refused("check", words=["the name of a file must follow"])
        self.refused("check", self.write(GOOD), "--config", self.write("[server]\nprot = 1\n", "s.toml"),
                     words=["s.toml:2", 'did you mean "port"?'])

    def test_values_of_wrong_kinds_crash_nothing(self):
        for text in ("[]", "a", "scrape_configs: 3", "scrape_configs: [1, [2], {job_name: {a: b}}]",
                     "scrape_configs: [{params: 3}, {params: {scraper: x}}, {static_configs: [3]}]",
                     "global: [1]\nscrape_configs: [{params: {scraper: [{a: b}]}, sample_limit: [1]}]"):
            self.assertEqual(run("check", self.write(text)).status, 1, text)


if __name__ == "__main__":
    runner.main()
