# SPDX-License-Identifier: MIT
"""What may be posted, what comes out of it, and what is refused with which words."""

import math
import re
import subprocess
import time
import unittest

from harness import programs, runner
from harness.server import Server, environment
from harness.waiting import wait_until


def labels_of(exposition):
    return [s.labels for s in exposition.events()]


class Curl(unittest.TestCase):
    def shell(self, server, line, **variables):
        programs.need("curl")
        env = environment({"PORT": str(server.port), "HOSTNAME": "127.0.0.1", **variables})
        env = {k: v for k, v in env.items() if not k.lower().endswith("_proxy")}
        done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    LINE = 'curl "http://${HOSTNAME}:$PORT/event?type=test&message=cron_test_manual&seconds=$TMP" -X POST -vv'

    def test_three_events_of_the_loop_are_three_samples_once_and_nothing_on_the_next_scrape(self):
        with Server() as server:
            for second in range(3):
                out, trace = self.shell(server, self.LINE, TMP=str(second))
                self.assertEqual(out, "")
                self.assertIn("< HTTP/1.1 200 OK", trace)
            expected = [{"type": "test", "message": "cron_test_manual", "seconds": str(n)} for n in range(3)]
            first = server.scrape("prom")
            self.assertEqual(labels_of(first), expected)
            self.assertEqual([s.value for s in first.events()], [1, 1, 1])
            self.assertEqual(server.scrape("prom").events(), [])

    def test_three_equal_events_are_one_sample_of_3(self):
        with Server() as server:
            for _ in range(3):
                self.shell(server, self.LINE, TMP="7")
            samples = server.scrape("prom").events()
            self.assertEqual([s.value for s in samples], [3])

    def test_form_data_of_curl_is_taken_and_combines_with_the_query(self):
        with Server() as server:
            self.shell(server,
                       'curl -fsS "http://127.0.0.1:$PORT/event?type=form" -d service=checkout -d value=42.5 '
                               '--data-urlencode "note=50% & more"')
            sample, = server.scrape("prom").events()
            self.assertEqual(sample.labels, {"type": "form", "service": "checkout", "note": "50% & more"})
            self.assertEqual(sample.value, 42.5)

    def test_curl_sees_why_an_event_was_refused(self):
        with Server() as server:
            out, trace = self.shell(server, 'curl -sv -X POST "http://127.0.0.1:$PORT/event?a-b=1"')
            self.assertIn("< HTTP/1.1 400 Bad Request", trace)
            self.assertEqual(out.count("\n"), 1)
            self.assertIn("a-b", out)

    def test_a_body_that_curl_sends_chunked_or_after_100_continue_is_taken(self):
        with Server() as server:
            self.shell(server, 'curl -fsS "http://127.0.0.1:$PORT/event" '
                               '-H "Transfer-Encoding: chunked" -d way=chunks')
            _, trace = self.shell(server, 'curl -fsSv "http://127.0.0.1:$PORT/event" '
                                          '-H "Expect: 100-continue" -d way=wait')
            self.assertIn("< HTTP/1.1 100 Continue", trace)
            self.assertEqual(labels_of(server.scrape("prom")), [{"way": "chunks"}, {"way": "wait"}])


