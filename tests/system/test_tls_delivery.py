# SPDX-License-Identifier: MIT
"""Every row of test_delivery over TLS 1.3 and 1.2: the receipt is TCP's end, and encryption changes none of them."""

import fcntl
import os
import select
import socket
import ssl
import struct
import subprocess
import time
import urllib.request

from harness import programs, runner, sockets
from harness.client import request
from harness.exposition import parse
from harness.site import Site
from harness.tls_client import plain_socket
from harness.waiting import HANG, TICK, wait_until
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
                began = time.monotonic()
                # A scrape timeout that is far: at its end the reply would be given up, and the connection ended.
                reply = connection.get(test_delivery.PATH, test_delivery.timeout(120))
                self.assertEqual(self.oracle.whole("p", parse(reply.body)), ids)
                connection.say_goodbye()
                # Not before a second: until then TCP's end may be on its way.
                self.assertEqual(connection.wait_for_end(HANG), "end of stream")
                self.assertGreaterEqual(time.monotonic() - began, 1 - TICK)
                # The client stays as it is: an end was sent, and nothing said otherwise.
                wait_until(lambda: self.numbers()["in_flight"] == 0, "the receipt without TCP's end", 20)
        self.finish(redelivered=0)

    def test_read_whole_by_urllib_which_asks_for_the_end_is_delivered(self):
        # It closes when it has all that was announced, and leaves a close_notify of ours unread.
        for size in (self.small, self.large) * 4:
            ids = self.oracle.post(**size)
            url = f"https://127.0.0.1:{self.server.port}{test_delivery.PATH}"
            with urllib.request.urlopen(url, context=self.context) as reply:
                self.assertEqual(self.oracle.whole("p", parse(reply.read())), ids)
            self.assertEqual(self.oracle.scrape("p"), [])
        self.finish(redelivered=0)

    def test_read_whole_and_ended_with_an_end_of_tcp_that_comes_late_is_delivered(self):
        # As where its first packet gets lost: by then nobody is there any more who could read a close_notify of ours.
        for late in (0.1, 0.3, 0.6):
            ids = self.oracle.post(**self.small)
            with self.server.connect() as connection:
                self.assertEqual(self.oracle.whole("p", parse(connection.get(test_delivery.PATH).body)), ids)
                connection.say_goodbye()
                time.sleep(late)  # the case itself
            self.assertEqual(self.oracle.scrape("p"), [])
        self.finish(redelivered=0)

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
