# SPDX-License-Identifier: MIT
"""One sender floods a cluster, at all of its replicas: it does not fill the log at the cost of the others, whichever
replica these go to, and a replica that has begun meanwhile says the same."""

import itertools
import json
import unittest
import urllib.parse

from cluster import nodes
from cluster.replicas import Cluster
from harness.client import Connection
from harness.runner import main
from harness.waiting import wait_until

FLOODER = "127.0.0.9"
LINES = 100
MOST = 200  # posts of a flood: several times as much as the log holds


def setUpModule():
    global engine
    engine = nodes.make()
    engine.__enter__()
    unittest.addModuleCleanup(engine.__exit__)


def post(server, **labels):
    return server.post("/event?" + urllib.parse.urlencode(labels))


class Flood:
    """A sender with an address of its own, which goes to each replica in turn."""

    def __init__(self, cluster):
        self._cluster, self._numbers = cluster, itertools.count()

    def post(self, at=None):
        number = next(self._numbers)
        server = self._cluster[number % len(self._cluster.replicas) if at is None else at]
        body = b"".join(b'{"id":"f%d-%d","text":"%s"}\n' % (number, line, b"x" * 200) for line in range(LINES))
        with Connection(server.port, source=FLOODER) as connection:
            return connection.post("/events", body, [("Content-Type", "application/x-ndjson")])

    def until_refused(self):
        for sent in range(MOST):
            reply = self.post()
            if reply.status != 200:
                return sent, reply
        raise AssertionError("nobody has refused the flood")


class SenderShare(unittest.TestCase):
    def cluster(self, **settings):
        name = self.id().rpartition(".")[2][:60]
        cluster = Cluster(engine, "ab", {"cluster.name": name, "storage.capacity_mib": 1, **settings})
        cluster.__enter__()
        self.addCleanup(cluster.__exit__, None, None, None)
        return cluster

    def drain(self, cluster):
        """How often each event came that no flood has sent."""
        found = {}
        for number in itertools.count():
            some = [name for name, _, _ in cluster[number % 2].scrape("prom").identified()]
            if not some:
                return found
            for name in some:
                if not name.startswith("f"):
                    found[name] = found.get(name, 0) + 1

    def value(self, server, metric, **labels):
        return server.peek("prom").value(metric, **labels)

    def check_that_it_is_refused(self, cluster, reply):
        self.assertEqual(503, reply.status, reply)
        self.assertIn(b"most of it is yours", reply.body)
        self.assertIsNotNone(reply.header("Retry-After"))
        for number in range(2):  # the one that has not refused it yet, too
            self.assertEqual(503, Flood(cluster).post(number).status)
            self.assertGreater(self.value(cluster[number], "oneshot_events_rejected_total", reason="over_share"), 0)

    def test_a_flood_pushes_out_nothing_of_the_others_whichever_replica_each_goes_to(self):
        cluster = self.cluster()
        sent = [f"e{number}" for number in range(40)]
        for number, name in enumerate(sent):
            self.assertEqual(200, post(cluster[number % 2], id=name).status)
        flood = Flood(cluster)
        taken, reply = flood.until_refused()
        self.assertGreater(taken, 20)
        self.check_that_it_is_refused(cluster, reply)
        for number in range(40, 60):
            sent.append(f"e{number}")
            self.assertEqual(200, post(cluster[number % 2], id=sent[-1]).status)

        cluster.replicas[1].stop()
        cluster.replicas[1].start()
        self.assertEqual(503, flood.post(1).status, "who is over its share is known to who begins")
        sent.append("after")
        self.assertEqual(200, post(cluster[1], id="after").status)

        for server in (cluster[0], cluster[1]):
            self.assertEqual(0, self.value(server, "oneshot_events_dropped_total", scraper="prom", reason="full"))
            wait_until(lambda s=server: self.value(s, "oneshot_event_log_sender_share_ratio") > 5 / 8, "who fills it",
                       20, 0.2)
            server.wait_for_log(lambda line: FLOODER in line.get("senders", ""), "who fills the log")
        self.assertEqual(dict.fromkeys(sent, 1), self.drain(cluster))
        self.assertEqual(200, flood.post(0).status, "once the scraper has them it goes on")
        self.assertEqual(200, flood.post(1).status)

    def test_with_reject_a_flood_leaves_the_last_part_of_the_log_to_the_others(self):
        cluster = self.cluster(**{"storage.when_full": "reject"})
        flood = Flood(cluster)
        taken, reply = flood.until_refused()
        self.assertGreater(taken, 20)
        self.check_that_it_is_refused(cluster, reply)
        sent = [f"e{number}" for number in range(100)]
        for number, name in enumerate(sent):
            self.assertEqual(200, post(cluster[number % 2], id=name).status)
        (scraper,) = json.loads(cluster[0].get("/api/v1/scrapers").body)["scrapers"]
        self.assertEqual(taken * LINES + len(sent), scraper["waiting"])
        self.assertEqual(dict.fromkeys(sent, 1), self.drain(cluster))
        self.assertEqual(200, flood.post().status)


if __name__ == "__main__":
    nodes.enter()
    main()