class Accepted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def sample_of(self, query, body=None, headers=()):
        """Posts one event, which must be taken, and returns the one sample of the next scrape."""
        reply = self.server.post("/event" + query, body, headers)
        self.assertEqual((reply.status, reply.body), (200, b""), (query, reply))
        sample, = self.server.scrape("prom").events()
        return sample

    def test_values_are_decimal_numbers_with_a_blank_read_as_plus(self):
        cases = {"42.5": 42.5, "-1": -1, "%2B1": 1, "+1": 1, " 5".replace(" ", "%20"): 5, "1e3": 1000,
                 "1E-3": 0.001,
                 "1e+3": 1000, "1e%2B3": 1000, "1E%203": 1000, ".5": 0.5, "5.": 5, "0": 0, "-0": 0, "007": 7,
                 "1e-320": 1e-320, "123456789012345678": 123456789012345678.0, "0.1": 0.1,
                 "1e-400": 0, "Infinity": math.inf, "-Infinity": -math.inf,
                 "Inf": math.inf, "inf": math.inf, "%2BINF": math.inf, "+Inf": math.inf, "-inf": -math.inf}
        for text, value in cases.items():
            with self.subTest(text=text):
                self.assertEqual(self.sample_of(f"?a=1&value={text}").value, value)
        for text in ("NaN", "nan", "NAN"):
            with self.subTest(text=text):
                self.assertTrue(math.isnan(self.sample_of(f"?a=1&value={text}").value))

    def test_numbers_go_out_in_their_shortest_form_that_reads_back_the_same(self):
        for text in ("1", "42.5", "0.1", "0.30000000000000004", "-7", "1e-9", "1e+300", "NaN", "+Inf",
                     "-Inf"):
            self.server.event(f"how=shortest&value={text.replace('+', '%2B')}")
            body = self.server.get("/metrics?scraper=prom").text
            shown = re.search(r'^events_to_metrics\{how="shortest"\} (\S+)$', body, re.MULTILINE).group(1)
            self.assertIn(repr(float(shown)), (repr(float(text)), "nan"))
            self.assertLessEqual(len(shown), len(text) + 1, text)

    def test_blanks_in_a_label_name_become_underscores(self):
        for query in ("?my+label=x", "?my%20label=x", "?my_label=x"):
            self.assertEqual(self.sample_of(query).labels, {"my_label": "x"})

    def test_label_names_of_every_allowed_kind_are_taken(self):
        for name in ("a", "_", "_a", "A9_", "value_", "job", "instance", "le", "quantile", "Value",
                     "x" * 300):
            self.assertEqual(self.sample_of(f"?{name}=x").labels, {name: "x"})

    def test_an_empty_label_value_means_that_the_label_is_absent(self):
        self.assertEqual(self.sample_of("?a=1&b=&c=").labels, {"a": "1"})

    def test_label_values_are_any_utf8_and_come_out_as_they_went_in(self):
        values = {"%22quoted%22": '"quoted"', "back%5Cslash": "back\\slash", "end%5C": "end\\",
                  "a%0Ab": "a\nb",
                  "%C3%A4%E2%82%AC%F0%9F%98%80": "ä€😀", "a+b%2Bc": "a b+c", "%7B%7D%2C%3D": "{},=",
                  "%00": "\0",
                  "%0D%0A": "\r\n", "%09": "\t", "a%5Cn": "a\\n", "%F4%8F%BF%BF": "\U0010ffff", "%7F": "\x7f"}
        for encoded, value in values.items():
            with self.subTest(value=value):
                self.assertEqual(self.sample_of(f"?v={encoded}").labels, {"v": value})

    def test_utf8_that_was_not_percent_encoded_in_a_body_is_taken(self):
        self.assertEqual(self.sample_of("", "stadt=Köln".encode()).labels, {"stadt": "Köln"})

    def test_a_form_body_gives_labels_and_the_value_whatever_the_case_of_its_type(self):
        for kind in ("application/x-www-form-urlencoded", "APPLICATION/X-WWW-FORM-URLENCODED",
                     "application/x-www-form-urlencoded; charset=UTF-8"):
            sample = self.sample_of("?a=1", b"b=2&value=3&my+c=4", [("Content-Type", kind)])
            self.assertEqual((sample.labels, sample.value), ({"a": "1", "b": "2", "my_c": "4"}, 3))

    def test_an_empty_body_may_be_of_any_type(self):
        self.assertEqual(self.sample_of("?a=1", b"", [("Content-Type", "application/json")]).labels,
                         {"a": "1"})

    def test_labels_go_out_in_order_of_their_names(self):
        self.server.event("b=2&C=4&a=1&B=3")
        body = self.server.get("/metrics?scraper=prom").text
        self.assertIn('\nevents_to_metrics{B="3",C="4",a="1",b="2"} 1\n', body)


