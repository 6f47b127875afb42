# SPDX-License-Identifier: MIT
"""The stop: what is in flight is answered, receipts come in, losses are said."""

import signal
import threading
import time
import unittest

from harness import runner
from harness.client import Broken, request, scrape_timeout
from harness.exposition import parse
from harness.oracle import Oracle
from harness.server import Server
from harness.waiting import FAR, wait_until

FORM = ("Content-Type", "application/x-www-form-urlencoded")


class Stop(unittest.TestCase):
    def lost(self, server):
        """What the last lines say was left: the numbers of all warnings since the start of the stop."""
        return [l for l in server.log_lines() if l["level"] == "warn" and "memory" not in l["msg"]]

    def test_a_request_in_flight_is_answered_and_then_the_connection_ends(self):
        with Server({"server.threads": 1}) as server, server.connect() as connection:
            whole = request("POST", "/event", [FORM], b"a=1&b=2")
            connection.send(whole[:-4])
            with server.connect() as other:  # answered after the first one's bytes were read, or as good as
                other.get("/healthz")
                server.signal()
                self.refuses_connections(server)
                self.assertEqual(other.wait_for_end(), "end of stream")  # all connections of a thread are told at once
            connection.send(whole[-4:])
            reply = connection.read_reply()
            self.assertEqual((reply.status, (reply.header("connection") or "").lower()), (200, "close"))
            self.assertEqual(connection.wait_for_end(), "end of stream")
            connection.close()
            self.assertEqual(server.wait(), 0)

    def refuses_connections(self, server):
        def refused():
            try:
                server.connect(timeout=2).close()
                return False
            except ConnectionResetError:  # it met the closing of the port half-way
                return False
            except ConnectionRefusedError:
                return True
        wait_until(refused, "new connections refused")

    def test_new_connections_are_refused_and_the_port_is_free_again(self):
        with Server() as server, server.connect() as connection:
            connection.send(b"GET /healthz HTTP/1.1\r\n")
            server.signal()
            self.refuses_connections(server)
            connection.close()
            self.assertEqual(server.wait(), 0)
            with Server({"server.port": server.port}):
                pass

    def test_an_idle_connection_is_half_closed_at_once_and_the_stop_is_quick(self):
        with Server({"server.stop_seconds": FAR}) as server, server.connect() as connection:
            self.assertEqual(connection.get("/healthz").status, 200)
            server.signal()
            self.assertEqual(connection.wait_for_end(), "end of stream")
            connection.close()
            self.assertEqual(server.wait(), 0)

    def test_an_idle_client_that_does_not_notice_our_end_does_not_hold_up_the_stop(self):
        with Server({"server.stop_seconds": FAR}) as server:
            pool = [server.connect() for _ in range(3)]
            for connection in pool:
                self.assertEqual(connection.get("/healthz").status, 200)
            server.signal()
            self.assertEqual(server.wait(), 0)
            for connection in pool:
                connection.close()

    def wait_for_connections(self, connection, number):
        """Asks on one of them, without taking anything."""
        def accepted():
            reply = connection.get("/metrics?peek=1&scraper=p")
            return parse(reply.body).value("oneshot_connections") == number
        wait_until(accepted, f"{number} connections accepted")

    def test_a_new_connection_is_answered_although_its_request_comes_after_the_signal(self):
        with Server({"scrapers.names": ["p"]}) as server, server.connect() as before:
            with server.connect() as silent:
                self.wait_for_connections(before, 2)
                server.signal()
                self.assertEqual(before.wait_for_end(), "end of stream")
                before.close()
                self.assertEqual(silent.post("/event?type=late").status, 200)
                self.assertEqual(silent.wait_for_end(), "end of stream")
            self.assertEqual(server.wait(), 0)

    def test_a_new_connection_that_sends_nothing_does_not_hold_up_the_stop(self):
        with Server({"scrapers.names": ["p"], "server.stop_seconds": FAR}) as server, server.connect() as silent:
            with server.connect() as other:
                self.wait_for_connections(other, 2)
            server.signal()
            self.assertEqual(silent.wait_for_end(), "end of stream")
            silent.close()
            self.assertEqual(server.wait(), 0)

    def test_receipts_come_in_at_the_stop(self):
        with Server({"server.stop_seconds": 10}) as server:
            oracle = Oracle(server)
            oracle.scrape("p")
            oracle.post(2000, padding=400)
            with server.connect(receive_buffer=16384) as connection:
                connection.send_get("/metrics?scraper=p", [scrape_timeout(10)])
                connection.wait_for_unread(1)
                server.signal()
                oracle.whole("p", parse(connection.read_reply().body))
                self.assertEqual(connection.wait_for_end(), "end of stream")
            self.assertEqual(server.wait(), 0)
            oracle.check("p")
            self.assertEqual(self.lost(server), [], server.log())

    def test_events_that_nobody_got_are_logged_with_their_number(self):
        with Server() as server:
            oracle = Oracle(server)
            oracle.scrape("p")
            oracle.post(37)
        lines = self.lost(server)
        self.assertTrue(any("37" in l.values() for l in lines), server.log())

    def test_a_batch_cut_short_by_the_stop_counts_as_lost(self):
        with Server({"server.stop_seconds": 0.5}) as server:
            oracle = Oracle(server)
            oracle.scrape("p")
            ids = oracle.post(2000, padding=400)
            with server.connect(receive_buffer=4096) as connection:
                connection.send_get("/metrics?scraper=p")
                connection.wait_for_unread(1)
                began = time.monotonic()
                server.signal()
                self.assertEqual(server.wait(), 0)
                self.assertGreaterEqual(time.monotonic() - began, 0.5)
        self.assertTrue(any(str(len(ids)) in l.values() for l in self.lost(server)), server.log())

    def test_clients_that_never_go_away_cannot_hold_up_the_stop(self):
        with Server({"server.stop_seconds": 0.5}) as server:
            stubborn = [server.connect() for _ in range(20)]
            for number, connection in enumerate(stubborn):
                connection.send((b"GET / HT", request("GET", "/"), b"")[number % 3])
            began = time.monotonic()
            server.signal()
            self.assertEqual(server.wait(), 0)
            self.assertGreaterEqual(time.monotonic() - began, 0.5)
            for connection in stubborn:
                connection.close()

    def test_a_second_signal_stops_at_once_and_still_says_what_is_lost(self):
        server = Server({"server.stop_seconds": FAR})
        oracle = Oracle(server)
        oracle.scrape("p")
        oracle.post(37)
        with server.connect() as stubborn:
            stubborn.get("/healthz")
            server.signal(signal.SIGINT)
            server.wait_for_log(lambda l: l["msg"] == "stopping", "of the stop")
            server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 1)  # the stop was not an orderly one
        self.assertTrue(any("37" in l.values() for l in self.lost(server)), server.log())
        server.stop(status=1)

    def test_under_load_every_answered_event_was_delivered_or_is_in_the_logged_loss(self):
        with Server({"server.stop_seconds": 5}) as server:
            server.scrape("p")
            accepted, delivered = [0] * 3, [0]

            def producer(number):
                try:
                    with server.connect() as connection:
                        while True:
                            connection.send(request("POST", f"/event?id=t{number}n{accepted[number]}"))
                            assert connection.read_reply().status == 200
                            accepted[number] += 1
                except (Broken, ConnectionError):
                    pass

            def scraper():
                try:
                    with server.connect() as connection:
                        while True:
                            batch = parse(connection.get("/metrics?scraper=p").body)
                            delivered[0] += len(batch.events())
                except (Broken, ConnectionError):
                    pass
            threads = [threading.Thread(target=producer, args=(n,)) for n in range(3)]
            threads.append(threading.Thread(target=scraper))
            for thread in threads:
                thread.start()
            wait_until(lambda: sum(accepted) > 500 and delivered[0] > 100, "some traffic")
            server.signal()
            for thread in threads:
                thread.join(20)
            self.assertEqual(server.wait(), 0)
            left = sum(accepted) - delivered[0]
            told = [int(v) for l in self.lost(server) for k, v in l.items() if v.isdigit()]
            self.assertTrue(left == 0 or left in told, f"{left} are missing; {server.log()}")


if __name__ == "__main__":
    runner.main()
