# SPDX-License-Identifier: MIT
"""TLS as clients see it from outside: versions, handshakes, records, and ends of connections."""

import re
import select
import socket
import ssl
import subprocess
import time
import unittest
from contextlib import suppress

from harness import load, programs, runner
from harness.client import scrape_timeout
from harness.crew import Crew
from harness.exposition import parse
from harness.oracle import Oracle
from harness.processes import raise_open_files_limit
from harness.remote import Remote
from harness.server import Server
from harness.site import Site
from harness.tls_client import TlsConnection, plain_socket, records
from harness.waiting import FAR, HANG, TICK, wait_until

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
HANDSHAKE, APPLICATION = 22, 23  # types of records
LARGEST = 4096
OVERHEAD = 256  # of a record, at most, over its plaintext: RFC 8446 section 5.2
ERRORS = "oneshot_tls_handshake_errors_total"


def only(site, version, **options):
    return site.authority.trusted_by(minimum_version=VERSIONS[version], maximum_version=VERSIONS[version], **options)


def hello(context):
    """A ClientHello."""
    into = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), into, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        return into.read()
    raise AssertionError("a handshake without a server")


class Recording(TlsConnection):
    """Keeps all that came off the wire."""

    def __init__(self, *args, **options):
        self.wire = b""
        super().__init__(*args, **options)

    def _receive(self, size):
        self.wire += super()._receive(size)


