# SPDX-License-Identifier: MIT
"""What an operator sees of a cluster: the status, the page, oneshotctl, the own metrics and the log."""

import json
import os
import re
import signal
import time
import unittest

from cluster import nodes
from cluster.replicas import Cluster
from harness import oneshotctl, programs, sample_limits
from harness.axe import WithAxe
from harness.client import Connection, scrape_timeout
from harness.openapi import Description
from harness.runner import main
from harness.waiting import wait_until


def setUpModule():
    global engine
    engine = nodes.make()
    engine.__enter__()
    unittest.addModuleCleanup(engine.__exit__)


def status_of(server):
    """As docs/openapi.yaml describes it."""
    reply = server.get("/api/v1/status")
    assert reply.status == 200, reply
    answer = json.loads(reply.body)
    Description.read().check("GET", "/api/v1/status", 200, answer)
    return answer


def names_in(status):
    return [replica["name"] for replica in status["cluster"]["replicas"]]


def lines(server, message):
    return [line for line in server.log_lines() if line["msg"] == message]


def hold_a_batch(server, events=200):
    """A scrape that reads nothing of its batch; to be closed."""
    for number in range(events):
        assert server.post(f"/event?id=e{number}&pad={'x' * 4000}").status == 200
    connection = Connection(server.port, receive_buffer=4096)
    connection.send_get("/metrics?scraper=prom", [scrape_timeout(1)])
    return connection


class ACluster(unittest.TestCase):
    """One for each test, by its name."""

    def cluster(self, names, **settings):
        return Cluster(engine, names, {"cluster.name": self.id().rpartition(".")[2][:60], **settings})


def oldest_waiting(server, scraper):
    found = [one for one in json.loads(server.get("/api/v1/scrapers").body)["scrapers"] if one["name"] == scraper]
    return found[0]["oldest_waiting_seconds"]


