# SPDX-License-Identifier: MIT
"""A script that runs away is bounded: by its address, and by the series that it makes."""

import signal
import subprocess
import threading
import time
import unittest

from harness import programs, runner
from harness.server import Server
from harness.waiting import wait_until

BELIEVING = {"scrapers.trusted_proxies": ["127.0.0.1"]}
FORWARDED = ("X-Forwarded-For", "192.0.2.9")


def rejected(server, reason):
    return server.peek("watch").value("oneshot_events_rejected_total", reason=reason)


class Rate(unittest.TestCase):
    def test_a_sender_beyond_its_burst_is_refused_and_another_one_is_not(self):
        with Server({"events.rate_limit": 1, "events.rate_burst": 20, "scrapers.names": ["watch"],
                     **BELIEVING}) as server:
            with server.connect() as connection:
                statuses = [connection.post("/event?type=loop").status for _ in range(50)]
                refused = connection.post("/event?type=loop")
                self.assertEqual(connection.post("/event?type=x", headers=[FORWARDED]).status, 200)
            self.assertEqual(set(statuses), {200, 429})
            self.assertEqual(statuses[:20], [200] * 20)
            self.assertLess(statuses.count(200), 40)  # some come back while the test runs
            self.assertEqual(refused.header("Retry-After"), "1")
            self.assertIn("more than 1 events per second (events.rate_limit; 20 at once)", refused.text)
            self.assertEqual(rejected(server, "rate_limited"), statuses.count(429) + 1)
            self.assertEqual(server.peek("watch").value("oneshot_events_accepted_total"), statuses.count(200) + 1)

    def test_workers_share_the_bucket_of_a_sender(self):
        taken = []

        def post(server):
            with server.connect() as connection:
                taken.append([connection.post("/event?type=loop").status for _ in range(200)].count(200))
        with Server({"events.rate_limit": 1, "events.rate_burst": 100, "server.threads": 4}) as server:
            began = time.monotonic()
            threads = [threading.Thread(target=post, args=(server,)) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.monotonic() - began
        self.assertGreaterEqual(sum(taken), 100)
        self.assertLessEqual(sum(taken), 100 + seconds + 1)

    def test_curl_that_tries_again_as_it_is_told_loses_nothing(self):
        curl = programs.need("curl")
        with Server({"events.rate_limit": 1, "events.rate_burst": 1, "scrapers.names": ["watch"]}) as server:
            for number in range(3):
                ran = subprocess.run([curl, "-sS", "--fail-with-body", "--retry", "5", "-d", f"n={number}",
                                      f"http://127.0.0.1:{server.port}/event"], capture_output=True, text=True,
                                     timeout=60, check=False)
                self.assertEqual(ran.returncode, 0, ran)
            self.assertEqual(sorted(e.labels["n"] for e in server.scrape("watch").events()), ["0", "1", "2"])
            self.assertGreater(rejected(server, "rate_limited"), 0)


class Series(unittest.TestCase):
    def test_new_series_beyond_the_limit_are_refused_and_known_ones_go_on(self):
        with Server({"events.max_series_per_hour": 500, "scrapers.names": ["watch"]}) as server:
            with server.connect() as connection:
                statuses = [connection.post(f"/event?type=deploy&commit={n:x}&host={n % 5}").status
                            for n in range(700)]
                refused = connection.post("/event?type=deploy&commit=new&host=1")
                known = connection.post("/event?type=deploy&commit=7b&host=3")
            self.assertEqual(statuses, [200] * 500 + [429] * 200)
            self.assertEqual(known.status, 200)
            self.assertRegex(refused.text, r'_per_hour\): label "commit" has about [5-8]\d\d different values')
            self.assertTrue(1 <= int(refused.header("Retry-After")) <= 3600)
            shown = server.peek("watch")
            self.assertEqual(shown.value("oneshot_event_series"), 500)
            self.assertEqual(shown.value("oneshot_event_series_max"), 500)
            self.assertEqual(rejected(server, "too_many_series"), 201)

    def test_workers_share_the_limit_and_a_reload_changes_it(self):
        settings = {"events.max_series_per_hour": 100, "server.threads": 4, "scrapers.names": ["watch"]}
        with Server(settings) as server:
            taken = [server.post(f"/event?n={n}").status for n in range(150)].count(200)
            self.assertEqual(taken, 100)
            server.configure({**settings, "events.max_series_per_hour": 120})
            server.signal(signal.SIGHUP)
            # Each worker learns it by itself; those that got in are known from then on.
            wait_until(lambda: [server.post(f"/event?n={n}").status for n in range(200, 250)].count(200) == 20,
                       "room for 20 more")
            self.assertEqual(server.post("/event?n=1").status, 200)


if __name__ == "__main__":
    runner.main()
