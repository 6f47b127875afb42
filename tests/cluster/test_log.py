# SPDX-License-Identifier: MIT
"""The ordered log on one node of the real engine: what is told of appends, tails, starts, trims and questions."""

import contextlib
import tempfile
import unittest

from cluster.tool import Tool
from harness import certificates, nats, runner
from harness.freezing import freeze, thaw
from harness.waiting import wait_until

STREAM = "ONESHOT_test"


class OrderedLog(unittest.TestCase):
    def setUp(self):
        self._stack = contextlib.ExitStack()
        self.addCleanup(self._stack.close)
        self.engine = self._stack.enter_context(nats.Engine(1))

    def tool(self, replica="a", **more):
        return self._stack.enter_context(Tool(self.engine.servers, replica, copies=1, **more))

    def test_records_of_two_replicas_have_one_order_and_both_read_it(self):
        a, b = self.tool("a"), self.tool("b")
        self.assertEqual(a.start(), (0, []))
        self.assertEqual(b.start(), (0, []))
        for tool in (a, b):
            tool.tail()
        for number in range(300):
            a.append("e" if number % 2 else "c", f"a{number}")
            b.append("e", f"b{number}")
        for tool, letter in ((a, "a"), (b, "b")):
            tool.wait_for_answers(f"{letter}{number}" for number in range(300))
        for tool in (a, b):
            tool.wait_for_entry(600)
        self.assertEqual(a.entries, b.entries)
        self.assertEqual([entry.sequence for entry in a.entries], list(range(1, 601)))
        self.assertEqual({entry.id: entry.sequence for entry in a.entries}, a.stored | b.stored)
        for letter in "ab":  # each one's records in the order in which it gave them
            self.assertEqual([entry.id for entry in a.entries if entry.id[0] == letter],
                             [f"{letter}{number}" for number in range(300)])

    def test_a_tail_begins_with_events_of_before_and_then_has_everything(self):
        a = self.tool()
        a.start()
        for number, subject in enumerate("ecececec", 1):
            a.append(subject, f"r{number}")
        a.wait_for_answers(f"r{number}" for number in range(1, 9))
        a.tail(3, 6)
        a.wait_for_entry(8)
        self.assertEqual([entry.sequence for entry in a.entries], [3, 5, 6, 7, 8])

    def test_a_checkpoint_of_600_KiB_comes_whole_to_tails_and_to_those_who_start(self):
        a, b = self.tool("a"), self.tool("b")
        a.start()
        a.tail()
        a.append("e", "before")
        a.append_long("large", 600 << 10)
        a.append_long("small", 10)
        a.append("e", "behind")
        a.wait_for_answers(["before", "large", "small", "behind"])
        self.assertEqual(a.stored["large"], 4)  # the last of three parts
        last, checkpoints = b.start()
        self.assertEqual(last, 6)
        self.assertEqual([text.partition(":")[0] for text in checkpoints], [str(600 << 10), checkpoints[1]])
        a.wait_for_entry(6)
        self.assertEqual([(entry.sequence, entry.subject) for entry in a.entries],
                         [(1, "e"), (4, "k"), (5, "k"), (6, "e")])
        self.assertEqual(a.entries[1].text, checkpoints[0])

    def test_what_was_trimmed_and_is_needed_is_damage_for_who_begins_there_and_for_nobody_else(self):
        a = self.tool("a")
        a.start()
        a.tail()
        for number in range(1, 21):
            a.append("e" if number % 2 else "c", f"r{number}")
        a.wait_for_answers(f"r{number}" for number in range(1, 21))
        a.wait_for_entry(20)
        a.tell("trim e 6")
        a.tell("trim c 15")
        wait_until(lambda: self.engine.state(STREAM).get("messages") in (20 - 3 - 7 + 1, 20 - 3 - 7 + 2),
                   "what may go is gone, and one or two notes of that are there")
        a.append("e", "later")
        a.wait_for_answers(["later"])
        for name, events, everything, damaged in (("fits", 7, 15, False), ("events", 5, 15, True),
                                                  ("commands", 7, 13, True)):
            with self.subTest(name):
                b = self.tool(name)
                b.tail(events, everything)
                b.wait_for_entry(a.stored["later"])
                self.assertEqual(bool(b.damage), damaged, b.damage)
                if not damaged:
                    self.assertEqual([entry.sequence for entry in b.entries],
                                     [7, 9, 11, 13, 15, 16, 17, 18, 19, 20, a.stored["later"]])
        self.assertFalse(a.damage)

    def test_a_replica_that_stood_still_for_two_trims_learns_that_it_has_missed_commands(self):
        a, b = self.tool("a"), self.tool("b")
        a.start()
        for tool in (a, b):
            tool.tail()
        a.append("e", "waits")  # and keeps the first sequence of the stream where it is
        a.wait_for_answers(["waits"])
        b.wait_for_entry(1)
        freeze(b.pid)
        self.engine.node(1).kill()  # with a connection the kernel would keep for it what comes
        self.engine.start()
        self.engine.wait()
        a.store("c", [f"c{number}" for number in range(40)])
        a.tell("trim c 35")
        wait_until(lambda: self.engine.state(STREAM).get("messages", 99) < 20, "what may go is gone", 30)
        self.assertEqual(self.engine.state(STREAM)["first_seq"], 1)
        thaw(b.pid)
        wait_until(lambda: b.damage, f"damage; {b.log}", 30)
        self.assertIn("trimmed beyond what was read, which is up to 1", b.damage[0])
        self.assertEqual([entry.sequence for entry in b.entries], [1])

    def test_parts_of_a_checkpoint_stay_when_those_before_it_go(self):
        a, b = self.tool("a"), self.tool("b")
        a.start()
        a.tail()
        a.append_long("old", 600 << 10)
        a.append_long("new", 600 << 10)
        a.wait_for_answers(["old", "new"])
        a.wait_for_entry(a.stored["new"])
        a.tell(f"trim k {a.stored['new']}")
        wait_until(lambda: self.engine.state(STREAM).get("messages") == 4, "the old one is gone")
        last, checkpoints = b.start()
        self.assertEqual((last, len(checkpoints)), (6, 1))

    def test_a_start_waits_for_nothing_that_nobody_will_ever_read(self):
        a, b = self.tool("a"), self.tool("b")
        a.start()
        a.tail()
        a.append("c", "one")
        a.wait_for_answers(["one"])
        a.tell("trim e 1")
        wait_until(lambda: self.engine.state(STREAM).get("last_seq") == 2, "it is written down what may go")
        self.assertEqual(b.start()[0], 1)

    def test_records_that_somebody_removed_by_hand_are_damage(self):
        a = self.tool("a")
        a.start()
        for number in range(1, 6):
            a.append("e", f"r{number}")
        a.wait_for_answers(f"r{number}" for number in range(1, 6))
        self.engine.node(1).request(f"$JS.API.STREAM.MSG.DELETE.{STREAM}", '{"seq":3}')
        b = self.tool("b")
        b.tail()
        wait_until(lambda: b.damage, f"damage; {b.log}", 30)
        self.assertIn("the records from 3 to 3 of the stream ONESHOT_test are missing", b.damage[0])
        self.assertEqual([entry.sequence for entry in b.entries], [1, 2])

    def test_a_stream_that_was_made_anew_is_damage_for_who_has_read_the_old_one(self):
        a = self.tool("a")
        a.start()
        a.tail()
        a.store("e", [f"r{number}" for number in range(5)])
        a.wait_for_entry(5)
        self.engine.node(1).request(f"$JS.API.STREAM.DELETE.{STREAM}", "")
        b = self.tool("b")
        b.start()
        b.store("e", [f"s{number}" for number in range(9)])
        wait_until(lambda: a.damage, f"damage; {a.log}", 30)
        self.assertIn("the engine has lost records", a.damage[0])
        self.assertEqual(len(a.entries), 5)

    def test_a_log_that_ends_before_what_a_checkpoint_has_applied_is_damage(self):
        a, b = self.tool("a"), self.tool("b")
        a.start()
        a.store("e", [f"r{number}" for number in range(5)])
        b.tail(1, 8)
        a.store("e", ["late"])  # which another one of that place would be taken for, in the end
        wait_until(lambda: b.damage, f"damage; {b.entries} {b.log}", 30)
        self.assertIn("ends at record 6, but was read up to 7", b.damage[0])
        self.assertEqual(b.entries, [])

    def test_events_are_refused_before_a_log_is_full_so_that_it_can_be_emptied(self):
        a = self.tool("a", max_bytes=400_000)
        a.start()
        a.tail()
        while not a.refused:
            names = [f"r{len(a.given) + number}" for number in range(100)]
            for name in names:
                a.append("e", name)
            a.wait_for_answers(names)
            a.wait_for_entry(max(a.stored.values()))
        self.assertEqual(set(a.refused.values()), {"the log is full"})
        newest = max(a.stored.values())
        a.append("c", "command")
        a.append_long("checkpoint", 1000)
        a.wait_for_answers(["command", "checkpoint"])
        self.assertLessEqual({"command", "checkpoint"}, a.stored.keys())
        a.tell(f"trim e {newest}")
        a.store("e", ["behind"])

    def test_two_replicas_ask_each_other(self):
        a, b = self.tool("a"), self.tool("b")
        a.start()
        b.start()
        b.tell("state")
        b.wait_for_words("connected")
        for asked, answer in (("b", "answer b: how is it"), ("a", "answer a: how is it")):
            other = b if asked == "a" else a
            other.tell(f"ask {asked} 5000 how is it")
            other.wait_for_words(answer)
        a.tell("ask nobody 200 how is it")
        a.wait_for_words("no answer")
        a.tell("call to all")
        for tool in (a, b):
            tool.wait_for_words("heard to all")

    def test_a_full_log_refuses_records_and_keeps_those_it_has(self):
        a = self.tool("a", max_bytes=200_000)
        a.start()
        a.tail()
        for number in range(40):
            a.append_long(f"r{number}", 10_000, "e")
        a.wait_for_answers(f"r{number}" for number in range(40))
        self.assertTrue(a.stored)
        self.assertEqual(set(a.refused.values()), {"the log is full"})
        a.wait_for_entry(max(a.stored.values()))
        self.assertEqual([entry.sequence for entry in a.entries], sorted(a.stored.values()))

    def test_without_an_engine_appends_are_refused_and_nothing_is_sent_later(self):
        a = self.tool("a")
        a.start()
        a.tail()
        self.engine.node(1).kill()
        a.tell("state")
        wait_until(lambda: a.tell("state") or "not connected" in a.said, "the connection is missed", 20, 0.1)
        a.append("e", "refused")
        a.wait_for_answers(["refused"])
        self.assertEqual(a.refused, {"refused": "there is no connection to the engine"})
        self.engine.start()
        self.engine.wait()
        a.store("e", ["stored"])
        a.wait_for_entry(1)
        self.assertNotIn("refused", [entry.id for entry in a.entries])

    def test_a_stream_of_somebody_else_is_left_alone_and_the_error_says_what_to_do(self):
        self.engine.node(1).request(f"$JS.API.STREAM.CREATE.{STREAM}",
                '{"name":"ONESHOT_test","subjects":["oneshot.test.log.>"],"retention":"limits","storage":"file",'
                '"discard":"old","num_replicas":1}')
        a = self.tool("a")
        a.tell("start")
        wait_until(lambda: a.said, "an answer")
        self.assertRegex(a.said[0], "no start the engine's stream ONESHOT_test is not one of ours: its discard policy "
                                    "is not \"new\".*choose another name")

    def test_a_stream_that_refuses_long_records_or_never_answers_is_not_one_of_ours(self):
        for more, why in (('"max_msg_size":1000', "records of 1000 bytes at most"), ('"no_ack":true', "never answers")):
            with self.subTest(more):
                self.engine.node(1).request(f"$JS.API.STREAM.CREATE.{STREAM}",
                    '{"name":"ONESHOT_test","subjects":["oneshot.test.log.>"],"retention":"limits","storage":"file",'
                    '"discard":"new","num_replicas":1,%s}' % more)
                with Tool(self.engine.servers, "a", copies=1) as a:
                    a.tell("start")
                    wait_until(lambda: a.said, "an answer")
                    self.assertRegex(a.said[0], f"no start the engine's stream ONESHOT_test .*{why}.*another name")
                self.engine.node(1).request(f"$JS.API.STREAM.DELETE.{STREAM}", "")

    def test_a_stream_of_another_size_is_used_and_both_sizes_are_in_the_log(self):
        self.tool("a", max_bytes=100 << 20).start()
        b = self._stack.enter_context(Tool(self.engine.servers, "b", copies=3, max_bytes=200 << 20))
        b.start()
        wait_until(lambda: "max_bytes_wanted" in b.log, b.log)
        self.assertRegex(b.log, "level=warn .* stream=ONESHOT_test copies=1 copies_wanted=3")
        self.assertRegex(b.log, "level=warn .* stream=ONESHOT_test max_bytes=104857600 max_bytes_wanted=209715200")
        c = self.tool("c", max_bytes=100 << 20)
        c.start()
        self.assertEqual(c.end(), 0)
        self.assertNotIn("wanted", c.log)

    def test_records_that_wait_for_a_node_that_hangs_are_refused_when_they_are_too_many(self):
        a = self.tool("a", max_bytes=1 << 30)
        a.start()
        self.engine.node(1).pause()
        self._stack.callback(self.engine.node(1).resume)
        for number in range(500):
            a.append_long(f"r{number}", 256 << 10, "e")
        wait_until(lambda: "the engine takes records more slowly than they come" in a.refused.values(),
                   f"a refusal; {set(a.refused.values())}", 20)
        self.engine.node(1).resume()
        a.store("e", ["behind"])

    def test_an_end_in_the_middle_of_everything_is_a_clean_one(self):
        self.tool("other").start()
        lines = ["start", "tail 1 1", *(f"append e r{number} x" for number in range(500)), "long k large 600000",
                 "ask other 5000 how is it", "call to all", "trim k 2", "ask nobody 60000 never"]
        for count in (0, 1, 2, 3, 100, 499, *range(500, len(lines) + 1)):
            with self.subTest(count), Tool(self.engine.servers, "a", copies=1) as a:
                for line in lines[:count]:
                    a.tell(line)
                self.assertEqual(a.end(), 0, a.log)
                a.wait_for_words("ended")

    def test_an_end_takes_no_longer_than_what_is_being_written(self):
        a = self.tool("a")
        a.start()
        a.tail()
        self.engine.node(1).pause()
        self._stack.callback(self.engine.node(1).resume)
        a.append("e", "never answered")
        self.assertEqual(a.end(15), 0)


