# SPDX-License-Identifier: MIT
"""The ordered log on three nodes of the real engine, of which some are restarted, killed, paused or cut off."""

import contextlib
import unittest

from cluster import nodes, oracle
from cluster.tool import Tool
from harness import programs, runner
from harness.waiting import wait_until

STREAM = "ONESHOT_test"


class ThreeNodes(unittest.TestCase):
    """Two tools; each test has the engine anew."""

    def setUp(self):
        self._stack = contextlib.ExitStack()
        self.addCleanup(self._stack.close)
        self.engine = self._stack.enter_context(nodes.make())
        self.tools = [self._stack.enter_context(Tool(self.engine.servers, name)) for name in "ab"]
        for tool in self.tools:
            tool.start()
            tool.tail()
        self.store("first")

    def store(self, word, count=50):
        for tool in self.tools:
            tool.store("e", [f"{word}-{tool.name}{number}" for number in range(count)])
        newest = max(max(tool.stored.values()) for tool in self.tools)
        for tool in self.tools:
            tool.wait_for_entry(newest)

    def check(self, comes_again=False):
        return oracle.check(self.tools, comes_again)

    def test_two_replicas_that_begin_at_the_same_time_have_one_log(self):
        names = [f"new{number}" for number in range(4)]
        tools = [self._stack.enter_context(Tool(self.engine.servers, name, "other")) for name in names]
        for tool in tools:
            tool.tell("start")
        for tool in tools:
            tool.wait_for_words("start 0 0", 60)
            tool.tail()
        for tool in tools:
            tool.store("e", [f"of-{tool.name}"])
        newest = max(max(tool.stored.values()) for tool in tools)
        for tool in tools:
            tool.wait_for_entry(newest)
        oracle.check(tools)

    def test_each_node_is_restarted_in_turn_and_nothing_is_lost(self):
        for node in self.engine.nodes:
            node.end()
            self.store(f"without-{node.name}")
            node.start()
            self.engine.wait()
        self.store("last")
        self.check()

    def test_all_nodes_are_killed_and_what_was_answered_is_there(self):
        for node in self.engine.nodes:
            node.kill()
        for tool in self.tools:
            tool.append("e", f"away-{tool.name}")
        self.engine.start()
        self.engine.wait(90)
        self.store("last")
        self.check()

    def test_the_leader_is_killed_while_records_are_under_way(self):
        for tool in self.tools:
            for number in range(500):
                tool.append("c", f"way-{tool.name}{number}")
        leader = self.engine.wait_for_leader(STREAM)
        leader.kill()
        self.store("without")
        leader.start()
        self.engine.wait()
        self.store("last")
        self.check()

    def test_the_leader_stands_still_and_others_go_on_without_it(self):
        leader = self.engine.wait_for_leader(STREAM)
        leader.pause()
        self._stack.callback(leader.resume)
        self.store("without", 5)
        leader.resume()
        self.engine.wait()
        self.store("last")
        self.check(comes_again=True)

    def test_a_node_is_cut_off_with_all_that_it_has_and_comes_back(self):
        if not nodes.can_be_cut_off():
            programs.missing("no right to make network namespaces")
        leader = self.engine.wait_for_leader(STREAM)
        leader.host.cut()
        self.store("without", 5)
        leader.host.mend()
        self.engine.wait()
        self.store("last")
        self.check(comes_again=True)

    def test_a_tail_is_made_anew_where_its_consumer_is_removed(self):
        a = self.tools[0]
        consumers = self.engine.node(1).request(f"$JS.API.CONSUMER.NAMES.{STREAM}", "")["consumers"]
        self.assertGreaterEqual(len(consumers), 2)  # one of a tail that was made anew before stays for some seconds
        for name in consumers:
            self.engine.node(1).request(f"$JS.API.CONSUMER.DELETE.{STREAM}.{name}", "")
        self.store("behind")
        wait_until(lambda: "begins anew to read the cluster's log" in a.log, a.log)
        self.check()

    def test_a_replica_that_begins_later_reads_the_same(self):
        self.tools[0].append_long("checkpoint", 600 << 10)
        self.tools[0].wait_for_answers(["checkpoint"])
        self.store("behind")
        late = self._stack.enter_context(Tool(self.engine.servers, "late"))
        last, checkpoints = late.start()
        self.assertEqual(len(checkpoints), 1)
        late.tail()
        late.wait_for_entry(last)
        self.tools.append(late)
        self.assertEqual(late.entries, self.check())


if __name__ == "__main__":
    nodes.enter()
    runner.main()
