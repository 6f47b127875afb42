# SPDX-License-Identifier: MIT
"""Somebody does something to the engine while replicas run: removes their stream, makes it anew, changes it, purges it,
or takes away what their account may do. The log, /readyz, the status and `oneshotctl doctor` say what is wrong and what
to do, and a POST is answered 503 where nothing is stored for sure."""

import json
import os
import signal
import tempfile
import unittest

from cluster import nodes
from cluster.replicas import Cluster
from harness import oneshotctl
from harness.runner import main
from harness.waiting import wait_until

ADMIN = {"clients.anonymous.rights": ["post", "scrape", "view", "admin"]}


def accounts(streams="enabled", permissions="", user="replica"):
    """The engine's settings: what the account of the replicas has, and what their user may do."""
    return f"""
accounts {{
  EVENTS {{ jetstream: {streams}, users: [ {{ user: {user}, password: p {permissions} }},
                                         {{ user: admin, password: p }} ] }}
  SYS {{ users: [ {{ user: sys, password: p }} ] }}
}}
system_account: SYS
no_auth_user: admin
"""


def all_but(subject):
    return f', permissions: {{ publish: {{ allow: ">", deny: "{subject}" }}, subscribe: ">" }}'


def setUpModule():
    global engine
    engine = nodes.make(settings=accounts())
    engine.__enter__()
    unittest.addModuleCleanup(engine.__exit__)


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-trouble-")
        self.addCleanup(folder.cleanup)
        self.password_file = os.path.join(folder.name, "password")
        with open(self.password_file, "w", encoding="utf-8") as file:
            file.write("p\n")
        self.name = self.id().rpartition(".")[2][:60]
        self.stream = "ONESHOT_" + self.name

    def cluster(self, names="ab", **settings):
        cluster = Cluster(engine, names, {
            "cluster.name": self.name, "cluster.timeout_seconds": 3, "cluster.user": "replica",
            "cluster.password_file": self.password_file, **ADMIN, **settings})
        cluster.__enter__()
        self.addCleanup(self.end, cluster)
        for number in range(3):
            self.assertEqual(200, cluster[0].post(f"/event?id=e{number}").status)
        return cluster

    @staticmethod
    def end(cluster):
        for replica in cluster.replicas:
            if replica.runs:
                replica.kill()  # what cannot be told to the log would be waited for

    def reconfigure(self, **changes):
        for node in engine.nodes:
            node.configure(engine.nodes, accounts(**changes))
            node.signal(signal.SIGHUP)

    def with_the_engine(self, **changes):
        self.addCleanup(self.reconfigure)
        self.reconfigure(**changes)

    def ask(self, what, body=None):
        answer = engine.node(1).request(f"$JS.API.STREAM.{what}.{self.stream}", json.dumps(body) if body else "")
        self.assertNotIn("error", answer)
        return answer

    def config(self):
        return self.ask("INFO")["config"]

    # -- what people see -----------------------------------------------------------------------------------

    def not_ready(self, server, *words):
        def told():
            reply = server.get("/readyz")
            return reply.status == 503 and all(word in reply.text for word in words) and reply.text
        try:
            return wait_until(told, "/readyz says so", 30, 0.1)
        except AssertionError:
            self.fail(f"/readyz with {words}: {server.get('/readyz')}; {server.log()[-2000:]}")

    def ready(self, cluster):
        wait_until(lambda: all(replica.server.get("/readyz").status == 200 for replica in cluster.replicas),
                   "they are ready again", 60, 0.2)

    def check_that_nothing_is_lost(self, cluster):
        """What came before the trouble, and what comes behind."""
        self.assertEqual(200, cluster[0].post("/event?id=after").status)
        shown = [name for name, _, _ in cluster[1].scrape("prom").identified()]
        self.assertEqual(["e0", "e1", "e2", "after"], shown)

    def surely_refused(self, server):
        reply = server.post("/event?id=refused")
        self.assertEqual((503, True), (reply.status, "not stored" in reply.text), reply)
        self.assertIsNotNone(reply.header("Retry-After"))

    def everywhere(self, server, *words):
        """Not ready: also in the log, in the status, and where an operator asks."""
        self.not_ready(server, *words)
        url = f"http://127.0.0.1:{server.port}" if server.host == "127.0.0.1" else f"http://{server.host}:{server.port}"
        doctor = oneshotctl.run("doctor", "--url", url)
        self.assertEqual(1, doctor.status)
        status = server.get("/api/v1/status").text
        for word in words:
            self.assertIn(word, doctor.out)
            self.assertIn(word, oneshotctl.run("replicas", "--url", url).out)
            self.assertIn(word, json.dumps(json.loads(status), ensure_ascii=False).replace('\\"', '"'))
            self.assertIn(word, server.log().replace('\\"', '"'))