class Status(ACluster):
    def test_oneshotctl_check_leaves_room_for_the_samples_of_a_replica(self):
        with self.cluster("a", **{"scrapers.names": ["prom-a"], "scrapers.max_events_per_scrape": 100}) as cluster:
            self.assertEqual(100 + sample_limits.real(cluster[0]), sample_limits.demanded(cluster[0]))

    def test_a_waiting_event_gets_older_while_nothing_comes_into_the_log(self):
        with self.cluster("ab", **{"scrapers.names": ["prom"]}) as cluster:
            self.assertEqual(200, cluster[0].post("/event?id=e1").status)
            posted = time.monotonic()

            def is_old():
                age = time.monotonic() - posted  # at least, since the event was stored before and is asked for later
                for server in (cluster[0], cluster[1]):
                    self.assertGreater(oldest_waiting(server, "prom"), age - 0.5)
                return age > 4
            wait_until(is_old, "it has waited for some seconds", 30, 0.1)

    def test_each_replica_says_who_has_joined_and_how_it_stands_with_the_engine(self):
        with self.cluster("abc") as cluster:
            self.assertEqual(200, cluster[0].post("/event?id=e1").status)
            addresses = [f"{node.address}:{node.clients}" for node in engine.nodes]
            for replica in cluster.replicas:
                status = status_of(replica.server)
                shown = status["cluster"]
                self.assertEqual((cluster.settings["cluster.name"], replica.name), (shown["name"], shown["replica"]))
                self.assertEqual((True, []), (status["ready"], status["not_ready"]))
                self.assertEqual(["a", "b", "c"], names_in(status))
                self.assertEqual({status["version"]}, {one["version"] for one in shown["replicas"]})
                self.assertEqual({False}, {one["silent"] for one in shown["replicas"]})
                for one in shown["replicas"]:
                    self.assertLess(abs(one["heard_unix_ms"] - time.time() * 1000), 60_000)
                wait_until(lambda server=replica.server: "version" in status_of(server)["cluster"]["engine"],
                           "the node has told its version", 10)
                told = status_of(replica.server)["cluster"]["engine"]
                self.assertTrue(told["connected"])
                self.assertIn(told["node"], addresses)
                self.assertRegex(told["version"], r"^2\.\d+\.\d+")
                self.assertFalse(shown["settings_differ"])
                self.assertGreater(shown["applied"], 0)
            self.assertEqual("cluster", status_of(cluster[0])["storage"]["kind"])

    def test_one_that_leaves_is_gone_and_one_that_is_killed_is_there_until_it_is_forgotten(self):
        with self.cluster("abc") as cluster:
            cluster.replicas[1].stop()
            wait_until(lambda: names_in(status_of(cluster[0])) == ["a", "c"], "b has left", 10)
            self.assertEqual(["b"], [line["replica"] for line in lines(cluster[0], "a replica has left the cluster")])
            cluster.replicas[2].kill()
            heard = status_of(cluster[0])["cluster"]["replicas"][1]["heard_unix_ms"]
            cluster.replicas[1].start()
            status = status_of(cluster[0])
            self.assertEqual(["a", "b", "c"], names_in(status))
            self.assertEqual(heard, status["cluster"]["replicas"][2]["heard_unix_ms"])
            cluster.replicas[2].start()
            again = lines(cluster[0], "a replica has joined the cluster again, by another process")
            self.assertEqual(["c"], [line["replica"] for line in again])
            joined = lines(cluster[0], "a replica has joined the cluster")
            self.assertEqual(["b", "c", "b"], [line["replica"] for line in joined])
            self.assertEqual("a, b, c", joined[-1]["replicas"])

    def test_while_the_engine_is_away_the_status_says_so_and_which_node_it_was(self):
        with self.cluster("a") as cluster:
            before = wait_until(lambda: (shown := status_of(cluster[0])["cluster"])["engine"].get("node") and shown,
                                "the node is known", 10)
            (connected, *_) = lines(cluster[0], "connected to the cluster's engine")
            self.assertEqual(before["engine"]["node"], connected["node"])
            self.assertEqual(before["engine"]["version"], connected["version"])
            engine.pause()
            try:
                away = wait_until(lambda: not (status := status_of(cluster[0]))["cluster"]["engine"]["connected"]
                                  and not status["ready"] and status, "the status says so", 30, 0.2)
                (why,) = away["not_ready"]
                self.assertTrue(why.startswith("the cluster's engine is away"), why)
                self.assertIn("node", away["cluster"]["engine"])
                self.assertEqual(before["applied"], away["cluster"]["applied"])
                told = oneshotctl.run("doctor", "--url", f"http://127.0.0.1:{cluster[0].port}")
                self.assertEqual(1, told.status)
                self.assertIn("NO connection to the cluster's engine; the last one was to ", told.out)
            finally:
                engine.resume()
            wait_until(lambda: status_of(cluster[0])["ready"], "it is ready again", 60, 0.2)

    def test_a_batch_names_the_replica_that_sends_it_at_every_one(self):
        with self.cluster("ab") as cluster:
            with hold_a_batch(cluster[0]):
                for server in (cluster[1], cluster[0]):
                    held = wait_until(lambda server=server: [s for s in status_of(server)["scrapers"]
                                                             if s["in_flight"] == 200], "the batch is out", 5)
                    self.assertEqual("a", held[0]["held_by"])
                url = f"http://127.0.0.1:{cluster[1].port}"
                self.assertIn(" 200 from a ", oneshotctl.run("scrapers", "--url", url).out)
            wait_until(lambda: "held_by" not in status_of(cluster[1])["scrapers"][0], "it is out no more", 20, 0.1)

    def test_oneshotctl_lists_the_replicas(self):
        with self.cluster("ab") as cluster:
            other = Cluster(engine, "c", {**cluster.settings, "scrapers.max": 7})
            with other:
                url = f"http://127.0.0.1:{cluster[0].port}"
                wait_until(lambda: "version" in status_of(cluster[0])["cluster"]["engine"], "the version", 10)
                told = oneshotctl.run("replicas", "--url", url)
                self.assertEqual((0, ""), (told.status, told.err))
                first_words = [line.split()[0] for line in told.out.splitlines()]
                self.assertEqual(["REPLICA", "a", "b", "c", "a"], first_words[:5])
                self.assertRegex(told.out, r"\na of cluster \w+: ready; connected to [\d.]+:\d+ "
                                           r"\(nats-server 2[\d.]+\); has read up to record \d+")
                self.assertIn("a has other settings than those that the cluster acts by", told.out)
                self.assertEqual(names_in(status_of(cluster[0])),
                                 names_in(json.loads(oneshotctl.run("replicas", "--json", "--url", url).out)))
                doctor = oneshotctl.run("doctor", "--url", url).out
                self.assertIn("replica a has other settings than those that the cluster acts by", doctor)


