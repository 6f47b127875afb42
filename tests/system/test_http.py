# SPDX-License-Identifier: MIT
"""HTTP/1.1 through real sockets: the well-formed is answered in order, the rest refused and closed."""

import unittest

from harness import runner
from harness.client import request
from harness.exposition import parse
from harness.server import Server

FORM = ("Content-Type", "application/x-www-form-urlencoded")
SMUGGLED = b"POST /event?smuggled=1 HTTP/1.1\r\nHost: t\r\n\r\n"


class WellFormed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server({"server.header_timeout_seconds": 5})
        cls.addClassCleanup(cls.server.stop)

    def events(self):
        return [s.labels for s in self.server.scrape("prom").events()]

    def test_a_connection_is_kept_for_the_next_request(self):
        with self.server.connect() as connection:
            for number in range(20):
                self.assertEqual(connection.post(f"/event?n={number}").status, 200)
            self.assertTrue(connection.is_open())
        self.assertEqual(self.events(), [{"n": str(n)} for n in range(20)])

    def test_pipelined_posts_are_answered_in_order(self):
        with self.server.connect() as connection:
            queries = ["n=0", "a-b=1", "n=1", "value=x", "n=2&n=2", "n=3"] * 50
            connection.send(b"".join(request("POST", "/event?" + q + "&r=" + str(i)) for i,
                                     q in enumerate(queries)))
            statuses = [connection.read_reply().status for _ in queries]
            self.assertEqual(statuses, [200, 400, 200, 400, 400, 200] * 50)
            self.assertTrue(connection.is_open())
        found = [s["r"] for s in self.events()]
        self.assertEqual(found, [str(i) for i, status in enumerate(statuses) if status == 200])

    def test_a_pipelined_get_metrics_gets_no_batch(self):
        with Server() as server:
            server.event("type=one")
            with server.connect() as connection:
                connection.send(request("GET", "/metrics?scraper=p") * 3)
                batches = [len(parse(connection.read_reply().body).events()) for _ in range(3)]
                self.assertEqual(batches, [1, 0, 0])
            self.assertEqual(len(server.scrape("p").events()), 0)

    def test_a_pipelined_request_proves_nothing_about_the_batch_before_it(self):
        with Server() as server:
            server.event("type=one")
            with server.connect() as connection:
                connection.send(request("GET", "/metrics?scraper=p") + request("GET", "/healthz"))
                connection.read_some(200)
                connection.reset()
            self.assertEqual(len(server.scrape("p").events()), 1)

    def test_a_request_may_come_one_byte_at_a_time(self):
        with self.server.connect() as connection:
            for byte in request("POST", "/event?slow=1", [FORM], b"b=2"):
                connection.send(bytes([byte]))
            self.assertEqual(connection.read_reply().status, 200)
        self.assertEqual(self.events(), [{"slow": "1", "b": "2"}])

    def test_a_chunked_body_is_put_together(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "/event", [FORM, ("Transfer-Encoding", "chunked")]))
            for part in (b"3\r\na=1\r\n", b"2;ext=\"x\"\r\n&b\r\n", b"00A\r\n=2&c=34567\r\n",
                         b"0\r\nTrailer: x\r\n\r\n"):
                connection.send(part)
            self.assertEqual(connection.read_reply().status, 200)
            self.assertEqual(connection.get("/healthz").status, 200)
        self.assertEqual(self.events(), [{"a": "1", "b": "2", "c": "34567"}])

    def test_expect_100_continue_is_answered_before_the_body_is_sent(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "/event", [FORM, ("Expect", "100-continue"),
                                                       ("Content-Length", "3")]))
            self.assertEqual(connection.read_reply().status, 100)
            connection.send(b"a=1")
            self.assertEqual(connection.read_reply().status, 200)
        self.assertEqual(self.events(), [{"a": "1"}])

    def test_no_100_is_sent_for_a_body_that_would_be_too_large(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "/event", [FORM, ("Expect", "100-continue"),
                                                       ("Content-Length", "70000")]))
            self.assertEqual(connection.read_reply().status, 413)

    def test_another_expectation_is_417(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "/event?a=1", [("Expect", "tea"), ("Content-Length", "0")]))
            self.assertEqual(connection.read_reply().status, 417)

    def test_http_1_0_is_answered_and_closed_unless_it_asks_to_keep_alive(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "/event?old=1", version="HTTP/1.0", host=None))
            self.assertEqual(connection.read_reply().status, 200)
            self.assertEqual(connection.wait_for_end(), "end of stream")
        with self.server.connect() as connection:
            for _ in range(2):
                connection.send(request("GET", "/healthz", [("Connection", "keep-alive")],
                                        version="HTTP/1.0"))
                reply = connection.read_reply()
                self.assertEqual((reply.status, reply.header("connection").lower()), (200, "keep-alive"))
        self.assertEqual(self.events(), [{"old": "1"}])

    def test_connection_close_is_obeyed_and_said(self):
        with self.server.connect() as connection:
            connection.send(request("GET", "/healthz", [("Connection", "close")]) + request("POST",
                                                                                            "/event?after=1"))
            reply = connection.read_reply()
            self.assertEqual((reply.status, reply.header("connection").lower()), (200, "close"))
            self.assertEqual(connection.wait_for_end(), "end of stream")
        self.assertEqual(self.events(), [])

    def test_an_absolute_target_is_the_path_in_it(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "http://example.test:8090/event?abs=1"))
            self.assertEqual(connection.read_reply().status, 200)
            connection.send(request("GET", "http://example.test"))
            self.assertEqual(connection.read_reply().status, 200)
            connection.send(request("GET", "HTTP://example.test/healthz"))
            self.assertEqual(connection.read_reply().status, 200)
        self.assertEqual(self.events(), [{"abs": "1"}])

    def test_empty_lines_before_a_request_are_passed_over(self):
        with self.server.connect() as connection:
            connection.send(b"\r\n\r\n" + request("GET", "/healthz"))
            self.assertEqual(connection.read_reply().status, 200)

    def test_a_request_followed_by_a_half_close_is_still_answered(self):
        with self.server.connect() as connection:
            connection.send(request("POST", "/event?half=1"))
            connection.half_close()
            self.assertEqual(connection.read_reply().status, 200)
            self.assertEqual(connection.wait_for_end(), "end of stream")
        self.assertEqual(self.events(), [{"half": "1"}])


