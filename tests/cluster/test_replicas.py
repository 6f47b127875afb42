# SPDX-License-Identifier: MIT
"""Several servers as replicas of one cluster, on three real nodes of NATS JetStream: each event goes to each scraper
once, whichever replica it was posted to, and whichever the scraper asks."""

import contextlib
import json
import os
import random
import signal
import time
import unittest
import urllib.parse

from cluster import nodes
from cluster.equal_poster import EqualPoster
from cluster.replicas import Cluster, ClusterPoster
from harness import programs
from harness.client import Connection, request, scrape_timeout
from harness.crew import Crew, Work, dice_for
from harness.exposition import parse
from harness.prometheus import Job, Prometheus
from harness.runner import main
from harness.scraper import Scraper
from harness.waiting import wait_until

SECONDS = float(os.environ.get("ONESHOT_CLUSTER_SECONDS", "30"))
SEED = int(os.environ.get("ONESHOT_CLUSTER_SEED", "7"))


def post(server, **labels):
    return server.post("/event?" + urllib.parse.urlencode(labels))


def scrape(server, name="prom"):
    return server.scrape(name)


def ids(shown):
    return [name for name, _, _ in shown.identified()]


def setUpModule():
    global engine
    engine = nodes.make()
    engine.__enter__()
    unittest.addModuleCleanup(engine.__exit__)