class WithServer(unittest.TestCase):
    """One server for all tests of a class."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.stop)
        cls.server = Server({**cls.site.settings, **cls.settings})
        cls.addClassCleanup(cls.server.stop)
        cls.server.tls = cls.site.authority.trusted_by()
        cls.server.scrape("p")
        cls.url = f"https://localhost:{cls.server.port}"

    def run_program(self, name, *args, text=b"", status=0):
        done = subprocess.run([programs.need(name), *args], input=text, capture_output=True, timeout=20, check=False)
        both = (done.stdout + done.stderr).decode("utf-8", "replace")
        if status is not None:
            self.assertEqual(done.returncode, status, both)
        return both

    def curl(self, path, *args, status=0, url=None):
        return self.run_program("curl", "-sS", "--max-time", "10", "--cacert", self.site.authority.certificate, *args,
                                (url or self.url) + path, status=status)

    def s_client(self, *args, text=b"", status=0, port=None):
        return self.run_program("openssl", "s_client", "-connect", f"127.0.0.1:{port or self.server.port}", "-CAfile",
                                self.site.authority.certificate, "-verify_return_error", *args, text=text,
                                status=status)

    def number(self, name):
        return self.server.peek("p").value(name)


class Versions(WithServer):
    def test_an_event_in_and_out_with_python(self):
        for word, version in VERSIONS.items():
            context = only(self.site, word)
            self.server.scrape("python")
            self.server.event(f"type=python&tls={word}", tls=context)
            with self.server.connect(tls=context) as connection:
                self.assertEqual(connection.tls.version(), f"TLSv{word}")
                text = connection.get("/metrics?scraper=python").text
            self.assertIn(f'\nevents_to_metrics{{tls="{word}",type="python"}} 1\n', text)

    def test_an_event_in_and_out_with_curl(self):
        for word in VERSIONS:
            versions = (f"--tlsv{word}", "--tls-max", word)
            self.server.scrape("curl")
            self.assertIn("200", self.curl(f"/event?type=curl&tls={word}", "-X", "POST", *versions, "-w",
                                           "%{http_code}"))
            self.assertIn(f'\nevents_to_metrics{{tls="{word}",type="curl"}} 1\n',
                          self.curl("/metrics?scraper=curl", *versions))

    def test_an_event_in_and_out_with_s_client(self):
        for word in VERSIONS:
            def talk(method, path):
                text = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
                return self.s_client(f"-tls{word.replace('.', '_')}", "-quiet", "-ign_eof", text=text)
            self.server.scrape("openssl")
            self.assertIn("HTTP/1.1 200 OK", talk("POST", f"/event?type=openssl&tls={word}"))
            self.assertIn(f'events_to_metrics{{tls="{word}",type="openssl"}} 1',
                          talk("GET", "/metrics?scraper=openssl"))

    def test_older_versions_are_refused(self):
        for word in ("-tls1", "-tls1_1"):
            said = self.s_client(word, "-cipher", "ALL:@SECLEVEL=0", status=1)
            self.assertIn("alert protocol version", said)

    def test_many_requests_on_one_connection_and_a_body(self):
        self.server.scrape("many")
        with self.server.connect() as connection:
            for number in range(200):
                reply = connection.post("/event", f"type=many&number={number}".encode())
                self.assertEqual(reply.status, 200, reply)
        events = self.server.scrape("many").events()
        self.assertEqual(len([event for event in events if event.labels["type"] == "many"]), 200)

    def test_the_welcome_page_says_https(self):
        self.assertIn(f"https://localhost:{self.server.port}/event", self.curl("/"))


class NotTls(WithServer):
    def talk(self, data, port=None):
        """All that comes back until the end."""
        with plain_socket(port or self.server.port) as connection:
            connection.sendall(data)
            got = b""
            while part := connection.recv(4096):
                got += part
            return got

    def test_plain_http_is_told_so_and_counted(self):
        before = self.number(ERRORS)
        for request in (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /event?a=1 HTTP/1.1\r\nHost: x\r\n\r\n",
                        b"G"):
            head, _, body = self.talk(request).partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 400 Bad Request\r\n"), head)
            self.assertIn(b"\r\nConnection: close", head)
            self.assertTrue(body.startswith(b"client sent an HTTP request to an HTTPS server"), body)
        self.assertEqual(self.number(ERRORS), before + 3)

    def test_curl_by_http_shows_the_word(self):
        said = self.curl("/healthz", "-w", "%{http_code}", url=f"http://127.0.0.1:{self.server.port}")
        self.assertRegex(said, r"\Aclient sent an HTTP request to an HTTPS server[^\n]*\n400\Z")

    def test_a_large_plain_request_is_told_so_too(self):
        with plain_socket(self.server.port) as connection:
            connection.sendall(b"POST /event HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"a" * 60000)
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 400 "))

    def test_what_is_neither_ends_at_once(self):
        for data in (b"\x16\x03\x01\x00\x05hello", b"\x16" * 1000, b"\x16\x03\x01\xff\xff" + bytes(70000)):
            watch = load.stopwatch(self.server)
            with watch, suppress(ConnectionError):  # thrown away unread is an end too
                self.talk(data)
            self.assertLess(watch.fed_seconds[0], 2)
        self.assertEqual(self.server.get("/healthz").status, 200)

    def test_tls_on_a_plain_port_is_told_so(self):
        with Server() as plain:
            head, _, body = self.talk(hello(self.server.tls), plain.port).partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 400 Bad Request\r\n"), head)
            self.assertTrue(body.startswith(b"this is TLS"), body)
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                plain.get("/healthz", tls=self.server.tls)

    def test_a_listener_with_tls_false_stays_plain(self):
        settings = {**self.site.settings, "listeners.near.address": "127.0.0.1:0", "listeners.near.tls": False,
                    "listeners.far.address": "127.0.0.1:0"}
        with Server(settings) as server:
            server.tls = self.site.authority.trusted_by()
            line = next(l for l in server.log_lines() if l["msg"] == "listening")
            ports = dict(re.findall(r"(\S+) 127\.0\.0\.1:(\d+)", line["listeners"]))
            near, far = Remote(int(ports["near"])), Remote(int(ports["far"]))
            far.tls = server.tls
            server.scrape("p")
            for number, one in enumerate((server, near, far)):
                one.event(f"from={number}")
            self.assertEqual(len(near.scrape("p").events()), 3)
            self.assertIn("curl http://", near.get("/").text)
            self.assertIn("curl https://", far.get("/").text)
            self.assertTrue(self.talk(b"GET / HTTP/1.1\r\n\r\n", far.port).startswith(b"HTTP/1.1 400 "))


class Handshake(WithServer):
    settings = {"server.header_timeout_seconds": 0.6}

    def ends_in_time(self, connection, began, drip=b""):
        """The server ends it when its time is over, whatever comes byte by byte meanwhile, and not before.

        began: before it was opened
        """
        at = 0
        connection.settimeout(0.05)
        while time.monotonic() - began < HANG:
            try:
                if at < len(drip):
                    connection.sendall(drip[at:at + 1])
                    at += 1
                if not connection.recv(4096):
                    break
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                break
        else:
            self.fail(f"it is open after {HANG} s")
        self.assertGreaterEqual(time.monotonic() - began, self.settings["server.header_timeout_seconds"] - TICK)
        self.assertTrue(at < len(drip) or not drip, "each byte got it more time")

    def test_one_that_does_not_go_on_ends_within_the_header_timeout(self):
        whole = hello(self.server.tls)
        for sent in (b"", whole[:1], whole[:100], whole):
            began = time.monotonic()
            with self.subTest(sent=len(sent)), plain_socket(self.server.port) as connection:
                connection.sendall(sent)
                self.ends_in_time(connection, began)

    def test_one_that_comes_byte_by_byte_ends_too(self):
        began = time.monotonic()
        with plain_socket(self.server.port) as connection:
            self.ends_in_time(connection, began, hello(self.server.tls))

    def test_after_it_a_request_that_does_not_come_or_comes_in_parts_ends_too(self):
        began = time.monotonic()
        with self.server.connect() as silent:
            self.ends_in_time(silent.socket, began)
        began = time.monotonic()
        with self.server.connect() as partly:
            partly.send(b"GET /metr")
            self.ends_in_time(partly.socket, began)
        began = time.monotonic()
        with self.server.connect() as half_a_record:
            half_a_record.tls.write(b"GET /healthz?" + b"x" * 400 + b" HTTP/1.1\r\n\r\n")
            self.ends_in_time(half_a_record.socket, began, half_a_record._out.read()[:-1])

    def test_one_that_breaks_off_is_counted_and_costs_others_nothing(self):
        before = self.number(ERRORS)
        with plain_socket(self.server.port) as connection:
            connection.sendall(hello(self.server.tls) + b"\x16\x03\x03\x00\x04\xff\xff\xff\xff")
            while connection.recv(4096):
                pass
        self.assertEqual(self.number(ERRORS), before + 1)

    def test_only_http11_is_agreed_on(self):
        def chosen(*offered):
            context = self.site.authority.trusted_by()
            context.set_alpn_protocols(offered)
            with self.server.connect(tls=context) as connection:
                self.assertEqual(connection.get("/healthz").status, 200)
                return connection.tls.selected_alpn_protocol()
        self.assertEqual(chosen("http/1.1"), "http/1.1")
        self.assertEqual(chosen("h2", "http/1.1"), "http/1.1")
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            chosen("h2")
        with self.server.connect() as connection:
            self.assertIsNone(connection.tls.selected_alpn_protocol())
        self.assertIn("1.1", self.curl("/healthz", "--http2", "-o", "/dev/null", "-w", "%{http_version}"))


class Flood(WithServer):
    """Handshakes of one address take turns: 400 at once, then 200 a second; who would wait for 5 s is turned away."""

    settings = {"server.header_timeout_seconds": 20}
    BURST, A_SECOND, PATIENCE = 400, 200, 5

    def test_who_opens_a_connection_for_each_request_waits_for_turns_and_others_do_not(self):
        more, took, crew = self.A_SECOND, [], Crew()

        def flood(_):
            began = time.monotonic()
            for _ in range(self.BURST + more):
                self.assertEqual(self.server.get("/healthz", source="127.0.0.4").status, 200)
            took.append(time.monotonic() - began)
        crew.add(flood)
        watch = load.stopwatch(self.server)
        while not took and not crew.stop.wait(0.05):
            with watch:
                self.assertEqual(self.server.get("/healthz", source="127.0.0.2").status, 200)
        crew.finish()
        self.assertGreaterEqual(took[0], more / self.A_SECOND - TICK)
        self.assertGreater(len(watch.fed_seconds), 5)
        self.assertLess(max(watch.fed_seconds), 0.5)

    def test_who_would_wait_too_long_is_turned_away(self):
        raise_open_files_limit()
        before, whole, too_many = self.number(ERRORS), hello(self.server.tls), 100
        held, waiting = [], select.poll()
        self.addCleanup(lambda: [one.close() for one in held])
        # While they come, turns come too, the more of them the slower this machine is.
        while self.number(ERRORS) - before < too_many:
            self.assertLess(len(held), 10 * self.A_SECOND * self.PATIENCE, "nobody is turned away")
            for _ in range(self.A_SECOND):
                held.append(plain_socket(self.server.port, source="127.0.0.5"))
                held[-1].sendall(whole)
                waiting.register(held[-1], select.POLLIN)
        self.assertEqual(self.server.get("/healthz", source="127.0.0.2").status, 200)
        self.assertLess(len(waiting.poll(0)), len(held), "those before it are served first")


class Sessions(WithServer):
    def test_no_ticket_is_given(self):
        for word in VERSIONS:
            said = self.s_client(f"-tls{word.replace('.', '_')}", "-msg", "-quiet", "-ign_eof",
                                 text=b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertIn("Handshake", said)
            self.assertIn("HTTP/1.1 200", said)
            self.assertNotIn("NewSessionTicket", said)

    def test_nothing_is_resumed(self):
        self.assertNotIn("Reused", said := self.s_client("-tls1_2", "-reconnect"))
        self.assertEqual(said.count("New, TLSv1.2"), 6)
        for word in VERSIONS:
            context, session = only(self.site, word), None
            for _ in range(3):
                with context.wrap_socket(plain_socket(self.server.port), server_hostname="localhost",
                                         session=session) as connection:
                    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    self.assertIn(b" 200 OK", connection.recv(4096))
                    self.assertFalse(connection.session_reused)
                    session = connection.session
                    self.assertFalse(session is not None and session.has_ticket)

    def test_nothing_is_renegotiated(self):
        # "R" on a line of its own has s_client ask for a new handshake.
        client = subprocess.Popen([programs.need("openssl"), "s_client", "-connect", f"127.0.0.1:{self.server.port}",
                                   "-tls1_2", "-CAfile", self.site.authority.certificate], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(client.stdout.close)
        said = b""
        while b"Verify return code" not in said:
            part = client.stdout.readline()
            self.assertTrue(part, said)
            said += part
        client.stdin.write(b"R\n")
        client.stdin.flush()
        while b"RENEGOTIATING" not in said:
            said += client.stdout.readline()
        rest = client.communicate(timeout=20)[0]
        self.assertRegex(rest.lower(), rb"no.renegotiation")
        self.assertNotIn(b"ServerHello", rest)
        self.assertEqual(self.server.get("/healthz").status, 200)


class Records(WithServer):
    def test_none_is_larger_than_4_kib(self):
        oracle = Oracle(self.server)
        for word in VERSIONS:
            for gzip in ((), [("Accept-Encoding", "gzip")]):
                oracle.scrape("p")
                oracle.post(3000, 400)
                with Recording(self.server.port, only(self.site, word)) as connection:
                    reply = connection.get("/metrics?scraper=p", [scrape_timeout(120), *gzip])
                    self.assertEqual(reply.status, 200)
                    self.assertEqual(reply.compressed, bool(gzip))
                    oracle.whole("p", parse(reply.body))
                sizes = [size for kind, size in records(connection.wire) if kind == APPLICATION]
                self.assertGreaterEqual(sum(sizes), reply.size)
                self.assertGreater(len(sizes), reply.size // LARGEST)
                self.assertLessEqual(max(sizes), LARGEST + OVERHEAD)
                self.assertGreater(max(sizes), LARGEST)  # and they are no smaller than they need be
                kinds = {kind for kind, _ in records(connection.wire)}
                self.assertLessEqual(kinds, {20, 21, HANDSHAKE, APPLICATION})
        oracle.drain("p")
        oracle.check("p")


class Ends(WithServer):
    settings = {"server.header_timeout_seconds": FAR, "server.idle_timeout_seconds": FAR}

    def test_close_notify_with_tcp_left_open_is_answered_with_an_end_within_a_second(self):
        for word in VERSIONS:
            connection = only(self.site, word).wrap_socket(plain_socket(self.server.port), server_hostname="localhost")
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertIn(b" 200 OK", connection.recv(4096))
            watch = load.stopwatch(self.server)
            with watch:
                bare = connection.unwrap()  # waits for the other side's close_notify
                self.assertEqual(bare.recv(1), b"")
            self.assertLess(watch.fed_seconds[0], 1)
            bare.close()

    def test_close_notify_instead_of_a_request_is_answered_too(self):
        with self.server.connect() as connection:
            watch = load.stopwatch(self.server)
            with watch:
                connection.say_goodbye()
                self.assertEqual(connection.wait_for_end(), "end of stream")
            self.assertLess(watch.fed_seconds[0], 1)

    def test_the_servers_own_end_begins_with_close_notify(self):
        # Connection.read_to_end would call it "cut off" else.
        with self.server.connect() as asked:
            asked.get("/healthz", [("Connection", "close")])
            self.assertEqual(asked.wait_for_end(), "end of stream")
        with Server({**self.site.settings, "server.idle_timeout_seconds": 1}) as server:
            server.tls = self.server.tls
            with server.connect() as idle:
                idle.get("/healthz")
                self.assertEqual(idle.wait_for_end(HANG), "end of stream")

    def test_a_stop_ends_connections_in_good_order(self):
        with Server(self.site.settings) as server:
            server.tls = self.server.tls
            with server.connect() as connection:
                self.assertEqual(connection.get("/healthz").status, 200)
                server.signal()
                self.assertEqual(connection.wait_for_end(), "end of stream")

    def test_connections_are_counted_and_forgotten(self):
        name = "oneshot_tls_connections"
        wait_until(lambda: self.number(name) == 1, "only the one that asks")
        with self.server.connect() as one, self.server.connect() as other:
            one.get("/healthz")
            other.get("/healthz")
            self.assertEqual(self.number(name), 3)
        wait_until(lambda: self.number(name) == 1, "only the one that asks")

    def test_an_end_inside_of_a_record_is_an_end(self):
        for end in (socket.SHUT_WR, None):
            with self.server.connect(says_goodbye=False) as connection:
                connection.tls.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                connection.socket.sendall(connection._out.read()[:-3])
                if end is None:
                    connection.reset()
                    continue
                connection.socket.shutdown(end)
                data, why = connection.read_to_end()
                self.assertEqual(data, b"")
                self.assertNotEqual(why, "silence")


if __name__ == "__main__":
    runner.main()
