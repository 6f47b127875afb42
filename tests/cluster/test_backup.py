# SPDX-License-Identifier: MIT
"""A backup of the cluster's stream, as docs/cluster.md tells operators to take and restore it: what is there again,
what is lost, and what comes twice."""

import unittest

from cluster import nodes
from cluster.backup import Backup
from cluster.replicas import Cluster
from harness.runner import main
from harness.waiting import wait_until


def setUpModule():
    global engine
    engine = nodes.make()
    engine.__enter__()
    unittest.addModuleCleanup(engine.__exit__)


class Backups(unittest.TestCase):
    def setUp(self):
        self.name = self.id().rpartition(".")[2][:60]
        self.stream = f"ONESHOT_{self.name}"
        self.cluster = Cluster(engine, "ab", {"cluster.name": self.name, "cluster.timeout_seconds": 3})
        self.cluster.__enter__()
        self.addCleanup(self.cluster.__exit__, None, None, None)

    def post(self, *names):
        for name in names:
            self.assertEqual(200, self.cluster[0].post(f"/event?id={name}").status)

    def scraped(self):
        return [name for name, _, _ in self.cluster[1].scrape("prom").identified()]

    def stop(self):
        for replica in self.cluster.replicas:
            replica.stop()

    def start(self):
        for replica in self.cluster.replicas:
            replica.start()

    def node(self):
        return engine.wait_for_leader(self.stream)

    def remove(self):
        answer = engine.node(1).request(f"$JS.API.STREAM.DELETE.{self.stream}", "")
        self.assertNotIn("error", answer)

    def restore(self, backup):
        backup.restore(engine.node(1))
        self.node()

    def test_of_a_cluster_at_rest_brings_all_back_and_nothing_twice(self):
        self.post("fetched")
        self.assertEqual(["fetched"], self.scraped())
        self.post("waits")
        self.stop()
        backup = Backup(self.node(), self.stream)
        self.remove()
        self.restore(backup)
        self.start()
        self.assertEqual(["waits"], self.scraped())
        self.post("behind")
        self.assertEqual(["behind"], self.scraped())

    def test_of_a_cluster_that_runs_lacks_what_came_later_and_hands_out_again_what_was_fetched_later(self):
        self.post("fetched")
        self.assertEqual(["fetched"], self.scraped())
        self.assertEqual([], self.scraped())  # the log knows now that the batch has arrived
        self.post("waits")
        backup = Backup(self.node(), self.stream)
        self.post("late")
        self.assertEqual(["waits", "late"], self.scraped())
        self.stop()
        self.remove()
        self.restore(backup)
        self.start()
        self.assertEqual(["waits"], self.scraped())
        self.assertEqual([], self.scraped())

    def test_that_is_restored_while_replicas_run_stops_these_until_they_are_restarted(self):
        self.post("waits")
        backup = Backup(self.node(), self.stream)
        self.post("late")
        self.remove()
        self.restore(backup)
        server = self.cluster[0]
        wait_until(lambda: server.get("/readyz").status == 503, "the replica says that it cannot go on", 30, 0.1)
        for replica in self.cluster.replicas:
            replica.kill()
            replica.start()
        self.assertEqual(["waits"], self.scraped())


if __name__ == "__main__":
    nodes.enter()
    main()