class TwoReplicas(unittest.TestCase):
    """One cluster for each test, by its name."""

    def cluster(self, names="ab", **settings):
        name = self.id().rpartition(".")[2][:60]
        cluster = Cluster(engine, names, {"cluster.name": name, **settings})
        cluster.__enter__()
        self.addCleanup(lambda: cluster.__exit__(*(self._why())))
        return cluster

    def _why(self):
        failed = self._outcome is not None and not getattr(self._outcome, "success", True)
        return (AssertionError, None, None) if failed else (None, None, None)

    def test_an_event_reaches_the_scraper_once_wherever_it_was_posted_and_wherever_it_is_scraped(self):
        cluster = self.cluster()
        one, other = cluster[0], cluster[1]
        self.assertEqual(200, post(one, id="e1").status)
        self.assertEqual(200, post(other, id="e2").status)
        self.assertEqual(["e1", "e2"], ids(scrape(other)))
        self.assertEqual([], ids(scrape(one)))
        self.assertEqual([], ids(scrape(other)))

    def test_what_an_answer_says_of_an_event_holds_at_every_replica(self):
        cluster = self.cluster()
        one, other = cluster[0], cluster[1]
        key = [("Idempotency-Key", "k1")]
        first = one.post("/event?id=e1", headers=key)
        again = other.post("/event?id=e1", headers=key)
        self.assertEqual((200, 200), (first.status, again.status))
        self.assertEqual(first.header("Event-Id"), again.header("Event-Id"))
        self.assertEqual("true", again.header("Idempotency-Replayed"))
        self.assertEqual(422, other.post("/event?id=e2", headers=key).status)
        many = other.post("/events", b'{"id":"e3"}\n{"id":"e1"}\n', [("Content-Type", "application/x-ndjson")])
        self.assertEqual(2, json.loads(many.body)["stored"])
        found = wait_until(lambda: one.get(f"/api/v1/events/{first.header('Event-Id')}"), "the event", 5)
        self.assertEqual(200, found.status, found)
        values = {name: value for name, value, _ in scrape(one).identified()}
        self.assertEqual({"e1": 2, "e3": 1}, values)  # of e1 two events without a key and with one

    def test_a_scraper_that_changes_replicas_gets_at_once_what_comes_after_its_last_whole_reply(self):
        cluster = self.cluster()
        connections = [Connection(cluster[number].port) for number in range(2)]
        for number in range(20):
            self.assertEqual(200, post(cluster[number % 2], id=f"e{number}").status)
            connections[number % 2].send_get("/metrics?scraper=prom", [scrape_timeout(5)])
            shown = parse(connections[number % 2].read_reply().body)
            self.assertEqual([f"e{number}"], ids(shown))
        for connection in connections:
            connection.close()

    def check_that_a_scrape_costs_two_records(self, cluster, rounds=10):
        """Each replica is scraped in turn, on a connection that is kept, as by a Prometheus that lists all of them."""
        def read():
            return cluster[0].peek("prom").value("oneshot_cluster_applied_records")

        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(Connection(server.port)) for server in cluster]
            for number in range(rounds + 1):
                if number == 1:  # from here on a scrape is the receipt of the one before
                    begin = read()
                self.assertEqual(200, post(cluster[0], id=f"e{number}").status)
                before = read()
                connection = connections[number % len(connections)]
                connection.send_get("/metrics?scraper=prom", [scrape_timeout(5)])
                self.assertEqual([f"e{number}"], ids(parse(connection.read_reply().body)))
                wait_until(lambda: read() >= before + 2, "the batch is taken, and acknowledged", 5)
            grown = read() - begin
        self.assertEqual("delivered", wait_until(lambda: self.last_end(cluster[0]), "its end", 5))
        self.assertGreaterEqual(grown, 3 * rounds)
        self.assertLessEqual(grown, 3 * rounds + 3, "with the post; a sign of life or a checkpoint may come between")
        for server in cluster:
            self.assertNotIn("took over", server.log())

    def test_a_scrape_on_a_connection_that_is_kept_costs_the_log_two_records(self):
        self.check_that_a_scrape_costs_two_records(self.cluster("a"))

    def test_a_scrape_that_changes_the_replica_costs_the_log_two_records_too(self):
        self.check_that_a_scrape_costs_two_records(self.cluster("abc"))

    def last_end(self, server):
        (scraper,) = json.loads(server.get("/api/v1/scrapers").body)["scrapers"]
        return scraper["last_batch"]["outcome"] if scraper["in_flight"] == 0 else None

    def test_a_batch_that_its_replica_did_not_bring_to_its_end_goes_out_at_the_other_one(self):
        cluster = self.cluster()
        self.assertEqual(200, post(cluster[0], id="e1").status)
        with Connection(cluster[0].port) as connection:
            connection.send_get("/metrics?scraper=prom", [scrape_timeout(1)])
            connection.read_reply()  # and it does not say so to anybody: what the replica knows is what TCP knows
            shown = scrape(cluster[1])
        self.assertEqual([], ids(shown))
        self.assertEqual(200, post(cluster[0], id="e2").status)
        self.kill_with_a_batch(cluster)
        shown = wait_until(lambda: ids(scrape(cluster[1])), "the batch goes out again", 10, 0.1)
        self.assertEqual(["e2"], shown)

    @staticmethod
    def kill_with_a_batch(cluster):
        """The first replica, while its scraper has not got what it was sent."""
        with Connection(cluster[0].port, receive_buffer=4096) as connection:
            connection.send_get("/metrics?scraper=prom", [scrape_timeout(1)])
            wait_until(lambda: cluster[1].peek("prom").value("oneshot_events_in_flight", scraper="prom") == 1,
                       "the batch is out", 5)
            cluster.replicas[0].kill()
            connection.reset()

    @staticmethod
    def scrape_within(server, seconds):
        with Connection(server.port) as connection:
            connection.send_get("/metrics?scraper=prom", [scrape_timeout(seconds)])
            return ids(parse(connection.read_reply().body))

    def test_a_scraper_with_a_timeout_of_a_second_too_gets_what_a_killed_replica_held(self):
        cluster = self.cluster()
        self.assertEqual(200, post(cluster[0], id="e1").status)
        self.kill_with_a_batch(cluster)
        shown = wait_until(lambda: self.scrape_within(cluster[1], 1), "the batch goes out again", 20, 0.1)
        self.assertEqual(["e1"], shown)

    def test_what_a_killed_replica_held_goes_out_again_also_where_nobody_posts_and_scrapes_are_rare(self):
        cluster = self.cluster()
        self.assertEqual(200, post(cluster[0], id="e1").status)
        self.kill_with_a_batch(cluster)
        shown = wait_until(lambda: self.scrape_within(cluster[1], 3), "the batch goes out again", 20, 1.5)
        self.assertEqual(["e1"], shown)

    def test_a_replica_that_stood_still_while_the_log_was_trimmed_ends_and_its_next_run_goes_on(self):
        cluster = self.cluster(**{"storage.capacity_mib": 1})
        away, other = cluster.replicas[0], cluster[1]
        away.server.signal(signal.SIGSTOP)
        self.take_the_tails_away(cluster)  # else the engine has sent it on already what is posted now
        body = "".join(f'{{"id":"e{number}","text":"{"x" * 900}"}}\n' for number in range(30)).encode()

        def is_trimmed():  # by two checkpoints, each after an eighth of the capacity
            self.assertEqual(200, other.post("/events", body, [("Content-Type", "application/x-ndjson")]).status)
            scrape(other)
            return self.first_command(cluster) > seen
        seen = other.peek("prom").value("oneshot_cluster_applied_records")
        wait_until(is_trimmed, "what the other has not read is trimmed", 60, 0.05)
        away.server.signal(signal.SIGCONT)
        self.assertEqual(1, away.server.wait(30))
        self.assertIn("trimmed beyond what was read", away.server.log())
        away.server = None
        self.assertEqual(200, post(other, id="last").status)
        away.start()
        self.assertIn("last", ids(scrape(cluster[0])))

    def take_the_tails_away(self, cluster):
        """The replicas make them anew, where they run."""
        stream = f"ONESHOT_{cluster.settings['cluster.name']}"
        for name in engine.node(1).request(f"$JS.API.CONSUMER.NAMES.{stream}", "")["consumers"]:
            engine.node(1).request(f"$JS.API.CONSUMER.DELETE.{stream}.{name}", "")

    def first_command(self, cluster):
        """Where the oldest command stands that the log still has."""
        stream = f"ONESHOT_{cluster.settings['cluster.name']}"
        found = engine.node(1).request(f"$JS.API.STREAM.MSG.GET.{stream}", json.dumps(
            {"seq": 1, "next_by_subj": f"oneshot.{cluster.settings['cluster.name']}.log.c"}))
        return found["message"]["seq"]

    def test_replicas_that_stop_and_start_again_lose_nothing(self):
        cluster = self.cluster()
        self.assertEqual(200, post(cluster[0], id="e1").status)
        for replica in cluster.replicas:
            replica.stop()
        cluster.replicas[0].start()
        self.assertEqual(["e1"], ids(scrape(cluster[0])))
        cluster.replicas[1].start()
        self.assertEqual([], ids(scrape(cluster[1])))

    def test_a_replica_stops_also_while_another_one_asks_about_its_batch(self):
        cluster = self.cluster()
        for number in range(12):
            self.assertEqual(200, post(cluster[0], id=f"e{number}").status)
            with Connection(cluster[0].port) as connection:
                connection.send_get("/metrics?scraper=prom", [scrape_timeout(2)])
                self.assertEqual([f"e{number}"], ids(parse(connection.read_reply().body)))
                asking = Work(lambda: scrape(cluster[1]))  # which has to ask, since nobody knows yet
                time.sleep(number / 1000)  # the moments between the question and its answer are the case
            cluster.replicas[0].stop()
            asking.finish()
            cluster.replicas[0].start()

    def test_a_stop_in_order_says_of_no_event_that_it_is_lost(self):
        cluster = self.cluster()
        self.assertEqual(200, post(cluster[0], id="e1").status)
        server = cluster[0]
        cluster.replicas[0].stop()
        self.assertNotIn('msg="events lost', server.log())
        self.assertNotIn("level=warn", server.log())
        self.assertIn("kept_events=1", server.log())

    def test_a_full_log_that_rejects_says_so_before_anything_reaches_the_engine(self):
        cluster = self.cluster(**{"storage.when_full": "reject", "storage.capacity_mib": 1})
        pad = "x" * 4000
        number = 0
        while (reply := post(cluster[number % 2], id=f"e{number}", pad=pad)).status == 200:
            number += 1
        self.assertEqual(503, reply.status, reply)
        self.assertIn("the event log is full", reply.text)
        before = cluster[0].peek("prom").value("oneshot_cluster_applied_records")
        for _ in range(20):
            self.assertEqual(503, post(cluster[0], id="more", pad=pad).status)
        self.assertLess(cluster[0].peek("prom").value("oneshot_cluster_applied_records") - before, 20)
        self.assertEqual(number, len(ids(scrape(cluster[1]))))
        wait_until(lambda: post(cluster[0], id="again", pad=pad).status == 200, "there is room again", 10, 0.1)

    def test_an_operator_asks_any_replica(self):
        rights = {"clients.anonymous.rights": ["post", "scrape", "view", "admin"]}
        cluster = self.cluster(**rights)
        for number in range(3):
            post(cluster[0], id=f"e{number}")
        self.assertEqual(3, len(ids(scrape(cluster[0]))))
        replayed = cluster[1].post("/api/v1/scrapers/prom/replay?since=1h")
        self.assertEqual(200, replayed.status, replayed)
        self.assertEqual(["e0", "e1", "e2"], ids(scrape(cluster[1])))
        post(cluster[1], id="e3")
        self.assertEqual(200, cluster[0].post("/api/v1/scrapers/prom/skip").status)
        self.assertEqual([], ids(scrape(cluster[1])))
        scrape(cluster[0], name="new")
        with cluster[1].connect() as connection:
            connection.send(request("DELETE", "/api/v1/scrapers/new"))
            self.assertEqual(200, connection.read_reply().status)
        wait_until(lambda: b'"new"' not in cluster[0].get("/api/v1/scrapers").body, "the other one has read it, too", 5)

    def test_a_peek_takes_nothing_at_any_replica(self):
        cluster = self.cluster()
        post(cluster[0], id="e1")
        for server in (cluster[0], cluster[1]):
            looked = parse(server.get("/metrics?scraper=prom&peek=1").body)
            self.assertEqual(["e1"], ids(looked))
        self.assertEqual(["e1"], ids(scrape(cluster[1])))


    def test_while_the_engine_is_away_nothing_is_accepted_and_nothing_is_lost(self):
        cluster = self.cluster(**{"cluster.timeout_seconds": 2})
        self.assertEqual(200, post(cluster[0], id="before").status)
        engine.pause()
        try:
            # Until then nobody knows, and says so: the engine may have it, and have it stored later.
            refused = wait_until(lambda: (reply := post(cluster[0], id="meanwhile")).status != 504 and reply,
                                 "the replica knows that the engine is away", 20, 0.2)
            self.assertEqual(503, refused.status, refused)
            self.assertEqual("5", refused.header("Retry-After"))
            self.assertIn("not stored", refused.text)
            wait_until(lambda: cluster[1].get("/readyz").status == 503, "/readyz says so", 20, 0.2)
            self.assertIn("engine is away", cluster[1].get("/readyz").text)
            self.assertEqual(200, cluster[1].get("/healthz").status)
            shown = scrape(cluster[1])
            self.assertEqual([], ids(shown))
            self.assertEqual(0, shown.value("oneshot_cluster_connected"))
        finally:
            engine.resume()
        wait_until(lambda: all(replica.server.get("/readyz").status == 200 for replica in cluster.replicas),
                   "both are ready again", 60, 0.2)
        after = post(cluster[0], id="after")
        self.assertEqual(200, after.status, after)
        self.assertEqual({"after", "before"}, set(ids(scrape(cluster[1]))) - {"meanwhile"})

    def test_a_replica_whose_settings_are_others_says_so(self):
        cluster = self.cluster("a")
        other = Cluster(engine, ["b"], {**cluster.settings, "storage.capacity_mib": 16})
        with other:
            self.assertEqual(1, other[0].peek("prom").value("oneshot_cluster_settings_differ"))
            self.assertEqual(0, cluster[0].peek("prom").value("oneshot_cluster_settings_differ"))
            self.assertEqual(200, post(other[0], id="e1").status)

    def test_a_second_process_of_one_name_takes_its_place_and_the_first_says_so(self):
        cluster = self.cluster("a")
        second = Cluster(engine, "a", cluster.settings)
        with second:
            cluster[0].wait_for_log(lambda line: "a name of its own" in line.get("reason", ""), "of the other one")
            self.assertEqual(503, cluster[0].get("/readyz").status)
            self.assertEqual(503, post(cluster[0], id="e1").status)
            self.assertEqual(200, post(second[0], id="e2").status)