class AStream(Base):
    def test_that_was_removed_is_named_with_what_to_do_and_a_post_is_surely_not_stored(self):
        cluster = self.cluster()
        self.ask("DELETE")
        # Before the replica has looked. What meets the removal itself is taken by a node that does not answer any more:
        # then nobody knows, and the next one is refused.
        first = cluster[0].post("/event?id=while_it_goes").status
        self.assertIn(first, (503, 504))
        if first == 504:
            self.surely_refused(cluster[0])
        for server in (cluster[0], cluster[1]):
            self.everywhere(server, f"no stream {self.stream} any more", "nats stream restore",
                            "restart all replicas")
        self.surely_refused(cluster[1])
        for replica in cluster.replicas:
            replica.kill()
        for replica in cluster.replicas:
            replica.start()
        self.assertEqual(200, cluster[0].post("/event?id=anew").status)
        self.assertEqual(["anew"], [name for name, _, _ in cluster[1].scrape("prom").identified()])

    def test_that_was_made_anew_by_hand_stops_the_replicas_which_say_what_to_do(self):
        cluster = self.cluster()
        config = self.config()
        self.ask("DELETE")
        self.ask("CREATE", config)
        for server in (cluster[0], cluster[1]):
            self.everywhere(server, f"the stream {self.stream} ", "removed and made anew", "Restart all replicas")
        self.surely_refused_by_one_that_stopped(cluster[0])
        before = self.ask("INFO")["state"]["last_seq"]
        self.surely_refused_by_one_that_stopped(cluster[1])
        self.assertEqual(before, self.ask("INFO")["state"]["last_seq"])
        for replica in cluster.replicas:
            replica.kill()
        for replica in cluster.replicas:
            replica.start()
        self.assertEqual(200, cluster[0].post("/event?id=anew").status)

    def surely_refused_by_one_that_stopped(self, server):
        self.assertEqual(503, server.post("/event?id=x").status)

    def test_whose_limits_were_changed_so_that_it_would_lose_records_is_named_until_they_are_set_back(self):
        cluster = self.cluster()
        config = self.config()
        self.ask("UPDATE", {**config, "max_msgs": 1000})
        for server in (cluster[0], cluster[1]):
            self.everywhere(server, f"changed the stream {self.stream}", "limit of age or of messages",
                            f"nats stream edit {self.stream}")
        self.surely_refused(cluster[0])
        self.ask("UPDATE", config)
        self.ready(cluster)
        self.check_that_nothing_is_lost(cluster)

    def test_that_was_made_too_small_is_named_with_the_size_that_it_needs(self):
        cluster = self.cluster()
        config = self.config()
        self.ask("UPDATE", {**config, "max_bytes": 1000})
        wait_until(lambda: cluster[0].post("/event?id=x").status == 503, "a POST is refused", 30, 0.1)
        self.everywhere(cluster[0], f"the stream {self.stream} may have 1000 bytes only",
                        f"--max-bytes {config['max_bytes']}")
        self.ask("UPDATE", config)
        self.ready(cluster)
        wait_until(lambda: cluster[0].post("/event?id=after").status == 200, "an event is stored", 30, 0.1)

    def test_that_was_purged_costs_replicas_that_run_nothing_and_they_say_that_none_can_start(self):
        cluster = self.cluster()
        self.ask("PURGE")
        cluster[0].wait_for_log(lambda line: "somebody has purged the stream" in line.get("reason", ""), "of a purge",
                                60)
        url = f"http://{cluster[0].host}:{cluster[0].port}"
        self.assertIn("somebody has purged the stream", oneshotctl.run("doctor", "--url", url).out)
        self.check_that_nothing_is_lost(cluster)