RIGHTS = """
authorization { users: [ { user: oneshot, password: "s3cret", permissions: {
  publish: ["oneshot.test.>", "$JS.API.STREAM.INFO.ONESHOT_test", "$JS.API.STREAM.CREATE.ONESHOT_test",
            "$JS.API.STREAM.PURGE.ONESHOT_test", "$JS.API.STREAM.MSG.GET.ONESHOT_test",
            "$JS.API.CONSUMER.CREATE.ONESHOT_test", "$JS.API.CONSUMER.CREATE.ONESHOT_test.>",
            "$JS.FC.ONESHOT_test.>"]
  subscribe: ["oneshot.test.>"] } } ] }
"""


class Rights(unittest.TestCase):
    def test_few_rights_suffice_for_all_that_a_replica_does(self):
        with nats.Engine(1, settings=RIGHTS) as engine, \
                Tool(engine.servers, "a", copies=1, user="oneshot", password="s3cret") as a:
            a.start()
            a.tail()
            for number in range(2000):  # enough for the engine to ask whether the tail keeps up
                a.append_long(f"r{number}", 5000, "e")
            a.append_long("k", 600 << 10)
            a.wait_for_answers([*(f"r{number}" for number in range(2000)), "k"])
            a.wait_for_entry(a.stored["k"])
            a.tell("trim e 100")
            wait_until(lambda: engine.state(STREAM).get("first_seq") == 100, f"it is trimmed; {engine.node(1).log()}")
            self.assertEqual(a.start()[0], a.stored["k"])
            a.tell("ask a 5000 itself")
            a.wait_for_words("answer a: itself")
            a.append("e", "behind")
            a.wait_for_answers(["behind"])
            a.wait_for_entry(a.stored["behind"])
            self.assertNotIn("iolation", engine.node(1).log())
            self.assertNotIn("begins anew", a.log)

    def test_replica_and_engine_show_each_other_their_certificates(self):
        certificates.need()
        with tempfile.TemporaryDirectory() as folder:
            authority = certificates.Authority(folder)
            node, mine = authority.issue("node"), authority.issue("replica")
            settings = (f'tls {{ cert_file: "{node.certificate}", key_file: "{node.key}", '
                        f'ca_file: "{authority.certificate}", verify: true }}')
            with nats.Engine(1, settings=settings) as engine:
                servers = [url.replace("nats:", "tls:") for url in engine.servers]
                trusted = authority.certificate
                with Tool(servers, "a", copies=1, tls=(trusted, mine.certificate, mine.key)) as a:
                    a.start()
                    a.tail()
                    a.store("e", ["one"])
                    a.wait_for_entry(1)
                for name, tls in (("shows none", (trusted, "", "")),
                                  ("trusts nobody", ("", mine.certificate, mine.key))):
                    with self.subTest(name), Tool(servers, "b", copies=1, tls=tls) as b:
                        b.tell("start")
                        wait_until(lambda: "takes a connection" in b.log, b.log, 20)
                        self.assertEqual(b.said, [])

    def test_a_wrong_password_is_named_in_the_log(self):
        with nats.Engine(1, settings=RIGHTS) as engine, \
                Tool(engine.servers, "a", copies=1, user="oneshot", password="wrong") as a:
            a.tell("start")
            wait_until(lambda: "uthorization" in a.log, a.log, 20)
            self.assertEqual(a.said, [])


