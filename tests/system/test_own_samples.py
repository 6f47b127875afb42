# SPDX-License-Identifier: MIT
"""How many samples of its own a server has, and that `oneshotctl check` and `doctor` leave room for each of them.

A Prometheus whose sample_limit is lower throws the scrape away, with all its events.
"""

import hashlib
import json
import os
import tempfile
import time
import unittest
from urllib.parse import urlsplit

from harness import runner, sample_limits
from harness.fake_store import FakeStore
from harness.oneshotctl import run
from harness.scripted_server import ScriptedServer
from harness.server import Server

EVENTS = 100
TOKEN = {"clients.ci.token_sha256": hashlib.sha256(b"ci").hexdigest(), "clients.ci.rights": ["post"],
         "clients.anonymous.rights": ["post", "scrape", "view"]}
COUNTER = {"metrics.builds.counter_labels": ["type"], "events.counter_labels": ["a", "b"], "events.counter_series": 5}
HOOKS = {f"webhooks.{name}.preset": "alertmanager" for name in ("one", "two")}
HASH = "$2y$04$gNiuhXdXs6zyuSAFAcDnQu1CjFE1jYFMjOHanyR4sheNqmk/VIQty"


def names(*all_names):
    return {"scrapers.names": list(all_names), "scrapers.max": 0}


class OwnSamples(unittest.TestCase):
    def server(self, settings):
        server = Server({"scrapers.max_events_per_scrape": EVENTS, **settings})
        self.addCleanup(server.stop)
        return server

    def demanded(self, server, weight="error"):
        return sample_limits.demanded(server, weight) - EVENTS

    def check(self, settings, use=lambda server: None):
        server = self.server(settings)
        use(server)
        self.assertEqual(self.demanded(server), sample_limits.real(server), settings)
        return server

    def test_scrapers(self):
        self.assertEqual(self.demanded(self.check({}, lambda server: server.scrape("prom-a"))), 116)
        self.assertEqual(self.demanded(self.check(names("prom-a", "prom-b"))), 138)
        self.check(names("prom-a", "prom-b", "prom-c"), lambda server: server.scrape("prom-b"))

    def test_scrapers_that_nobody_named(self):
        server = self.server({"scrapers.max": 5, "scrapers.names": ["prom-a"]})
        for n in range(5):
            server.scrape(f"other-{n}")
        self.assertGreater(sample_limits.real(server), self.demanded(server))
        self.assertGreaterEqual(self.demanded(server, "warning"), sample_limits.real(server))

    def test_counters_with_all_their_series(self):
        def fill(server):
            for n in range(9):
                server.post(f"/event?a={n}")
                server.post(f"/event/builds?type={n}")
            server.post("/event?c=1")
            server.post("/event/builds?c=1")
        server = self.check({**names("prom-a"), **COUNTER}, fill)
        self.assertEqual(self.demanded(server), 94 + 22 + 5 + 2 + 1)

    def test_webhooks_and_clients(self):
        self.check({**names("prom-a"), **HOOKS})
        self.check({**names("prom-a"), **TOKEN})
        self.check({**names("prom-a"), **TOKEN, "clients.anonymous.rights": ["post", "scrape", "view"], **HOOKS})

    def test_users_of_the_web_config(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "web.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"basic_auth_users: {{ann: {HASH}, bob: {HASH}}}\n")
        self.check({**names("prom-a"), "server.web_config_file": path, "clients.anonymous.rights": ["scrape"]})

    def test_a_file_explicit_timestamps_and_limits_add_none(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.check({**names("prom-a"), "storage.path": os.path.join(folder, "events.log"),
                    "events.use_explicit_timestamps": True, "events.rate_limit": 5, "events.max_series_per_hour": 9,
                    "history.seconds": 60})

    def test_confirmation(self):
        with FakeStore("prom-a") as store:
            server = self.server({**names("prom-a"), **store.settings()})
            scrape = server.scrape("prom-a")
            self.assertEqual(len(scrape.family("oneshot_batch")), 1)
            self.assertEqual(self.demanded(server), len(scrape.samples))
            self.assertEqual(self.demanded(server), sample_limits.real(server))

    def test_doctor_asks_the_server_itself(self):
        server = self.server({"scrapers.max": 5, "scrapers.names": ["prom-a"]})
        server.scrape("prom-a")
        server.scrape("other")
        data = {"/api/v1/targets": {"activeTargets": []}, "/api/v1/query": {"result": [time.time(), "0"]}}
        job = sample_limits.job(EVENTS + self.demanded(server), port=server.port)
        data["/api/v1/status/config"] = {"yaml": job}
        with ScriptedServer(lambda asked: (200, {"data": data[urlsplit(asked.path).path]})) as prometheus:
            done = run("doctor", "--json", "--config", server.config, "--url", f"http://127.0.0.1:{server.port}",
                       "--prometheus", prometheus.url)
        text, = (one["text"] for one in json.loads(done.out) if "sample_limit" in one["text"])
        self.assertIn(f"is below {EVENTS + sample_limits.real(server)}, which a scrape can have:", text)


if __name__ == "__main__":
    runner.main()