class OwnMetrics(ACluster):
    def test_they_tell_of_the_cluster(self):
        with self.cluster("ab") as cluster:
            told = wait_until(lambda: (shown := status_of(cluster[0])["cluster"])["engine"].get("version") and shown,
                              "the version", 10)
            self.assertEqual(200, cluster[0].post("/event?id=e1").status)
            shown = cluster[0].peek("prom")
            self.assertEqual(1, shown.value("oneshot_cluster_info", replica="a", engine=told["engine"]["version"],
                                            version=told["replicas"][0]["version"]))
            self.assertEqual(1, shown.value("oneshot_cluster_connected"))
            self.assertEqual(2, shown.value("oneshot_cluster_replicas"))
            self.assertEqual(0, shown.value("oneshot_cluster_settings_differ"))
            self.assertEqual(0, shown.value("oneshot_cluster_lag_seconds"))
            count = shown.value("oneshot_cluster_append_seconds_count")
            self.assertGreaterEqual(count, 2)  # it has joined, and there is an event
            self.assertGreater(shown.value("oneshot_cluster_append_seconds_sum"), 0)
            self.assertLess(shown.value("oneshot_cluster_append_seconds_sum") / count, 10)
            with open(os.path.join(programs.ROOT, "docs", "metrics.md"), encoding="utf-8") as page:
                documented = set(re.findall(r"`(oneshot_cluster_\w+)", page.read()))
            text = cluster[0].get("/metrics?peek=1&scraper=prom").text
            self.assertEqual(documented, set(re.findall(r"(?m)^# TYPE (oneshot_cluster_\w+)", text)))

    def test_a_takeover_counts_at_the_replica_that_takes_over_and_its_log_says_whose_batch_it_was(self):
        with self.cluster("ab") as cluster:
            connection = hold_a_batch(cluster[0])
            wait_until(lambda: status_of(cluster[1])["scrapers"][0]["in_flight"] == 200, "the batch is out", 5)
            cluster[0].signal(signal.SIGSTOP)
            try:
                again = wait_until(lambda: cluster[1].scrape("prom").identified(), "the batch goes out again", 30, 0.1)
            finally:
                cluster[0].signal(signal.SIGCONT)
                connection.close()
            self.assertGreater(len(again), 0)  # fewer than before, since that batch failed
            shown = cluster[1].peek("prom")
            self.assertEqual(1, shown.value("oneshot_cluster_takeovers_total", outcome="timed_out"))
            self.assertEqual(0, shown.value("oneshot_cluster_takeovers_total", outcome="delivered"))
            (line,) = lines(cluster[1], "took over a scraper whose replica does not answer")
            self.assertEqual(("prom", "a", "200", "timed_out"),
                             (line["scraper"], line["holder"], line["events"], line["outcome"]))

    def test_a_standstill_of_the_engine_is_a_lag_and_has_the_log_read_anew(self):
        with self.cluster("a", **{"cluster.timeout_seconds": 1}) as cluster:
            before = cluster[0].peek("prom").value("oneshot_cluster_tail_restarts_total")
            engine.pause()
            try:
                self.assertEqual(504, cluster[0].post("/event?id=e1").status)
                lag = cluster[0].peek("prom").value("oneshot_cluster_lag_seconds")
                self.assertGreaterEqual(lag, 1)
                shown = cluster[0].peek("prom")
                self.assertEqual(1, shown.value("oneshot_http_responses_total", code="504"))
                self.assertEqual(1, shown.value("oneshot_events_rejected_total", reason="unknown_outcome"))
                wait_until(lambda: cluster[0].peek("prom").value("oneshot_cluster_tail_restarts_total") > before,
                           "the reading begins anew", 20, 0.1)
            finally:
                engine.resume()
            wait_until(lambda: cluster[0].peek("prom").value("oneshot_cluster_lag_seconds") == 0, "all is read", 60,
                       0.1)


class Page(WithAxe, ACluster):
    def text(self, selector):
        return self.browser.run("return document.querySelector(arguments[0]).innerText", selector)

    def test_the_page_of_a_replica_shows_the_cluster_and_nothing_is_wrong_with_it(self):
        with self.cluster("abc") as cluster:
            self.addCleanup(lambda: self.browser.open("about:blank"))
            cluster[0].post("/event?id=e1")
            wait_until(lambda: "version" in status_of(cluster[0])["cluster"]["engine"], "the version", 10)
            self.open_page(cluster[0].port)
            self.assertIn("replica a of cluster", self.text("#engine"))
            self.assertRegex(self.text("#engine"), r"connected to [\d.]+:\d+ \(nats-server 2\.")
            self.assertRegex(self.text("#replicas"), r"a \(this one\)\s+\S+\s+\d+ s ago\n.*\nc\s")
            self.assertIn("on the engine's nodes", self.text("#log"))
            self.check("cluster")
            cluster.replicas[2].kill()
            engine.pause()
            try:
                self.browser.wait_for("return document.querySelector('#engine').innerText.includes('NO CONNECTION')",
                                      seconds=30)
                self.browser.wait_for("return document.querySelector('#state').innerText.includes('NOT READY')",
                                      seconds=30)
                self.check("away")
            finally:
                engine.resume()
            wait_until(lambda: status_of(cluster[0])["ready"], "it is ready again", 60, 0.2)


if __name__ == "__main__":
    nodes.enter()
    main()