class OtherEngines(unittest.TestCase):
    def test_an_engine_that_loses_records_is_refused_with_what_to_install(self):
        with nats.PlayedNode("2.9.10") as old, Tool([old.url], "a") as tool:
            tool.tell("start")
            wait_until(lambda: tool.said, f"an answer; {tool.log}", 20)
            self.assertRegex(tool.said[0], "^no start .* is nats-server 2.9.10, .* install 2.10.23 or newer")

    def test_a_node_that_loses_records_is_found_where_only_others_are_named(self):
        with nats.PlayedNode("2.9.10") as old, nats.PlayedNode("2.10.27", [old.url]) as new, \
                Tool([new.url], "a") as tool:
            tool.tell("start")
            wait_until(lambda: tool.said, f"an answer; {tool.log}", 20)
            self.assertRegex(tool.said[0], f"^no start .*{old.url.removeprefix('nats://')} is nats-server 2.9.10")

    def test_an_engine_that_is_not_there_is_named_in_the_log_until_it_is(self):
        engine = nats.Engine(1)
        self.addCleanup(engine.__exit__)
        with Tool(engine.servers, "a", copies=1) as tool:
            tool.tell("start")
            wait_until(lambda: "no node of the cluster's engine takes a connection" in tool.log, tool.log, 20)
            self.assertIn(f"(tried: {engine.servers[0].removeprefix('nats://')})", tool.log)
            self.assertEqual(tool.said, [])
            engine.start()
            wait_until(lambda: "start 0 0" in tool.said, f"a start; {tool.log}", 30)

    def test_who_asks_again_and_again_while_there_is_no_engine_is_told_once(self):
        engine = nats.Engine(1)
        self.addCleanup(engine.__exit__)
        with Tool(engine.servers, "a", copies=1) as tool:
            for _ in range(50):
                tool.tell("start")
            wait_until(lambda: "takes a connection" in tool.log, tool.log, 20)
            engine.start()
            wait_until(lambda: "start 0 0" in tool.said, f"a start; {tool.log}", 30)
            tool.start()
            self.assertEqual(tool.said, ["start 0 0"] * 2)


if __name__ == "__main__":
    runner.main()
