# SPDX-License-Identifier: MIT
"""Connections as a scarce thing: slow and idle clients, too many of them, no file descriptors left."""

import resource
import time
import unittest

from harness import programs, runner, sockets
from harness.client import Broken, request
from harness.processes import cpu_seconds, open_files
from harness.server import Server
from harness.waiting import FAR, HANG, TICK, wait_until

HERE = "127.0.0.1"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


class Slow(unittest.TestCase):
    TIMEOUT = 0.5

    def cut_off(self, first, drip):
        """Sends `first`, then `drip` byte by byte; returns the answer and the seconds from the start to the end."""
        with Server({"server.header_timeout_seconds": self.TIMEOUT}) as server:
            began = time.monotonic()
            with server.connect() as connection:
                return self.drip(connection, first, drip), time.monotonic() - began

    def drip(self, connection, first, drip):
        connection.socket.settimeout(0.05)
        connection.send(first)
        got, at, end = b"", 0, time.monotonic() + HANG
        while time.monotonic() < end:
            try:
                connection.send(drip[at % len(drip):][:1])
                at += 1
                part = connection.socket.recv(4096)
                if not part:
                    return got
                got += part
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                return got
        self.fail(f"a client that sends a byte now and then held its place for {HANG} s")

    def check(self, first, drip):
        got, seconds = self.cut_off(first, drip)
        self.assertTrue(got == b"" or got.startswith(b"HTTP/1.1 408 "), got)
        self.assertGreaterEqual(seconds, self.TIMEOUT - TICK)

    def test_a_header_that_comes_byte_by_byte_is_cut_off(self):
        self.check(b"POST /event?a=1 HTTP/1.1\r\nHost: t\r\nX: ", b"y")

    def test_a_request_line_that_comes_byte_by_byte_is_cut_off(self):
        self.check(b"GET /", b"x")

    def test_a_body_that_comes_byte_by_byte_is_cut_off(self):
        self.check(request("POST", "/event", [FORM, ("Content-Length", "60000")]), b"a")

    def test_chunks_that_come_byte_by_byte_are_cut_off(self):
        self.check(request("POST", "/event", [FORM, ("Transfer-Encoding", "chunked")]), b"1\r\na\r\n")

    def test_a_client_that_connects_and_says_nothing_is_cut_off(self):
        with Server({"server.header_timeout_seconds": 0.5}) as server, server.connect() as connection:
            data, why = connection.read_to_end()
            self.assertNotEqual(why, "silence")
            self.assertTrue(data == b"" or data.startswith(b"HTTP/1.1 408 "), data)

    def test_a_client_that_does_not_read_its_replies_is_cut_off_and_its_memory_is_bounded(self):
        with Server({"server.header_timeout_seconds": 0.5, "server.idle_timeout_seconds": 1}) as server:
            with server.connect(receive_buffer=4096) as connection:
                connection.socket.settimeout(0.2)
                pack, sent = request("GET", "/") * 200, 0
                try:
                    while sent < 64 << 20:
                        sent += connection.socket.send(pack)
                except TimeoutError:
                    pass  # the server stopped reading: as it should
                except (ConnectionResetError, BrokenPipeError):
                    pass
                self.assertLess(sent, 64 << 20)
            self.assertEqual(server.get("/healthz").status, 200)


class Idle(unittest.TestCase):
    def test_an_idle_connection_is_ended_in_order(self):
        with Server({"server.idle_timeout_seconds": 1}) as server, server.connect() as connection:
            began = time.monotonic()
            self.assertEqual(connection.get("/healthz").status, 200)
            self.assertEqual(connection.wait_for_end(HANG), "end of stream")
            self.assertGreaterEqual(time.monotonic() - began, 1 - TICK)

    def test_the_header_timeout_does_not_end_an_idle_connection(self):
        with Server({"server.header_timeout_seconds": 1, "server.idle_timeout_seconds": FAR}) as server:
            with server.connect() as connection:
                self.assertEqual(connection.get("/healthz").status, 200)
                connection.socket.settimeout(2.5)
                with self.assertRaises(Broken) as caught:
                    connection.read_reply()
                self.assertEqual(caught.exception.why, "silence")
                connection.socket.settimeout(5)
                self.assertEqual(connection.get("/healthz").status, 200)


