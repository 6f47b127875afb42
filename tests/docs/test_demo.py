# SPDX-License-Identifier: MIT
"""What `quickstart.sh demo` shows, run with the real server and a real Prometheus: the first event within seconds, the
timeline, addresses that answer; and nothing is left of it."""

import os
import re
import signal
import subprocess
import tempfile
import unittest
import urllib.parse

from docs.demo import Demo
from harness import programs, runner
from harness.client import Connection
from harness.sockets import listens
from harness.waiting import wait_until

def get(url, path=None):
    parts = urllib.parse.urlsplit(url)
    with Connection(parts.port) as connection:
        return connection.get(path or f"{parts.path}?{parts.query}")


class Demonstration(unittest.TestCase):
    def begin(self, prometheus, *build):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="oneshot-docs-"))
        demo = Demo(folder, prometheus, *build)
        self.addCleanup(lambda: demo.process.poll() is not None or demo.end())
        return demo

    def assert_nothing_is_left(self, demo, *ports):
        self.assertEqual(os.listdir(demo.folder), [])
        for port in ports:
            self.assertFalse(listens(port), port)

    def test_shows_the_first_event_in_prometheus_within_five_seconds_and_ends_without_a_trace(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        built = os.path.join(self.enterContext(tempfile.TemporaryDirectory()), "built")
        demo = self.begin(program, "sh", "-c", f"until [ -e {built} ]; do sleep 0.05; done")
        (command,) = wait_until(lambda: [line for line in demo.children() if "--web.listen-address" in line],
                                "Prometheus begins before the build", 20, 0.05)
        port = int(re.search(r"--web\.listen-address=127\.0\.0\.1:(\d+)", command)[1])
        wait_until(lambda: listens(port) and b'"up"' in self.query(port, "up"), "it scrapes", 30, 0.1)
        open(built, "w", encoding="ascii").close()
        after = float(demo.wait_for(r"first event seen in Prometheus (\S+) s after the server's start")[1])
        self.assertLessEqual(after, 5)
        server = demo.wait_for(r"curl http://localhost:(\d+)/event ")
        asks = re.findall(r"^  [Pwa].*: +(http\S+)$", demo.said(), re.MULTILINE)
        self.assertTrue(asks, demo.said())
        for url in asks:
            self.assertIn(get(url).status, (200, 301), url)  # Debian's leads to pages of an older kind
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
            (expression,) = asked.get("g0.expr") or asked["query"]
            self.assertIn(b'"deploy"', self.query(port, expression), expression)
        # Its second event too, on a line of its own.
        demo.wait_for(r"deploy cart  ─+●[─●]*\ndeploy checkout  ─+●[─●]*\n")
        self.assertEqual(demo.end(), 0, demo.said())
        self.assertNotIn("Traceback", demo.said())
        self.assert_nothing_is_left(demo, port, int(server[1]))

    def query(self, port, expression):
        return get(f"http://127.0.0.1:{port}", "/api/v1/query?" + urllib.parse.urlencode({"query": expression})).body

    def test_without_a_prometheus_says_so_and_shows_the_server_alone(self):
        demo = self.begin("")
        demo.wait_for("no Prometheus is at hand")
        server = demo.wait_for(r"curl http://localhost:(\d+)/event ")
        demo.wait_for(r"deploy cart  ─+●[─●]*\ndeploy checkout  ─+●[─●]*\n")
        self.assertNotIn("graph", demo.said())
        self.assertEqual(demo.end(signal.SIGTERM), 0, demo.said())
        self.assert_nothing_is_left(demo, int(server[1]))

    def test_ends_where_the_build_fails(self):
        demo = self.begin("", "false")
        demo.wait_for("the build failed")
        self.assertEqual(demo.process.wait(30), 1)
        self.assert_nothing_is_left(demo)

    def test_is_a_command_of_the_quickstart(self):
        script = os.path.join(programs.ROOT, "packaging", "quickstart.sh")
        helped = subprocess.run(["sh", script, "--help"], capture_output=True, text=True, check=True).stdout
        self.assertIn("quickstart.sh demo", helped)
        wrong = subprocess.run(["sh", script, "dmeo"], capture_output=True, text=True, check=False)
        self.assertEqual((wrong.returncode, wrong.stderr), (2, 'quickstart: there is no "dmeo"; there are: run, demo, '
                                                               'build, test\n'))
        wrong = subprocess.run(["sh", script, "demo", "--clutser"], capture_output=True, text=True, check=False)
        self.assertEqual((wrong.returncode, wrong.stderr), (2, "quickstart: demo takes --cluster or nothing\n"))


if __name__ == "__main__":
    runner.main()
