# SPDX-License-Identifier: MIT
"""Every row of test_delivery over TLS 1.3 and 1.2: the receipt is TCP's end, and encryption changes none of them."""

import fcntl
import os
import select
import socket
import ssl
import struct
import subprocess

from harness import programs, runner, sockets
from harness.client import request
from harness.exposition import parse
from harness.oracle import Oracle
from harness.site import Site
from harness.tls_client import plain_socket
from harness.waiting import wait_until
from system import test_delivery

F_SETPIPE_SZ = 1031


class Tls13(test_delivery.Delivery):
    version = ssl.TLSVersion.TLSv1_3

    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.stop)
        cls.context = cls.site.authority.trusted_by(minimum_version=cls.version, maximum_version=cls.version)

    def start(self, settings):
        server = super().start({**self.site.settings, **settings})
        server.tls = self.context
        return server

    # -- ends of TLS alone ---------------------------------------------------------------------------------

    def test_read_whole_and_then_only_tls_is_ended_is_delivered(self):
        for size in (self.small, self.large):
            ids = self.oracle.post(**size)
            with self.server.connect() as connection:
                self.assertEqual(self.oracle.whole("p", parse(connection.get(test_delivery.PATH).body)), ids)
                connection.say_goodbye()
                self.assertEqual(connection.wait_for_end(1), "end of stream")
                # The client stays as it is: a newer scrape settles what its end would have.
                self.assertEqual(self.oracle.scrape("p"), [])
        self.finish(redelivered=0)

    def test_read_whole_and_only_tls_ended_is_delivered_after_the_idle_timeout_where_nobody_scrapes_anew(self):
        with self.start({"server.idle_timeout_seconds": 1}) as server:
            oracle = Oracle(server)
            oracle.scrape("p")
            oracle.scrape("watch")
            ids = oracle.post(**self.small)
            with server.connect() as connection:
                self.assertEqual(oracle.whole("p", parse(connection.get(test_delivery.PATH).body)), ids)
                connection.say_goodbye()
                self.assertEqual(connection.wait_for_end(1), "end of stream")
                wait_until(lambda: server.peek("p").value("oneshot_events_in_flight", scraper="p") == 0,
                           "the receipt without TCP's end", 20)
            self.assertEqual(oracle.scrape("p"), [])

    def test_close_notify_with_all_unread_and_then_a_close_comes_again(self):
        for size in (self.small, self.large):
            ids = self.oracle.post(**size)
            connection = self.server.connect(receive_buffer=16384)
            connection.send_get(test_delivery.PATH)
            connection.wait_for_unread(1)
            connection.say_goodbye()
            connection.close()
            self.assertEqual(sorted(self.all_again()), ids)
        self.finish()

    def test_neither_a_close_nor_a_reset_without_close_notify_is_told_from_one_with(self):
        for end in (self.close_half_way, self.reset_half_way, self.close_unread):
            ids = self.oracle.post(**self.small)
            connection = self.server.connect(receive_buffer=16384, says_goodbye=False)
            connection.send_get(test_delivery.PATH)
            end(connection)
            self.assertEqual(self.all_again(), ids)
        ids = self.oracle.post(**self.small)
        with self.server.connect(says_goodbye=False) as connection:
            self.assertEqual(self.oracle.whole("p", parse(connection.get(test_delivery.PATH).body)), ids)
        self.assertEqual(self.oracle.scrape("p"), [])
        self.finish()


    # -- clients of others that give up ----------------------------------------------------------------------

    def waits_again(self, ids):
        wait_until(lambda: self.numbers()["in_flight"] == 0, "the end of who gave up is known")
        self.assertEqual(self.numbers()["waiting"], len(ids))

    def given_up(self, ids):
        """After the last of them: all comes again, once."""
        self.assertEqual(sorted(self.all_again()), sorted(ids))
        self.finish()

    def test_the_head_read_by_python_and_then_ended_in_any_way_comes_again(self):
        def close(client):
            client.close()

        def reset(client):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()

        def unwrap(client):
            client.settimeout(0)
            with self.assertRaises(OSError):
                client.unwrap()  # close_notify, whose answer it does not wait for
            client.close()
        ids = self.oracle.post(1)
        for end in (close, reset, unwrap) * 3:
            for read in (1, 100, 4096, 8192):
                client = self.context.wrap_socket(plain_socket(self.server.port), server_hostname="127.0.0.1")
                client.sendall(request("GET", test_delivery.PATH))
                left = read
                while left > 0:
                    left -= len(client.recv(left))
                end(client)
                with self.subTest(end=end.__name__, read=read):
                    self.waits_again(ids)
        self.given_up(ids)

    def test_s_client_killed_while_it_reads_comes_again(self):
        ids = self.oracle.post(1)
        for _ in range(5):
            mine, its = os.pipe()
            fcntl.fcntl(mine, F_SETPIPE_SZ, 4096)  # so that it stands when it has printed a part
            client = subprocess.Popen([programs.need("openssl"), "s_client", "-quiet", "-connect",
                                       f"127.0.0.1:{self.server.port}"], stdin=subprocess.PIPE, stdout=its,
                                      stderr=subprocess.DEVNULL)
            os.close(its)
            client.stdin.write(request("GET", test_delivery.PATH))
            client.stdin.flush()
            wait_until(lambda fd=mine: select.select([fd], [], [], 0)[0] and sockets.has_unread(client, self.server),
                       "it has printed a part, and stands")
            client.kill()
            client.wait()
            client.stdin.close()
            os.close(mine)
            self.waits_again(ids)
        self.given_up(ids)

    def test_curl_that_gives_up_while_it_reads_comes_again(self):
        ids = self.oracle.post(**self.large)
        done = subprocess.run([programs.need("curl"), "-sS", "--cacert", self.site.authority.certificate,
                               "--limit-rate", "8k", "--max-time", "0.7", "-o", "/dev/null",
                               f"https://127.0.0.1:{self.server.port}{test_delivery.PATH}"], check=False,
                              capture_output=True)
        self.assertEqual(done.returncode, 28, done)
        self.waits_again(ids)
        self.given_up(ids)


class Tls12(Tls13):
    version = ssl.TLSVersion.TLSv1_2


if __name__ == "__main__":
    runner.main()