class Nodes(Base):
    def start_again(self):
        engine.start()
        engine.wait(90)

    def test_of_which_most_are_gone_are_what_is_wrong_also_in_the_engine_s_own_words(self):
        cluster = self.cluster()
        self.addCleanup(self.start_again)
        for node in engine.nodes[1:]:
            node.kill()
        self.everywhere(cluster[0], " has no leader now", "Do most of its nodes run")
        # Which words come first depends on the node; the engine's own say nothing to a person.
        for line in cluster[0].log_lines():
            if "unavailable" in line.get("reason", ""):
                self.assertIn("has no leader now. Do most of its nodes run", line["reason"])
        self.start_again()
        self.ready(cluster)
        self.check_that_nothing_is_lost(cluster)


class AnAccount(Base):
    def test_without_streams_is_what_is_wrong_and_the_replicas_go_on_once_it_has_them(self):
        cluster = self.cluster()
        self.with_the_engine(streams="disabled")
        for server in (cluster[0], cluster[1]):
            self.everywhere(server, "JetStream is switched off for the account", "jetstream: enabled")
        self.surely_refused(cluster[0])
        self.reconfigure()
        for node in engine.nodes:  # else they do not bring the streams back
            node.end()
        engine.start()
        engine.wait(90)
        self.ready(cluster)
        self.check_that_nothing_is_lost(cluster)

    def test_that_has_reached_its_limit_of_storage_is_what_is_wrong(self):
        cluster = self.cluster()
        self.with_the_engine(streams="{ max_file: 1000 }")
        wait_until(lambda: cluster[0].post("/event?id=x").status == 503, "a POST is refused", 30, 0.1)
        self.everywhere(cluster[0], "the limit of storage of this replica's account is reached", "max_file")
        self.reconfigure()
        self.ready(cluster)

    def test_whose_user_may_not_publish_to_the_log_any_more_is_what_is_wrong(self):
        cluster = self.cluster()
        self.with_the_engine(permissions=all_but(f"oneshot.{self.name}.log.>"))
        wait_until(lambda: cluster[0].post("/event?id=x").status != 200, "the rights are gone", 30, 0.1)
        self.everywhere(cluster[0], f'publish to "oneshot.{self.name}.log.', '"Rights" in docs/cluster.md')
        self.surely_refused(cluster[0])
        self.reconfigure()
        self.ready(cluster)
        self.assertEqual(200, cluster[0].post("/event?id=after").status)

    def test_whose_user_may_not_ask_for_the_stream_any_more_is_what_is_wrong(self):
        cluster = self.cluster("a")
        self.with_the_engine(permissions=all_but(f"$JS.API.STREAM.INFO.{self.stream}"))
        url = f"http://{cluster[0].host}:{cluster[0].port}"
        words = f'publish to "$JS.API.STREAM.INFO.{self.stream}"'
        wait_until(lambda: words in oneshotctl.run("doctor", "--url", url).out, "doctor says so", 60, 0.5)
        self.assertIn(words, cluster[0].log().replace('\\"', '"'))
        self.assertEqual(200, cluster[0].post("/event?id=after").status)  # which needs none of it

    def test_that_does_not_know_the_user_any_more_is_what_is_wrong(self):
        cluster = self.cluster("a")
        self.with_the_engine(user="somebody")
        self.everywhere(cluster[0], "Authorization Violation", "cluster.password_file")
        self.surely_refused(cluster[0])
        self.reconfigure()
        self.ready(cluster)


if __name__ == "__main__":
    nodes.enter()
    main()