class Refused(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)

    def refused(self, data, statuses=(400,), more=SMUGGLED):
        """One answer with one of these statuses, then the end; what followed was no request."""
        with self.subTest(data=data[:120]):
            with self.server.connect() as connection:
                connection.send(data + more)
                reply = connection.read_reply()
                self.assertIn(reply.status, statuses, reply)
                self.assertEqual((reply.header("connection") or "").lower(), "close")
                rest, _ = connection.read_to_end()
                self.assertEqual(rest, b"")
            exposition = self.server.scrape("prom")
            self.assertEqual(exposition.events(), [])
            self.assertEqual(exposition.value("events_to_metrics_event_count"), 0)

    def head(self, *lines, body=b""):
        return b"\r\n".join([b"POST /event?a=1 HTTP/1.1", b"Host: t", *lines, b"", b""]) + body

    def test_two_lengths_are_refused(self):
        self.refused(self.head(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"))
        self.refused(self.head(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"))
        self.refused(self.head(b"Content-Length: 5", b"Content-Length: 6", body=b"b=234"))
        self.refused(self.head(b"Content-Length: 5, 6", body=b"b=234"))

    def test_a_length_that_is_no_plain_number_is_refused(self):
        for length in (b"+5", b"-5", b"5a", b"0x5", b"5 5", b"5.0", b"", b"99999999999999999999", b"\xb2"):
            self.refused(self.head(b"Content-Length: " + length, body=b"b=234"), (400, 413))

    def test_a_transfer_coding_other_than_chunked_is_refused(self):
        for coding in (b"gzip", b"gzip, chunked", b"chunked, gzip", b"chunked, chunked", b"xchunked",
                       b"identity",
                       b"chunked\x0b", b"\"chunked\""):
            self.refused(self.head(b"Transfer-Encoding: " + coding, body=b"0\r\n\r\n"), (400, 501))
        self.refused(self.head(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked",
                               body=b"0\r\n\r\n"),
                     (400, 501))

    def test_transfer_encoding_in_http_1_0_is_refused(self):
        self.refused(b"POST /event?a=1 HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (400, 501))

    def test_bad_chunks_are_refused(self):
        for body in (b"x\r\n", b"-1\r\n", b"3\r\na=1X\r\n0\r\n\r\n", b"3\na=1\r\n0\r\n\r\n",
                     b"0x3\r\na=1\r\n0\r\n\r\n",
                     b"ffffffffffffffffff\r\n", b" 3\r\na=1\r\n0\r\n\r\n", b"3 \r\na=1\r\n0\r\n\r\n", b"\r\n",
                     b"3;a\nb\r\na=1\r\n0\r\n\r\n", b"3\r\na=1\n0\r\n\r\n",
                     b"3\r\na=1\r\n0\r\nA b: c\r\n\r\n"):
            self.refused(self.head(FORM[0].encode() + b": " + FORM[1].encode(), b"Transfer-Encoding: chunked",
                                   body=body), (400, 413))

    def test_bare_line_feeds_and_bare_carriage_returns_are_refused(self):
        self.refused(b"POST /event?a=1 HTTP/1.1\nHost: t\n\n")
        self.refused(b"POST /event?a=1 HTTP/1.1\r\nHost: t\nX: y\r\n\r\n")
        self.refused(b"POST /event?a=1 HTTP/1.1\r\nHost: t\r\n\n")
        self.refused(b"POST /event?a=1 HTTP/1.1\r\nHost: t\r\nX: a\rb\r\n\r\n")
        self.refused(b"POST /event?a=1 HTTP/1.1\rHost: t\r\r")
        self.refused(b"POST /event?a=1 HTTP/1.1\r\nHost: t\r\nX: a\r\r\n\r\n")

    def test_folded_header_lines_are_refused(self):
        self.refused(self.head(b"X: a\r\n b"))
        self.refused(self.head(b"X: a\r\n\tb"))
        self.refused(b"POST /event?a=1 HTTP/1.1\r\n Host: t\r\n\r\n")
        self.refused(self.head(b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n"))

    def test_http_1_1_without_exactly_one_host_is_refused(self):
        self.refused(b"POST /event?a=1 HTTP/1.1\r\n\r\n")
        self.refused(self.head(b"Host: u"))

    def test_a_blank_in_or_after_a_header_name_is_refused(self):
        self.refused(self.head(b"Content-Length : 0"))
        self.refused(self.head(b"Content Length: 0"))
        self.refused(self.head(b": empty"))
        self.refused(self.head(b"no colon"))
        self.refused(self.head(b"X\x00: a"))
        self.refused(self.head(b"X: a\x00b"))
        self.refused(self.head(b"X(y): a"))

    def test_a_bad_request_line_is_refused(self):
        for line in (b"POST  /event?a=1 HTTP/1.1", b"POST /event?a=1", b"POST /event?a=1 HTTP/1.1 ",
                     b"POST /event?a=1 HTTP/1.1 x", b"POST /event?a= 1 HTTP/1.1", b"POST event?a=1 HTTP/1.1",
                     b"PO\x00ST /event?a=1 HTTP/1.1", b"POST /event?a=\x01 HTTP/1.1",
                     b" POST /event?a=1 HTTP/1.1",
                     b"POST /event?a=1 http/1.1", b"GARBAGE",
                     b"\x16\x03\x01\x02\x00\x01"):
            self.refused(line + b"\r\nHost: t\r\n\r\n")

    def test_another_version_is_refused(self):
        for version in (b"HTTP/2.0", b"HTTP/0.9", b"HTTP/3.0", b"HTTP/01.1", b"HTTP/1.10"):
            self.refused(b"POST /event?a=1 " + version + b"\r\nHost: t\r\n\r\n", (400, 505))
        self.refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 405, 505))

    def test_a_later_minor_version_is_answered_as_1_1(self):
        with Server() as server, server.connect() as connection:
            for _ in range(2):
                connection.send(b"POST /event?a=1 HTTP/1.2\r\nHost: t\r\nContent-Length: 0\t\r\n\r\n")
                self.assertEqual(connection.read_reply().status, 200)

    def test_a_percent_encoding_that_is_broken_in_the_path_is_400(self):
        with self.server.connect() as connection:
            connection.send(request("GET", "/healthz%zz"))
            self.assertEqual(connection.read_reply().status, 400)

    def test_a_request_line_over_64_kib_is_414(self):
        self.refused(b"POST /event?a=" + b"x" * 70000 + b" HTTP/1.1\r\nHost: t\r\n\r\n", (414,), b"")
        self.refused(b"POST /event?a=" + b"x" * 300000, (414,), b"")

    def test_headers_over_32_kib_or_more_than_100_are_431(self):
        self.refused(self.head(b"X: " + b"x" * 33000), (431,), b"")
        self.refused(self.head(*[b"X-%d: " % n + b"x" * 1000 for n in range(40)]), (431,), b"")
        self.refused(self.head(*[b"X-%d: y" % n for n in range(101)]), (431,), b"")
        self.refused(self.head(b"X" * 40000), (431,), b"")

    def test_as_much_as_the_limits_allow_is_taken(self):
        with Server() as server, server.connect() as connection:
            headers = [(f"X-{n}", "x" * 300) for n in range(98)]
            connection.send(request("POST", "/event?a=1", headers))
            self.assertEqual(connection.read_reply().status, 200)
            # 48 KiB on the line, 16,000 bytes once decoded: within both limits.
            connection.send(request("POST", "/event?a=" + "%41" * 16000))
            self.assertEqual(connection.read_reply().status, 200)

    def test_a_body_over_64_kib_is_413_however_it_is_sent(self):
        length = str(70000).encode()
        form = FORM[0].encode() + b": " + FORM[1].encode()
        self.refused(self.head(form, b"Content-Length: " + length), (413,), b"")
        self.refused(self.head(form, b"Content-Length: " + length, body=b"x" * 70000), (413,), b"")
        chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
        self.refused(self.head(form, b"Transfer-Encoding: chunked", body=chunk * 17 + b"0\r\n\r\n"), (413,),
                     b"")
        self.refused(self.head(form, b"Transfer-Encoding: chunked", body=b"fffff\r\n"), (413,), b"")

    def test_an_endless_trailer_is_refused(self):
        form = FORM[0].encode() + b": " + FORM[1].encode()
        trailer = b"".join(b"X-%d: " % n + b"y" * 1000 + b"\r\n" for n in range(80))
        self.refused(self.head(form, b"Transfer-Encoding: chunked", body=b"0\r\n" + trailer), (400, 413, 431),
                     b"")

    def test_the_answer_to_a_refused_request_arrives_although_the_client_is_still_sending(self):
        with self.server.connect() as connection:
            connection.send(self.head(b"Content-Length: 1000000",
                                      FORM[0].encode() + b": " + FORM[1].encode()))
            connection.send(b"x" * 500000)
            self.assertEqual(connection.read_reply().status, 413)


if __name__ == "__main__":
    runner.main()
