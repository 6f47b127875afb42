# SPDX-License-Identifier: MIT
"""POSTs with an Idempotency-Key: however often one is repeated, its event is stored once."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from harness import runner
from harness.client import request
from harness.oracle import Oracle
from harness.preload import Preload
from harness.server import Server
from harness.waiting import wait_until


def key(text):
    return [("Idempotency-Key", text)]


class Breaking(threading.Thread):
    """A proxy that reads the server's whole answer, and breaks the client's connection instead of passing it on, for
    the first connections; then it passes answers on."""

    def __init__(self, server, breaks, way):
        super().__init__(daemon=True)
        self._server, self._breaks, self._way = server, breaks, way
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.answers = []
        self.start()

    def run(self):
        for number in range(self._breaks + 1):
            client, _ = self._listener.accept()
            with client:
                asked = client.recv(65536)
                with self._server.connect() as behind:
                    behind.send(asked)
                    reply = behind.read_reply()
                self.answers.append((reply.status, reply.header("Idempotency-Replayed")))
                if number == self._breaks:
                    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                elif self._way == "reset":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._listener.close()


class Keys(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-keys-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "events.log")

    def server(self, **more):
        return Server({"scrapers.startup_hold_seconds": 0, **{name.replace("__", "."): value
                                                              for name, value in more.items()}})

    def test_a_repeat_is_answered_as_the_first_and_stores_nothing(self):
        with self.server() as server:
            server.scrape("a")
            first = server.post("/event?id=1&value=2", headers=key('"8e03978e"'))
            self.assertEqual((first.status, first.header("Idempotency-Replayed")), (200, None))
            for text in ('"8e03978e"', "8e03978e"):
                reply = server.post("/event?value=2&id=1", headers=key(text))
                self.assertEqual((reply.status, reply.body, reply.header("Idempotency-Replayed")), (200, b"", "true"))
            self.assertEqual(server.post("/event", b"id=1&value=2", headers=key("8e03978e")).status, 200)
            shown = server.scrape("a")
            self.assertEqual([(e.labels, e.value) for e in shown.events()], [({"id": "1"}, 2)])
            self.assertEqual(shown.value("oneshot_events_accepted_total"), 1)
            self.assertEqual(shown.value("oneshot_events_duplicate_total"), 3)

    def test_whatever_its_body_is_a_post_may_be_repeated_and_a_batch_stores_what_is_missing(self):
        def events(count):
            return b"".join(b'{"labels":{"id":"%d"}}\n' % number for number in range(count))
        with self.server() as server:
            server.scrape("a")
            for replayed in (None, "true"):
                as_json = [("Content-Type", "application/json"), *key("j")]
                reply = server.post("/event", b'{"labels":{"id":"json"}}', as_json)
                self.assertEqual((reply.status, reply.header("Idempotency-Replayed")), (200, replayed))
            lines = [("Content-Type", "application/x-ndjson"), *key("batch")]
            for count, stored, duplicates in ((3, 3, 0), (3, 0, 3), (5, 2, 3)):
                reply = server.post("/events", events(count), lines)
                said = json.loads(reply.body)
                self.assertEqual((said["stored"], said["duplicates"], len(said["ids"])), (stored, duplicates, count))
            shown = server.scrape("a")
            self.assertEqual(shown.ids(), ["json", "0", "1", "2", "3", "4"])
            self.assertEqual(shown.value("oneshot_events_duplicate_total"), 7)

    def test_another_event_under_a_known_key_is_refused(self):
        with self.server() as server:
            server.scrape("a")
            server.post("/event?id=1", headers=key("k"))
            for other in ("/event?id=2", "/event?id=1&value=2", "/event?id=1&more=1"):
                reply = server.post(other, headers=key("k"))
                self.assertEqual(reply.status, 422)
                self.assertIn(" was used for another event", reply.text)
            shown = server.scrape("a")
            self.assertEqual(shown.ids(), ["1"])
            self.assertEqual(shown.value("oneshot_events_rejected_total", reason="key_reused"), 3)

    def test_what_cannot_be_a_key_is_refused_and_stores_nothing(self):
        with self.server() as server:
            server.scrape("a")
            for bad in ("", '""', "a b", '"a', "k" * 256, '"' + "k" * 256 + '"', "k\u00fc", '"a"b"'):
                reply = server.post("/event?id=1", headers=key(bad))
                self.assertEqual(reply.status, 400, bad)
                self.assertIn("1 to 255 visible characters", reply.text)
            two = server.post("/event?id=1", headers=key("a") + key("b"))
            self.assertEqual(two.status, 400)
            self.assertEqual(server.post("/event?id=2", headers=key("k" * 255)).status, 200)
            self.assertEqual(server.scrape("a").ids(), ["2"])

    def test_keys_outlive_the_server_where_the_log_does(self):
        storage = {"storage__path": self.path, "storage__capacity_mib": 1}
        with self.server(**storage) as server:
            server.scrape("a")
            server.post("/event?id=1", headers=key("k1"))
            self.assertEqual(server.scrape("a").ids(), ["1"])
            server.post("/event?id=2", headers=key("k2"))
        for more in ({}, {"storage__capacity_mib": 2}, {"events__idempotency_keys": 200}):
            with self.server(**{**storage, **more}) as server:
                for number in (1, 2):
                    reply = server.post(f"/event?id={number}", headers=key(f"k{number}"))
                    self.assertEqual((reply.status, reply.header("Idempotency-Replayed")), (200, "true"), more)
        with self.server(**storage, events__idempotency_keys=0) as server:
            self.assertIn("another number of idempotency keys", server.log())
            reply = server.post("/event?id=2", headers=key("k2"))
            self.assertEqual((reply.status, reply.header("Idempotency-Replayed")), (200, None))
            self.assertEqual(sorted(server.scrape("a").ids()), ["2"])

    def test_a_key_is_forgotten_in_time(self):
        with self.server(events__idempotency_seconds=1) as server:
            server.scrape("a")
            replies = [server.post("/event?id=1", headers=key("k"))]
            while replies[-1].header("Idempotency-Replayed") or len(replies) == 1:
                replies.append(server.post("/event?id=1", headers=key("k")))
            self.assertEqual({reply.status for reply in replies}, {200})
            self.assertEqual([e.value for e in server.scrape("a").events()], [2])

    def test_many_who_post_the_same_at_once_store_it_once(self):
        storage = {"storage__path": self.path, "storage__capacity_mib": 4}
        for more in ({}, storage, {**storage, "storage__sync": "always"}):
            with self.subTest(**more), self.server(**more) as server:
                server.scrape("a")
                self.post_together(server, clients=8, events=100)
                shown = server.scrape("a")
                self.assertEqual([e.value for e in shown.events()], [1] * 100)
                self.assertEqual(shown.value("oneshot_events_accepted_total"), 100)

    def post_together(self, server, clients, events):
        """Each posts each event until 200."""
        def post(found):
            with server.connect() as connection:
                for number in range(events):
                    status = 0
                    while status != 200:
                        status = connection.post(f"/event?id={number}", headers=key(f"{server.port}-{number}")).status
                        found.add(status)
        found = [set() for _ in range(clients)]
        threads = [threading.Thread(target=post, args=(one,)) for one in found]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in found:
            self.assertLessEqual(one, {200, 409})

    def test_while_the_first_is_flushed_the_next_one_is_told_to_ask_again(self):
        slow = os.path.join(self.folder, "slow")
        settings = {"storage.path": self.path, "storage.capacity_mib": 1, "storage.sync": "always",
                    "scrapers.startup_hold_seconds": 0}
        with Preload("failing_flush.c") as shim, Server(settings, shim.env(FLUSH_WAITS_WHILE=slow)) as server:
            server.scrape("a")
            with server.connect() as connection:
                with open(slow, "w", encoding="ascii"):
                    # Both come in one read, so the second one is looked at while the first one waits for its flush.
                    connection.send(request("POST", "/event?id=1", key("k")) * 2)
                    wait_until(lambda: self.in_flight(server) == 1, "the second one is looked at")
                os.remove(slow)
                first, second = connection.read_reply(), connection.read_reply()
            self.assertEqual((first.status, second.status, second.header("Retry-After")), (200, 409, "1"))
            self.assertEqual(server.post("/event?id=1", headers=key("k")).header("Idempotency-Replayed"), "true")
            self.assertEqual(self.in_flight(server), 1)

    def in_flight(self, server):
        return server.scrape("a").value("oneshot_events_rejected_total", reason="key_in_flight")

    def test_a_key_whose_event_was_never_stored_is_no_duplicate(self):
        """Its flush failed, and the POST was refused."""
        trigger = os.path.join(self.folder, "fails")
        settings = {"storage.path": self.path, "storage.capacity_mib": 1, "storage.sync": "always",
                    "scrapers.startup_hold_seconds": 0, "scrapers.names": ["a"]}
        with Preload("failing_flush.c") as shim:
            server = Server(settings, shim.env(FLUSH_FAILS_WHEN=trigger))
            self.addCleanup(server.kill)
            self.assertEqual(server.post("/event?id=0", headers=key("k0")).status, 200)
            with open(trigger, "w", encoding="ascii"):
                pass
            for _ in range(2):
                self.assertEqual(server.post("/event?id=1", headers=key("k1")).status, 503)
            server.kill()
        with Server(settings) as server:
            self.assertEqual(server.post("/event?id=0", headers=key("k0")).header("Idempotency-Replayed"), "true")
            reply = server.post("/event?id=1", headers=key("k1"))
            self.assertEqual((reply.status, reply.header("Idempotency-Replayed")), (200, None))
            self.assertEqual(server.scrape("a").ids(), ["0", "1"])

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_that_repeats_after_its_connection_broke_stores_one_event(self):
        with self.server() as server:
            oracle = Oracle(server)
            oracle.scrape("a")
            for way in ("reset", "close"):
                proxy = Breaking(server, breaks=2, way=way)
                done = subprocess.run(
                    ["curl", "-sS", "--retry", "5", "--retry-delay", "1", "--retry-all-errors", "--retry-connrefused",
                     "--noproxy", "*", "-H", f"Idempotency-Key: {way}-1", "-d", f"id={way}",
                     f"http://127.0.0.1:{proxy.port}/event"],
                    capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                proxy.join(10)
                self.assertEqual(proxy.answers, [(200, None), (200, "true"), (200, "true")])
            shown = server.scrape("a")
            self.assertEqual([(e.labels["id"], e.value) for e in shown.events()], [("reset", 1), ("close", 1)])


if __name__ == "__main__":
    runner.main()
