# SPDX-License-Identifier: MIT
"""SIGHUP: what can change while the server runs does, what cannot says so, and a bad file changes nothing."""

import hashlib
import os
import signal
import subprocess
import time
import unittest

from harness import programs, runner
from harness.client import request
from harness.manager import Manager
from harness.oracle import Oracle
from harness.server import Server, environment
from harness.waiting import wait_until


class Reload(unittest.TestCase):
    def reload(self, server, settings, message="reloaded"):
        """Has the server read these settings; the line that says how it went."""
        server.configure(settings)
        return self.reload_again(server, message)

    def reload_again(self, server, message="reloaded"):
        before = len(server.log_lines())
        server.signal(signal.SIGHUP)
        return wait_until(lambda: next((l for l in server.log_lines()[before:] if message in l["msg"]), None),
                          f"a line of {message!r}")

    def last_reload(self, server):
        return server.scrape("p").value("oneshot_config_last_reload_successful")

    def test_the_log_level_changes(self):
        with Server() as server:
            line = self.reload(server, {"log.level": "debug"})
            self.assertEqual(line["changed"], "log.level")
            server.event("type=a")
            server.wait_for_log(lambda l: l["level"] == "debug" and l["msg"] == "event", "of the event")

    def test_names_and_places_of_scrapers_change(self):
        with Server({"scrapers.max": 1}) as server:
            for _ in range(3):  # a delivered batch earns the place; the scrape after it knows that it was
                server.scrape("first")
                server.event("type=a")
            self.assertEqual(server.get("/metrics?scraper=second").status, 503)
            self.reload(server, {"scrapers.max": 2, "scrapers.names": ["named"]})
            self.assertEqual(server.get("/metrics?scraper=second").status, 200)
            server.event("type=a")
            self.assertEqual(len(server.scrape("named").events()), 1)  # known before it came

    def test_who_may_scrape_and_which_proxies_are_believed_changes(self):
        claimed = [("X-Forwarded-For", "192.0.2.1")]
        with Server() as server:
            self.assertNotIn('scraper "192.0.2.1"', server.get("/metrics", claimed).text)
            self.reload(server, {"scrapers.trusted_proxies": ["127.0.0.1"]})
            self.assertIn('scraper "192.0.2.1"', server.get("/metrics", claimed).text)
            self.reload(server, {"scrapers.allow": ["192.0.2.0/24"]})
            self.assertEqual(server.get("/metrics").status, 403)

    def test_limits_of_events_and_batches_change(self):
        with Server({"events.max_event_bytes": 64}) as server:
            server.scrape("p")
            long = "/event?label=" + "x" * 100
            self.assertEqual(server.post(long).status, 413)
            self.reload(server, {"events.max_event_bytes": 200, "scrapers.max_events_per_scrape": 1})
            self.assertEqual(server.post(long).status, 200)
            self.assertEqual(server.post("/event?label=y").status, 200)
            self.assertEqual(len(server.scrape("p").events()), 1)
            self.assertEqual(len(server.scrape("p").events()), 1)

    def test_how_events_are_shown_changes(self):
        with Server() as server:
            server.scrape("p")
            self.reload(server, {"events.metric": "happened", "events.repeats": "last"})
            server.event("type=a")
            server.event("type=a")
            self.assertIn('\nhappened{type="a"} 1\n', server.get("/metrics?scraper=p").text)

    def test_whether_scrapes_are_compressed_changes(self):
        def compressed():
            return server.get("/metrics?peek=1&scraper=p", [("Accept-Encoding", "gzip")]).compressed
        with Server() as server:
            server.scrape("p")
            Oracle(server).post(200, padding=500)
            self.assertTrue(compressed())
            self.assertEqual(self.reload(server, {"server.gzip": "off"})["changed"], "server.gzip")
            self.assertFalse(compressed())

    def test_timeouts_and_the_number_of_connections_change(self):
        with Server() as server:
            self.reload(server, {"server.header_timeout_seconds": 0.1})
            with server.connect() as slow:
                slow.send(b"GET / HT")
                self.assertEqual(slow.read_reply().status, 408)
            self.reload(server, {"server.max_connections": 2})
            with server.connect() as first, server.connect() as second:
                first.get("/healthz")
                time.sleep(0.05)  # is how much longer this one is idle: the server's look at the clock is some ms old
                second.get("/healthz")
                with server.connect() as third:
                    self.assertEqual(third.get("/healthz").status, 200)
                self.assertEqual(first.read_reply().status, 503)

    def test_what_cannot_change_says_so_in_one_line_each_and_stays(self):
        with Server() as server:
            wanted = {"server.port": 1, "server.host": "127.0.0.9", "server.threads": 7,
                      "events.use_explicit_timestamps": True, "storage.capacity_mib": 7, "log.level": "debug"}
            self.reload(server, wanted)  # whose line comes last
            lines = {l["key"]: l for l in self.postponed(server)}
            self.assertEqual(set(lines), set(wanted) - {"log.level"})
            self.assertEqual((lines["server.port"]["in_use"], lines["server.port"]["config"]), ("0", "1"))
            self.assertEqual({l["level"] for l in lines.values()}, {"warn"})
            server.event("type=a")
            self.assertIsNone(server.scrape("p").events()[0].timestamp)
            self.assertEqual(self.last_reload(server), 1)

    def postponed(self, server):
        return [l for l in server.log_lines() if "changes only with a restart" in l["msg"]]

    def test_a_bad_file_keeps_everything_as_it_was_and_says_why(self):
        with Server({"scrapers.max": 5}) as server:
            good = server.scrape("p").value("oneshot_config_last_reload_success_timestamp_seconds")
            with open(server.config, "w", encoding="utf-8") as file:
                file.write('[scrapers]\nmax = 9\nnames = ["a b"]\n[log]\nlevel = "debug"\n')
            line = self.reload_again(server, "reload failed")
            self.assertEqual(line["level"], "error")
            where = f'{server.config}:3: [scrapers] names contains "a b": '
            self.assertIn(where + "a scraper's name must be", line["reason"])
            metrics = server.scrape("p")
            self.assertEqual(metrics.value("oneshot_config_last_reload_successful"), 0)
            self.assertEqual(metrics.value("oneshot_config_last_reload_success_timestamp_seconds"), good)
            self.assertEqual(metrics.value("oneshot_scrapers_max"), 5)
            server.event("type=a")
            self.assertFalse([l for l in server.log_lines() if l["level"] == "debug"])
            self.reload(server, {"scrapers.max": 9})
            metrics = server.scrape("p")
            self.assertEqual(metrics.value("oneshot_config_last_reload_successful"), 1)
            self.assertGreater(metrics.value("oneshot_config_last_reload_success_timestamp_seconds"), good)
            self.assertEqual(metrics.value("oneshot_scrapers_max"), 9)

    def test_a_file_that_has_gone_is_a_bad_file(self):
        with Server() as server:
            os.unlink(server.config)
            line = self.reload_again(server, "reload failed")
            self.assertIn("cannot be read: No such file", line["reason"])
            self.assertEqual(self.last_reload(server), 0)

    def test_command_line_and_environment_still_go_before_the_file(self):
        with Server(args=["--log-level", "info"], env={"USE_EXPLICIT_TIMESTAMPS": "true"}) as server:
            server.configure({"log.level": "debug", "events.use_explicit_timestamps": False, "scrapers.max": 7})
            server.signal(signal.SIGHUP)
            wait_until(lambda: server.scrape("p").value("oneshot_scrapers_max") == 7, "reloaded")
            server.event("type=a")
            self.assertIsNotNone(server.scrape("p").events()[0].timestamp)
        self.assertNotIn("level=debug", server.log())

    def test_without_a_config_file_there_is_nothing_to_read_and_the_server_lives_on(self):
        process = subprocess.Popen([programs.server_binary(), "--host", "127.0.0.1", "--port", "0"],
                                   env=environment(), stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("in memory only", process.stderr.readline())
            self.assertIn("listening", process.stderr.readline())
            process.send_signal(signal.SIGHUP)
            self.assertIn("without --config", process.stderr.readline())
            process.terminate()
            self.assertEqual(process.wait(10), 0)
        finally:
            process.kill()
            process.stderr.close()
            process.wait()

    def test_a_request_has_the_settings_read_again_and_says_how_it_went(self):
        rights = {"clients.boss.token_sha256": hashlib.sha256(b"secret").hexdigest(), "clients.boss.rights": ["admin"],
                  "clients.anonymous.rights": ["post", "scrape", "view"]}
        bearer = [("Authorization", "Bearer secret")]
        with Server(rights) as server:
            self.assertEqual(server.post("/-/reload").status, 401)
            self.assertEqual(server.get("/-/reload", bearer).status, 405)
            server.configure({**rights, "events.max_labels": 1})
            answer = server.post("/-/reload", None, bearer)
            self.assertEqual((answer.status, answer.text), (200, "reloaded; changed: events.max_labels\n"))
            self.assertEqual(server.post("/event?a=1&b=2").status, 400)  # whichever worker has it
            with open(server.config, "a", encoding="utf-8") as file:
                file.write("[server]\nprot = 1\n")
            with server.connect() as connection:
                connection.send(request("PUT", "/-/reload", bearer))
                answer = connection.read_reply()
            self.assertEqual(answer.status, 500)
            self.assertRegex(answer.text, r"^reload failed: .*config.toml:\d+: .*\n$")
            self.assertEqual(server.post("/event?a=1&b=2").status, 400)
            self.assertEqual([l["client"] for l in server.log_lines() if l["msg"] == "a request asks for a reload"],
                             ["boss", "boss"])

    def test_the_answer_names_what_needs_a_restart(self):
        rights = {"clients.boss.token_sha256": hashlib.sha256(b"secret").hexdigest(), "clients.boss.rights": ["admin"],
                  "server.threads": 1}
        bearer = [("Authorization", "Bearer secret")]
        with Server(rights) as server:
            server.configure({**rights, "server.threads": 2, "scrapers.max": 7})
            answer = server.post("/-/reload", None, bearer)
            self.assertEqual(answer.text, "reloaded; changed: scrapers.max\n"
                             "server.threads changes only with a restart: in use is 1, the config has 2\n")
            again = server.post("/-/reload", None, bearer)
            self.assertTrue(again.text.startswith("reloaded; changed: nothing\nserver.threads"), again.text)

    def test_without_clients_nobody_may_have_the_settings_read(self):
        with Server() as server:
            self.assertEqual(server.post("/-/reload").status, 401)

    def test_the_service_manager_is_told_of_the_reload_and_of_its_end(self):
        with Manager() as manager, Server(env=manager.variables) as server:
            self.reload(server, {"scrapers.max": 7})
            self.assertRegex(manager.wait_for(lambda m: "RELOADING" in m, "of the reload")["MONOTONIC_USEC"], r"^\d+$")
            wait_until(lambda: len(manager.told(lambda m: m.get("READY") == "1")) == 2, "ready again")

    def test_a_batch_on_its_way_is_not_harmed_by_a_reload(self):
        with Server() as server:
            server.scrape("p")
            for number in range(200):
                server.event(f"id={number}&padding={'x' * 1000}")
            with server.connect(receive_buffer=4096) as connection:
                connection.send_get("/metrics?scraper=p")
                connection.wait_for_unread(1)
                self.reload(server, {"scrapers.max_events_per_scrape": 1, "events.metric": "other"})
                reply = connection.read_reply()
            self.assertEqual(reply.text.count("\nevents_to_metrics{"), 200)

    def test_reloads_under_load_lose_nothing(self):
        with Server() as server:
            server.scrape("p")
            got = 0
            for number in range(50):
                server.event(f"id={number}")
                server.configure({"log.level": ("debug", "info")[number % 2], "scrapers.max": 10 + number})
                server.signal(signal.SIGHUP)
                got += len(server.scrape("p").events())
            got += len(server.scrape("p").events())
            self.assertEqual(got, 50)


if __name__ == "__main__":
    runner.main()