class TooMany(unittest.TestCase):
    def test_at_max_connections_the_one_longest_in_its_header_is_closed(self):
        with Server({"server.max_connections": 8, "server.header_timeout_seconds": FAR}) as server:
            held = []
            for number in range(8):
                connection = server.connect()
                connection.send(b"GET /healthz HTTP/1.1\r\nHost: t\r\nX-%d: " % number)
                held.append(connection)
                wait_until(lambda: len(sockets.of_server(server, HERE)) == len(held) and sockets.settled(server, HERE),
                           "the server has read it", 20, 0.001)
                time.sleep(0.02)  # is the difference that tells who is the longest
            self.assertEqual(server.get("/healthz").status, 200)
            data, why = held[0].read_to_end()
            self.assertNotEqual(why, "silence")
            self.assertTrue(data == b"" or data.startswith((b"HTTP/1.1 408", b"HTTP/1.1 503")), data)
            held[-1].send(b"y\r\n\r\n")
            self.assertEqual(held[-1].read_reply().status, 200)
            for connection in held:
                connection.close()

    def test_two_hundred_slow_clients_do_not_keep_a_ninth_one_out(self):
        with Server({"server.max_connections": 8, "server.header_timeout_seconds": FAR}) as server:
            held = []
            for _ in range(200):
                connection = server.connect()
                connection.send(b"GET / HTTP/1.1\r\n")
                held.append(connection)
            self.assertEqual(server.get("/healthz").status, 200)
            self.assertLess(open_files(server.pid), 60)
            for connection in held:
                connection.close()

    def recovers(self, server, limit, exhausts=True):
        """Opens more connections than there are descriptors: the last ones are answered, the first ones are evicted."""
        held = [server.connect() for _ in range(limit + 30)]
        for connection in held[-3:]:
            connection.send(request("GET", "/healthz"))
            self.assertEqual(connection.read_reply().status, 200)
        if exhausts:
            wait_until(lambda: open_files(server.pid) >= limit - 2, f"{limit} descriptors in use")
        for connection in held:
            connection.close()
        self.assertEqual(server.get("/healthz").status, 200)
        self.assertIsNone(server.process.poll())
        wait_until(lambda: open_files(server.pid) < limit - 20, "descriptors given back")
        self.assertEqual(server.post("/event?after=1").status, 200)

    # The sanitizer for undefined behaviour opens a pipe to look at an object's type, or reports a fault.
    @unittest.skipIf(programs.sanitized(), "sanitizers need file descriptors of their own")
    def test_where_descriptors_run_out_the_longest_silent_give_way_and_the_server_recovers(self):
        with Server({"server.threads": 2}) as server:
            # Taken away while it runs, so that no careful arithmetic at the start can avoid the shortage.
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (60, 60))
            self.recovers(server, 60)
            server.wait_for_log(lambda l: l["level"] == "warn" and "open files" in str(l).lower(),
                                "about too many open files")
            before = cpu_seconds(server.pid)
            held = [server.connect() for _ in range(80)]
            wait_until(lambda: open_files(server.pid) >= 58, "all descriptors in use")
            time.sleep(1)  # what is measured is this second: an accept that fails must not spin
            self.assertLess(cpu_seconds(server.pid) - before, 0.5)
            for connection in held:
                connection.close()

    @unittest.skipIf(programs.sanitized(), "sanitizers need file descriptors of their own")
    def test_a_server_started_with_few_descriptors_says_so_serves_and_recovers(self):
        prlimit = programs.need("prlimit")
        with Server({"server.threads": 2}, prefix=[prlimit, "--nofile=64:64"]) as server:
            line = server.wait_for_log(lambda l: "open_files" in l, "about the limit")
            self.assertEqual((line["level"], line["open_files"], line["wanted"]), ("warn", "64", "4096"))
            self.recovers(server, 64, exhausts=False)
            self.assertNotIn("Too many open files", server.log())


if __name__ == "__main__":
    runner.main()
