# SPDX-License-Identifier: MIT
"""The log: it never holds up a request, and nothing a client sends can forge a line of it."""

import re
import unittest

from harness import runner
from harness.client import request
from harness.server import Server
from harness.waiting import wait_until


class Logging(unittest.TestCase):
    def test_every_line_has_a_time_a_level_and_a_message(self):
        with Server(env={"LOG_LEVEL": "debug"}) as server:
            server.scrape("p")
            server.post("/event?a-b=1")
            server.get("/nothing")
        for line in server.log().splitlines():
            self.assertRegex(line, r"^ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) "
                                   r"level=(error|warn|info|debug) msg=")

    def test_lines_below_the_level_are_not_written(self):
        with Server(args=["--log-level", "debug"]) as server:
            server.post("/event?a-b=1")
            server.scrape("p")
            wait_until(lambda: "level=debug" in server.log(), "a debug line")
        with Server(args=["--log-level", "info"]) as server:
            server.post("/event?a-b=1")
            server.scrape("p")
        self.assertNotIn("level=debug", server.log())

    def test_a_server_whose_stderr_nobody_reads_still_answers(self):
        # A pipe of one page is full with one line in it, and there are several at the start.
        with Server(env={"LOG_LEVEL": "debug"}, pipe_bytes=8192) as server:
            server.stop_reading_log()
            with server.connect(timeout=5) as connection:
                for number in range(3000):  # each is worth a line at debug; the pipe holds some sixty
                    self.assertEqual(connection.post(f"/event?bad-{number}=1").status, 400)
                self.assertEqual(connection.post("/event?good=1").status, 200)
                self.assertEqual(connection.get("/metrics?scraper=p").status, 200)
            names = iter(range(10000))
            server.read_log_again()

            def told():
                server.get(f"/metrics?scraper=again{next(names) % 50}")  # a new scraper is a line
                return re.search(r"\b(lost|dropped)\b", server.log())
            wait_until(told, "a line that says how many were lost", 10, 0.05)

    def test_a_server_whose_stderr_was_closed_still_answers_and_ends_in_order(self):
        with Server(env={"LOG_LEVEL": "debug"}) as server:
            server.close_log()
            for number in range(50):
                self.assertEqual(server.post(f"/event?bad-{number}=1").status, 400)
            self.assertEqual(server.post("/event?good=1").status, 200)

    def test_bytes_of_a_client_are_escaped_in_the_log(self):
        nasty = ["%0Ats=2020-01-01T00:00:00Z%20level=error%20msg=forged", "%1B[31m", "%22%20level=error",
                 "a%5C", "%00", "%C2%9B31m", "%E2%80%AE", "%FF"]
        with Server({"scrapers.trusted_proxies": []}, env={"LOG_LEVEL": "debug"}) as server:
            for text in nasty:
                server.post(f"/event?{text}=1")
                server.post(f"/event?ok={text}")
                server.get(f"/{text}")
                server.get(f"/metrics?scraper={text}")
                server.get("/metrics?scraper=p", [("X-Forwarded-For", "1.2.3.4 level=error"),
                                                  ("X-Real-Ip", '"\x1b[31m')], source="127.0.0.3")
                with server.connect() as connection:
                    connection.send(b"\x1b[2J\nlevel=error\n" + request("GET", "/"))
                    connection.read_to_end()
        raw = server.raw_log
        self.assertNotIn(b"\x1b", raw)
        self.assertNotIn(b"\0", raw)
        self.assertNotIn(b"\xc2\x9b", raw)
        self.assertEqual({l["level"] for l in server.log_lines()} - {"info", "warn", "debug"}, set())
        self.assertFalse([l for l in server.log().splitlines() if l.startswith("ts=2020")])

    def test_a_very_long_line_is_cut(self):
        with Server(env={"LOG_LEVEL": "debug"}) as server:
            server.post("/event?" + "a-" * 8000 + "=1")
            server.get("/" + "x" * 20000)
        self.assertLessEqual(max(map(len, server.raw_log.split(b"\n"))), 4096)

    def test_under_journald_a_line_has_a_priority_and_no_time(self):
        with Server(journal=True) as server:
            server.scrape("p")
            server.wait_for_log(lambda l: l.get("scraper") == "p", "of a new scraper")
        for line in server.log().splitlines():
            level = {"error": "3", "warn": "4", "info": "6", "debug": "7"}[re.search(r"level=(\w+)",
                                                                                     line).group(1)]
            self.assertTrue(line.startswith(f"<{level}>"), line)
            self.assertNotRegex(line, r"\bts=")

    def test_a_journal_that_is_not_our_stderr_changes_nothing(self):
        with Server(env={"JOURNAL_STREAM": "1:1"}) as server:
            pass
        for line in server.log().splitlines():
            self.assertTrue(line.startswith("ts="), line)


if __name__ == "__main__":
    runner.main()