class RealPrometheus(unittest.TestCase):
    def test_a_prometheus_with_all_replicas_as_targets_stores_each_event_once_while_they_are_killed(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        dice = random.Random(SEED)
        with Cluster(engine, "ab", {"cluster.name": "prometheus"}, SEED) as cluster:
            jobs = {"events": Job([replica.server.port for replica in cluster.replicas], "prom")}
            with Prometheus(program, jobs) as prometheus:
                crew = Crew()
                poster = ClusterPoster(cluster, "p", dice_for(SEED, "poster"), pack=8, pause=0.05, keeps=False)
                crew.add(poster.run)
                crew.add(self.kill_in_turn, cluster, dice)
                crew.finish(SECONDS / 2, patience=120)
                for replica in cluster.replicas:
                    if not replica.runs:
                        replica.start()
                accepted = set(cluster.ledger.accepted)
                wait_until(lambda: accepted <= prometheus.stored("events").keys(), "all are stored", 60, 0.5)
                stored = prometheus.stored("events")
            self.assertEqual({}, {name: count for name, count in stored.items() if count != 1})
            self.assertGreater(len(accepted), SECONDS)

    def test_equal_events_are_all_stored_although_replicas_are_scraped_in_the_same_millisecond(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        settings = {"cluster.name": "equal", "server.host": "0.0.0.0"}
        with Cluster(engine, "ab", settings, SEED) as cluster:
            # Each target has its moment of a second: of so many some have the same.
            targets = [f"127.0.0.{number}:{replica.server.port}" for replica in cluster.replicas
                       for number in range(1, 41)]
            equals = EqualPoster(cluster, series=1, pause=0)
            with Prometheus(program, {"events": Job(targets, "prom", honor_labels=True)}) as prometheus:
                crew = Crew()
                crew.add(equals.run)
                crew.finish(SECONDS / 2, patience=120)

                def lost_and_twice():
                    return equals.lost_and_twice(equals.stored_by(prometheus))
                wait_until(lambda: lost_and_twice()[0] == 0, "all are stored", 60, 0.5)
                self.assertEqual((0, 0), lost_and_twice())
            self.assertGreater(equals.accepted.total(), 10 * SECONDS)

    @staticmethod
    def kill_in_turn(stop, cluster, dice):
        while not stop.wait(2 + dice.random()):
            replica = dice.choice(cluster.replicas)
            # Not in the moment between the last acknowledgement and its record, which no order of writes makes safe.
            wait_until(lambda: replica.seconds_since_a_scrape("prom") > 0.15, "a moment without a scrape", 20, 0.02)
            replica.kill()
            stop.wait(dice.random())
            replica.start()


class UnderFaults(unittest.TestCase):
    def test_nothing_is_lost_or_comes_twice_while_replicas_and_nodes_are_killed(self):
        dice = random.Random(SEED)
        with Cluster(engine, "abc", {"cluster.name": "faults", "cluster.timeout_seconds": 5},
                     SEED) as cluster:
            crew = Crew()
            for number in range(2):
                poster = ClusterPoster(cluster, f"p{number}", dice_for(SEED, "poster", number), pack=8, pause=0.02,
                                      keeps=number == 0)
                crew.add(poster.run)
            crew.add(self.scrape_here_and_there, cluster)
            crew.add(self.break_things, cluster, dice)
            crew.finish(SECONDS, patience=120)
            for replica in cluster.replicas:
                if not replica.runs:
                    replica.start()
            scraper = Scraper(cluster, "prom", keeps=False)
            wait_until(lambda: scraper.drain(20), "all has arrived", 60)
            cluster.ledger.check("prom")
            self.assertGreater(len(cluster.ledger.accepted), SECONDS)

    @staticmethod
    def scrape_here_and_there(stop, cluster):
        dice = dice_for(SEED, "scraper")
        scraper = Scraper(cluster, "prom", dice)
        while not stop.is_set():
            scraper.try_to_scrape(timeout=2)
            if dice.random() < 0.5:
                scraper.close()
            stop.wait(0.2 * dice.random())
        scraper.close()

    @staticmethod
    def break_things(stop, cluster, dice):
        while not stop.wait(1 + dice.random()):
            if dice.random() < 0.7:
                replica = dice.choice(cluster.replicas)
                replica.kill()
                stop.wait(dice.random())
                replica.start()
            else:
                node = dice.choice(engine.nodes)
                node.kill()
                stop.wait(dice.random() * 2)
                node.start()
                engine.wait()


if __name__ == "__main__":
    nodes.enter()
    main()