class Rejected(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def refused(self, status, query, body=None, headers=(), words=()):
        with self.subTest(query=query[:80], body=(body or b"")[:80]):
            before = self.server.scrape("prom").value("oneshot_events_accepted_total")
            reply = self.server.post("/event" + query, body, headers)
            self.assertEqual(reply.status, status, reply)
            self.assertTrue(reply.header("content-type").startswith("text/plain"), reply)
            self.assertRegex(reply.text, r"\A[^\n\x00-\x1f]+\n\Z")
            for word in words:
                self.assertIn(word, reply.text)
            after = self.server.scrape("prom")
            self.assertEqual(after.events(), [])
            self.assertEqual(after.value("oneshot_events_accepted_total"), before)

    def test_bad_label_names_are_400(self):
        reply = self.server.post("/event?a-b=1")
        self.assertIn('label name "a-b" may hold only letters, digits and _', reply.text)
        for encoded, shown in (("a-b", "a-b"), ("9a", "9a"), ("__name__", "__name__"), ("__a", "__a"),
                               ("a.b", "a.b"),
                               ("a%3Ab", "a:b"), ("++a", "__a"), ("%22", '"'), ("a%7B", "a{")):
            self.refused(400, f"?{encoded}=1", words=["label name", shown.replace('"', "")])
        self.refused(400, "?=1", words=["no name"])
        self.refused(400, "?a%0Ab=1", words=["label name"])
        self.refused(400, "?%C3%A4=1", words=["label name"])
        self.refused(400, "?a%00=1", words=["label name"])
        self.refused(400, "", b"a-b=1", words=["a-b"])

    def test_a_bad_name_is_400_even_where_its_value_is_empty(self):
        self.refused(400, "?a-b=", words=["a-b"])

    def test_bad_values_are_400_and_say_what_was_found(self):
        for text in ("abc", "1,5", "0x10", "1_000", "--1", "1e", "1%202", "%20%205", "1e%20%203",
                     "%20", "1f",
                     "infinit", "1.2.3", "%2B-1", "e5", ".", "5%00", "%C2%A05"):
            self.refused(400, f"?a=1&value={text}", words=["value"])
        self.refused(400, "?a=1&value=abc", words=["abc"])
        self.refused(400, "?a=1&value=1e400", words=["1e400", "does not fit"])

    def test_an_empty_value_is_400(self):
        for query in ("?value=", "?a=1&value", "?a=1&value=&b=2"):
            self.refused(400, query, words=["value"])

    def test_broken_utf8_is_400_and_names_the_parameter(self):
        for junk in ("%FF", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%E2%82", "%80", "%C3", "a%C3b"):
            self.refused(400, f"?broken={junk}", words=["broken", "UTF-8"])
        self.refused(400, "", b"broken=\xff", words=["broken", "UTF-8"])

    def test_broken_percent_encoding_is_400(self):
        for junk in ("%", "%2", "%zz", "100%", "%%41", "%+1"):
            self.refused(400, f"?junk={junk}", words=["%"])
            self.refused(400, "", f"junk={junk}".encode(), words=["%"])
        self.refused(400, "?ju%zznk=1", words=["%"])

    def test_a_label_or_value_given_twice_is_400_also_after_blanks_became_underscores(self):
        for query in ("?a=1&a=2", "?a=1&a=1", "?a=1&a=", "?a=&a=", "?a+b=1&a+b=2", "?%61=1&a=2"):
            self.refused(400, query, words=["twice"])
        self.refused(400, "?a+b=1&a_b=2", words=['"a b"', '"a_b"', "both become"])
        self.refused(400, "?value=1&value=1", words=["value", "twice"])
        self.refused(400, "?a=1", b"a=2", words=["a", "twice"])
        self.refused(400, "?value=1", b"value=1", words=["value", "twice"])

    def test_an_event_or_a_body_too_large_is_413(self):
        self.refused(413, "?a=" + "x" * 16384, words=["16384"])
        self.refused(413, "", b"a=" + b"x" * 16384, words=["16384"])
        self.refused(413, "", b"a=" + b"x" * 65536, words=["65536"])

    def test_an_event_just_within_its_bound_is_taken(self):
        self.server.event("a=" + "x" * 16383)
        sample, = self.server.scrape("prom").events()
        self.assertEqual(len(sample.labels["a"]), 16383)

    def test_a_body_of_another_type_is_415(self):
        self.refused(415, "", b"<a/>", [("Content-Type", "application/xml")], ["application/xml", "-d"])
        self.refused(415, "?value=1", b"x", [("Content-Type", "text/html")])
        self.refused(415, "?a=", b"b=1", [("Content-Type", "application/x-www-form-urlencodedx")])

    def test_client_bytes_are_escaped_in_the_answer(self):
        reply = self.server.post("/event?%1B[31m%0Ax=1")
        self.assertEqual(reply.status, 400)
        self.assertNotIn(b"\x1b", reply.body)
        self.assertEqual(reply.body.count(b"\n"), 1)

    def test_rejections_are_counted_by_reason(self):
        with Server() as server:
            counts = lambda: {s.labels["reason"]: s.value
                              for s in server.scrape("prom").family("oneshot_events_rejected_total")}
            for query, reason in (("a-b=1", "bad_label_name"), ("a=1&value=x", "bad_value"), ("value=1", "no_labels"),
                                  ("a=1&b", "bad_parameter"), ("a=1&time=x", "bad_time"),
                                  ("a=%ff", "bad_utf8"),
                                  ("a=%", "bad_encoding"), ("a=1&a=1", "duplicate_label"),
                                  ("a=" + "x" * 20000, "too_large")):
                before = counts()
                server.post("/event?" + query)
                after = counts()
                self.assertEqual({r: after[r] - before[r] for r in after if after[r] != before[r]},
                                 {reason: 1})
            self.assertEqual(server.scrape("prom").value("events_to_metrics_event_count"), 0)


class Repeats(unittest.TestCase):
    def merged(self, queries, **settings):
        with Server(settings) as server:
            for query in queries:
                server.event(query)
            return server.scrape("prom").events()

    EVENTS = ("t=a", "t=a&value=5", "t=a", "value=-2&other=1", "other=1", "t=a&value=0.5", "t=a")

    def values(self, mode):
        samples = self.merged(self.EVENTS, **{"events.repeats": mode})
        return {s.labels.get("other"): s.value for s in samples}

    def test_count_adds_1_and_lets_a_given_value_set(self):
        self.assertEqual(self.merged(["t=a", "t=a", "t=a"])[0].value, 3)
        self.assertEqual(self.merged(["t=a", "t=a&value=5", "t=a"])[0].value, 6)
        self.assertEqual(self.values("count"), {None: 1.5, "1": -1})

    def test_last_always_replaces(self):
        self.assertEqual(self.values("last"), {None: 1, "1": 1})

    def test_sum_always_adds(self):
        self.assertEqual(self.values("sum"), {None: 8.5, "1": -1})

    def test_two_orders_of_labels_are_one_series(self):
        sample, = self.merged(["a=1&b=2", "b=2&a=1"])
        self.assertEqual(sample.value, 2)

    def test_the_metric_can_have_another_name(self):
        with Server({"events.metric": "deploys"}) as server:
            server.event("service=a")
            exposition = server.scrape("prom")
            self.assertEqual(len(exposition.events("deploys")), 1)
            self.assertEqual(exposition.types["deploys"], "gauge")


class ExplicitTimestamps(unittest.TestCase):
    def test_every_event_keeps_its_own_sample_unique_ascending_and_never_in_the_future(self):
        with Server({"events.use_explicit_timestamps": True}) as server:
            began = int(time.time() * 1000)
            with server.connect() as connection:
                for n in range(60):
                    self.assertEqual(connection.post(f"/event?type={n % 2}&value={n}").status, 200)
            collected = []

            def collect():
                exposition = server.scrape("prom")
                now = int(time.time() * 1000)
                for sample in exposition.events():
                    self.assertGreaterEqual(sample.timestamp, began)
                    self.assertLessEqual(sample.timestamp, now)
                    collected.append(sample)
                return len(collected) >= 60
            wait_until(collect, "60 samples")
            for kind in ("0", "1"):
                mine = [s for s in collected if s.labels["type"] == kind]
                self.assertEqual([s.value for s in mine], [float(n) for n in range(60) if n % 2 == int(kind)])
                times = [s.timestamp for s in mine]
                self.assertEqual(times, sorted(set(times)))
            self.assertEqual(server.scrape("prom").events(), [])

    def test_own_metrics_have_no_timestamps_and_events_always_do(self):
        with Server(env={"USE_EXPLICIT_TIMESTAMPS": "True"}) as server:
            server.event("type=a")
            exposition = wait_until(lambda: (e := server.scrape("prom")).events() and e, "the event")
            for sample in exposition.samples:
                self.assertEqual(sample.timestamp is None, sample.name != "events_to_metrics", sample)

    def test_a_redelivery_repeats_the_time_exactly(self):
        with Server({"events.use_explicit_timestamps": True}) as server:
            for _ in range(5):
                server.event("type=again")
            ahead = int(time.time() * 1000) + 10  # five of one millisecond reach a few ahead
            wait_until(lambda: time.time() * 1000 > ahead, "all five to be due")
            with server.connect() as connection:
                connection.send_get("/metrics?scraper=prom")
                connection.read_some(100)
                connection.reset()
            shown = wait_until(lambda: (e := server.peek("prom").events()) and len(e) == 5 and e, "5 events")
            times = [s.timestamp for s in shown]
            self.assertEqual([s.timestamp for s in server.scrape("prom").events()], times)

    def test_an_event_older_than_the_greatest_age_goes_out_with_a_younger_time(self):
        with Server({"events.use_explicit_timestamps": True,
                     "events.timestamp_max_age_seconds": 1}) as server:
            posted = int(time.time() * 1000)
            server.event("type=old")
            server.event("type=old")
            wait_until(lambda: time.time() * 1000 > posted + 1600, "the age", 5)
            before = int(time.time() * 1000)
            first, second = [s.timestamp for s in server.scrape("prom").events()]
            after = int(time.time() * 1000)
            self.assertGreaterEqual(first, before - 1000)
            self.assertLess(first, second)
            self.assertLessEqual(second, after - 1000 + 5)


if __name__ == "__main__":
    runner.main()
