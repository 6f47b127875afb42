# SPDX-License-Identifier: MIT
"""Six hundred hostile events: whatever a client sends, the next exposition parses, and 200 means one sample.

The seed is fixed, so a failure comes back; ONESHOT_SEED tries another one.
"""

import os
import random
import subprocess
import unittest
import urllib.parse

from harness import programs, runner
from harness.client import Broken, request
from harness.exposition import parse
from harness.server import Server

EVENTS = 600
TO_PROMTOOL = 20
MAX_BODY = 64 * 1024
PIECES = [
    b'"', b"\\", b"\n", b"\r", b"{", b"}", b",", b"=", b"#", b" ", b"\t", b"\0", b"\x7f", b"\x1b[31m", b"\\n",
    b'\\"',
    b"\\\\", b'"} 1\n', b'a="', b"# TYPE events_to_metrics counter\n", b"events_to_metrics 1\n",
    b'"} 1 1\n# EOF\n',
    b"__name__", b"le", b"NaN", b"+Inf", b"-0", b"1e400", b"%", b"%%", b"%zz", b"%0", b"&", b"+", b";",
    b"\xc3\xa4",
    b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff", b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b"\xc3", b"\x80", b"x" * 50, b"a", b"b", b"_", b"9", b"value"]


def junk(dice, longest=6):
    return b"".join(dice.choice(PIECES) for _ in range(dice.randrange(longest + 1)))


def any_bytes(dice):
    return bytes(dice.randrange(256) for _ in range(dice.randrange(1, 24)))


def text_of(dice):
    """Valid UTF-8 of the nastiest kind."""
    points = [dice.choice((0, 9, 10, 13, 0x22, 0x5c, 0x7b, 0x7d, 0x2028, 0xfeff, 0xfffe, 0x10ffff, 0xe4,
                           0x1f600,
                           dice.randrange(0x20, 0xd800), dice.randrange(0xe000, 0x110000)))
              for _ in range(dice.randrange(1, 30))]
    return "".join(map(chr, points))


def hostile(dice):
    """(query bytes, body bytes or None, the labels it must give or None where the server judges)"""
    kind = dice.randrange(6)
    if kind in (0, 1):  # well-formed, hostile values: must be taken exactly as they are
        labels = {f"{dice.choice('abc')}{n}": text_of(dice) for n in range(dice.randrange(1, 6))}
        form = urllib.parse.urlencode(labels).encode()
        return (form, None, labels) if kind == 0 else (b"", form, labels)
    if kind == 2:  # names and values of junk, encoded in order
        pairs = [(junk(dice, 2), junk(dice)) for _ in range(dice.randrange(1, 4))]
        return urllib.parse.urlencode(pairs).encode(), None, None
    if kind == 3:  # a good name, any bytes encoded
        return b"v=" + urllib.parse.quote_from_bytes(any_bytes(dice)).encode(), None, None
    if kind == 4:  # raw junk in a body
        return b"", b"&".join(junk(dice) for _ in range(dice.randrange(1, 4))), None
    long = dice.choice((2000, 16000, 16380, 16384, 16390, 40000))  # long, of bytes that grow when escaped
    return b"", b"long=" + dice.choice((b"%22", b"%5C", b"%0A", b"x")) * (long // dice.choice((1, 3,
                                                                                               5))), None


class HostileParameters(unittest.TestCase):
    def test_200_gives_one_sample_and_anything_else_none_and_every_exposition_parses(self):
        dice = random.Random(int(os.environ.get("ONESHOT_SEED", "20240229")))
        promtool = programs.find("promtool", "ONESHOT_PROMTOOL")
        taken = refused = unread = checked = 0
        with Server() as server, server.connect() as scraper:
            for number in range(EVENTS):
                query, body, labels = hostile(dice)
                with self.subTest(number=number, query=query[:200], body=(body or b"")[:200]):
                    status = self.post(server, query, body)
                    reply = scraper.get("/metrics?scraper=prom")
                    exposition = parse(reply.body)
                    if status == 200:
                        taken += 1
                        self.assertEqual(len(exposition.events()), 1)
                        if labels is not None:
                            self.assertEqual(exposition.events()[0].labels, labels)
                    else:
                        refused += 1
                        unread += len(body or b"") > MAX_BODY  # refused before it is looked at as an event
                        self.assertIsNone(labels, f"a good event was answered {status}")
                        self.assertIn(status, (400, 413, 414))
                        self.assertEqual(exposition.events(), [])
                    if promtool and status == 200 and number % (EVENTS // TO_PROMTOOL // 2) == 0:
                        self.lint(promtool, reply.body)
                        checked += 1
            last = parse(scraper.get("/metrics?scraper=prom").body)
            self.assertEqual(last.value("oneshot_events_accepted_total"), taken)
            self.assertEqual(last.value("events_to_metrics_event_count"), taken)
            rejected = sum(s.value for s in last.family("oneshot_events_rejected_total"))
            self.assertEqual(rejected, refused - unread)
        self.assertGreater(taken, 150, "the cases must not all be refused")
        self.assertGreater(refused, 100, "the cases must not all be taken")
        print(f"        {taken} taken, {refused} refused, {checked} expositions shown to promtool")

    def post(self, server, query, body):
        with server.connect() as connection:
            headers = [("Content-Type", "application/x-www-form-urlencoded")] if body else []
            target = "/event" + ("?" + query.decode("ascii") if query else "")
            connection.send(request("POST", target, headers, body))
            try:
                return connection.read_reply().status
            except Broken as broken:
                self.fail(f"no answer: {broken}")

    def lint(self, promtool, body):
        done = subprocess.run([promtool, "check", "metrics"], input=body, capture_output=True, timeout=20,
                              check=False)
        # 3 is its opinion of names and missing help texts; 1 is "does not parse".
        self.assertIn(done.returncode, (0, 3), done.stderr.decode("utf-8", "replace")[-500:])

    def test_promtool_takes_a_sample_of_hostile_expositions(self):
        promtool = programs.need("promtool", "ONESHOT_PROMTOOL")
        dice = random.Random(7)
        with Server() as server:
            for _ in range(40):
                query = urllib.parse.urlencode({"v": text_of(dice), "w": text_of(dice)})
                self.assertEqual(self.post(server, query.encode(), None), 200)
            self.lint(promtool, server.get("/metrics?scraper=prom").body)

    def test_many_hostile_events_in_one_batch_do_not_harm_each_other(self):
        dice = random.Random(11)
        expected = []
        with Server() as server:
            for number in range(200):
                query, body, labels = hostile(dice)
                status = self.post(server, query, body)
                if labels is not None:
                    expected.append((status, {**labels}))
            found = [s.labels for s in server.scrape("prom").events()]
            for status, labels in expected:
                self.assertEqual(status, 200)
                self.assertIn(labels, found)


if __name__ == "__main__":
    runner.main()
