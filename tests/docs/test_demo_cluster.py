# SPDX-License-Identifier: MIT
"""What `quickstart.sh demo --cluster` shows, run with real nodes of the engine, real servers and two real Prometheus:
one of each is killed, and nothing is missing or twice; what it says where something is; and nothing is left of it."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

from docs.demo import DEMO, Demo
from harness import nats, programs, runner


def setUpModule():
    if not os.path.exists(programs.server_binary() + "-cluster"):
        programs.missing("the server was built without libnats")


class Cluster(unittest.TestCase):
    def begin(self, prometheus):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="oneshot-docs-"))
        demo = Demo(folder, prometheus, engine=nats.server())
        self.addCleanup(lambda: demo.process.poll() is not None or demo.end())
        return demo

    def assert_nothing_is_left(self, demo, processes=()):
        self.assertNotIn("Traceback", demo.said())
        self.assertEqual(os.listdir(demo.folder), [])
        self.assertEqual([number for number in processes if os.path.exists(f"/proc/{number}")], [])

    def sum(self, demo):
        """{scraper: (has, missing, twice)}, and how many events were answered 200."""
        self.assertEqual(demo.process.wait(150), 0, demo.said())
        answered = int(demo.wait_for(r"(\d+) events were answered 200")[1])
        rows = re.findall(r"^  (prom-[ab]) +(\d+) +(\d+) +(\d+)$", demo.said(), re.MULTILINE)
        return {name: tuple(map(int, numbers)) for name, *numbers in rows}, answered

    def test_kills_one_of_each_and_in_the_end_each_prometheus_has_each_event_once(self):
        demo = self.begin(programs.need("prometheus", "ONESHOT_PROMETHEUS"))
        demo.wait_for(r"kill -9: engine node n\d", 90)
        processes = demo.processes()
        found, answered = self.sum(demo)
        self.assertGreater(answered, 100)
        self.assertEqual(found, {"prom-a": (answered, 0, 0), "prom-b": (answered, 0, 0)})
        self.assertEqual(re.findall(r"kill -9: (\w+)", demo.said()), ["engine", "replica", "Prometheus"])
        self.assertEqual(len(re.findall(r"is started again", demo.said())), 3)
        self.assertRegex(demo.said(), r"\n +\d+ s   n1 n2 n3   r1 r2 --   prom-a prom-b ")
        self.assertTrue(demo.said().endswith("\ndemo: nothing is missing, and nothing came twice.\n"), demo.said())
        self.assert_nothing_is_left(demo, processes)

    def test_without_a_prometheus_scrapes_by_itself(self):
        demo = self.begin("")
        demo.wait_for("no Prometheus is at hand")
        found, answered = self.sum(demo)
        self.assertEqual(found, {"prom-a": (answered, 0, 0), "prom-b": (answered, 0, 0)})
        self.assertEqual(re.findall(r"kill -9: (\w+)", demo.said()), ["engine", "replica"])
        self.assert_nothing_is_left(demo)

    def test_ends_at_ctrl_c_without_a_sum_and_without_a_trace(self):
        for when in (r"three nodes of the engine", r"kill -9: engine node"):
            with self.subTest(when):
                demo = self.begin("")
                demo.wait_for(when, 90)
                processes = demo.processes()
                self.assertGreaterEqual(len(processes), 2)
                self.assertEqual(demo.end(), 130, demo.said())
                self.assertNotIn("nothing is missing", demo.said())
                self.assert_nothing_is_left(demo, processes)


class Sum(unittest.TestCase):
    """Of what nobody can make happen at will."""

    PROGRAM = """import types
from cluster.tally import Tally
from cluster.view import View
posting = types.SimpleNamespace(stored={"1", "2"}, again={"503": 2})
raise SystemExit(View([], [], [], posting).sum([Tally("prom-a", posting.stored, COUNTS)]))
"""

    def sum(self, counts):
        """Its status, and what is printed, where a scraper has so many of the events 1 and 2."""
        ran = subprocess.run([sys.executable, "-c", self.PROGRAM.replace("COUNTS", repr(counts))], cwd=DEMO, text=True,
                             stdout=subprocess.PIPE, check=False, env={**os.environ, "PYTHONPATH": DEMO})
        return ran.returncode, ran.stdout

    def test_is_right_where_each_event_is_there_once(self):
        self.assertEqual(self.sum({"1": 1, "2": 1})[0], 0)

    def test_names_what_is_missing_and_what_came_twice_and_fails(self):
        for counts, said in (({"1": 1}, "prom-a: missing: 2"), ({"1": 1, "2": 2}, "prom-a: twice: 2")):
            status, text = self.sum(counts)
            self.assertEqual(status, 1)
            self.assertIn(said, text)
            self.assertNotIn("nothing is missing", text)


if __name__ == "__main__":
    runner.main()
