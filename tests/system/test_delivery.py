# SPDX-License-Identifier: MIT
"""Exactly once: what a scrape's end tells, row by row, with real sockets.

"Whole" means read to the last byte; only whole replies are shown to the oracle, which in the end wants to
have seen each event once. A batch of a few events is one padded reply of some 16 KiB; `large` makes replies
of several hundred KiB, more than socket buffers of the sizes used here can hide.
"""

import threading
import time
import unittest

from harness import filling, runner
from harness.client import Broken, request, scrape_timeout
from harness.exposition import parse
from harness.oracle import Oracle
from harness.server import Server
from harness.waiting import HANG, wait_until

PADDED = 16 * 1024
PATH = "/metrics?scraper=p"


def timeout(seconds):
    return [scrape_timeout(seconds)]


class Delivery(unittest.TestCase):
    large = dict(count=2000, padding=400)
    small = dict(count=3)
    headers = ()  # of scrapes

    def setUp(self):
        self.server = self.start({"server.stop_seconds": 2})
        self.addCleanup(self.end)
        self.oracle = Oracle(self.server)
        self.oracle.scrape("p")  # known from here on
        self.oracle.scrape("watch")

    def start(self, settings):
        server = Server({"events.max_event_bytes": 65536, **settings})
        server.headers = self.headers
        return server

    def end(self):
        if any(test is self for test, _ in self._outcome.result.failures + self._outcome.result.errors):
            print("the server's log:\n" + self.server.log(), flush=True)
        self.server.stop()

    def numbers(self):
        """What the server itself says of scraper p."""
        shown = self.server.peek("p")
        names = ("waiting", "in_flight", "delivered_total", "redelivered_total")
        return {name: int(shown.value(f"oneshot_events_{name}", scraper="p")) for name in names}

    def all_again(self):
        """What a failed batch had, in order: a large one comes again in parts."""
        ids = []
        while more := self.oracle.scrape("p"):
            ids += more
        return ids

    def finish(self, redelivered=None):
        """Drains p and asserts that all came once and that the server's numbers agree."""
        self.oracle.drain("p")
        self.oracle.check("p")
        wait_until(lambda: self.numbers()["in_flight"] == 0, "the last batch settled")
        found = self.numbers()
        self.assertEqual(found["waiting"], 0)
        self.assertEqual(found["delivered_total"], len(self.oracle.accepted))
        if redelivered is not None:
            self.assertEqual(found["redelivered_total"], redelivered)

    # -- read whole ----------------------------------------------------------------------------------------

    def test_read_whole_and_closed_is_delivered(self):
        for size in (self.small, self.large):
            ids = self.oracle.post(**size)
            self.assertEqual(self.oracle.scrape("p"), ids)
        self.assertEqual(self.oracle.scrape("p"), [])
        self.finish(redelivered=0)

    def test_read_whole_and_followed_by_the_next_request_is_delivered(self):
        with self.server.connect() as connection:
            for round_number in range(20):
                ids = self.oracle.post(1 + round_number)
                self.assertEqual(self.oracle.whole("p", parse(connection.get(PATH).body)), ids)
            reply = connection.get("/healthz")  # any request proves the one before it
            self.assertEqual(reply.status, 200)
            self.assertEqual(self.numbers()["in_flight"], 0)
        self.finish(redelivered=0)

    def test_a_half_close_after_the_request_and_then_reading_all_is_delivered(self):
        for size in (self.small, self.large):
            ids = self.oracle.post(**size)
            with self.server.connect(receive_buffer=8192) as connection:
                connection.send_get(PATH)
                connection.half_close()
                self.assertEqual(self.oracle.whole("p", parse(connection.read_reply().body)), ids)
                connection.wait_for_end()
        self.finish(redelivered=0)

    def test_a_batch_makes_a_reply_of_at_least_16_kib_with_the_events_last_and_their_number(self):
        for count in (1, 2, 50):
            ids = self.oracle.post(count)
            reply = self.server.get(PATH)
            self.assertGreaterEqual(reply.size, PADDED)
            self.oracle.whole("p", parse(reply.body))
            lines, number = reply.text.splitlines()[:-3], reply.text.splitlines()[-1]
            self.assertRegex(number, r'^oneshot_batch\{scraper="p"\} \d+$')
            self.assertTrue(all(line.startswith("events_to_metrics{") for line in lines[-len(ids):]))
            self.assertFalse(any(line.startswith("events_to_metrics{") for line in lines[:-len(ids)]))
        self.finish(redelivered=0)

    # -- not read whole ------------------------------------------------------------------------------------

    def ended_early(self, size, end):
        """One scrape that `end` spoils; its events must come whole in the next one."""
        ids = self.oracle.post(**size)
        connection = self.server.connect(receive_buffer=16384)
        connection.send_get(PATH)
        end(connection)
        self.assertEqual(sorted(self.all_again()), ids)
        self.finish(redelivered=len(ids))

    @staticmethod
    def close_half_way(connection):
        connection.read_some(6000)
        connection.close()

    @staticmethod
    def reset_half_way(connection):
        connection.read_some(6000)
        connection.reset()

    @staticmethod
    def close_unread(connection):
        connection.wait_for_unread(1)
        connection.close()

    def test_small_and_closed_half_way_comes_again(self):
        self.ended_early(self.small, self.close_half_way)

    def test_large_and_closed_half_way_comes_again(self):
        self.ended_early(self.large, self.close_half_way)

    def test_small_and_reset_half_way_comes_again(self):
        self.ended_early(self.small, self.reset_half_way)

    def test_large_and_reset_half_way_comes_again(self):
        self.ended_early(self.large, self.reset_half_way)

    def test_small_and_closed_unread_comes_again(self):
        self.ended_early(self.small, self.close_unread)

    def test_large_and_closed_unread_comes_again(self):
        self.ended_early(self.large, self.close_unread)

    def test_small_and_wholly_arrived_but_closed_unread_comes_again(self):
        ids = self.oracle.post(**self.small)
        connection = self.server.connect()
        connection.send_get(PATH)
        connection.wait_for_unread(PADDED)
        connection.close()
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=len(ids))

    def test_reset_after_the_last_byte_was_read_counts_as_not_delivered(self):
        # The one who resets threw the scrape away; a scraper that read all and wants it closes in order.
        ids = self.oracle.post(**self.small)
        connection = self.server.connect()
        connection.get(PATH)
        connection.reset()
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=len(ids))

    def test_a_read_ahead_of_8_kib_before_giving_up_is_not_taken_for_delivery(self):
        ids = self.oracle.post(**{**self.small, "count": 1})
        for ahead in (4096, 8192, 16000):
            connection = self.server.connect()
            connection.send_get(PATH)
            connection.wait_for_unread(PADDED)
            connection.read_some(ahead)
            connection.close()
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=3)

    def test_where_the_server_closes_first_the_end_tells_the_same(self):
        closing = [request("GET", PATH, self.headers, version="HTTP/1.0", host=None),
                   request("GET", PATH, [*self.headers, ("Connection", "close")])]
        for size in (self.small, self.large):
            for asked in closing:
                ids = self.oracle.post(**size)
                unread = self.server.connect(receive_buffer=16384)
                unread.send(asked)
                unread.read_some(3000)
                unread.close()
                with self.server.connect() as connection:
                    connection.send(asked)
                    again = self.oracle.whole("p", parse(connection.read_reply().body))
                    self.assertTrue(again)
                    self.assertEqual(connection.wait_for_end(), "end of stream")
                self.assertEqual(again + self.all_again(), ids)
        self.finish()  # sent again was what the failed batches had, fewer from one to the next

    def test_without_timestamps_events_are_tried_for_ever(self):
        ids = self.oracle.post(**self.small)
        for _ in range(20):
            self.assertTrue(self.server.peek("p").events())  # at first all of them, in the end one
            connection = self.server.connect()
            connection.send_get(PATH)
            self.close_half_way(connection)
        wait_until(lambda: self.numbers()["waiting"] == len(ids), "all of them waiting still")
        self.finish()

    def test_with_timestamps_an_event_spoiled_three_times_alone_is_given_up_counted_and_logged(self):
        with self.start({"events.use_explicit_timestamps": True}) as server:
            server.scrape("p")
            server.event("type=tough")
            for _ in range(3):
                wait_until(lambda: len(server.peek("p").events()) == 1, "the event due again")
                connection = server.connect()
                connection.send_get(PATH)
                self.close_half_way(connection)
            wait_until(lambda: server.peek("p").value("oneshot_events_delivered_total", scraper="p") == 1,
                       "the batch given up")
            self.assertEqual(server.peek("p").value("oneshot_events_given_up_total", scraper="p"), 1)
            self.assertEqual(server.scrape("p").events(), [])
            line = server.wait_for_log(lambda l: "given up" in l["msg"], "about it")
            self.assertEqual(line["scraper"], "p")
            self.assertEqual(line["level"], "warn")

    def test_half_closed_and_then_reset_comes_again(self):
        def half_close_then_reset(connection):
            connection.half_close()
            connection.read_some(5000)
            connection.reset()
        self.ended_early(self.large, half_close_then_reset)

    def test_ended_before_the_reply_and_then_closed_with_all_unread_comes_again(self):
        ids = self.oracle.post(**self.small)
        connection = self.server.connect()
        connection.send_get_and_end(PATH)
        connection.wait_for_unread(PADDED)
        connection.close()
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=len(ids))

    def test_a_scrape_whose_client_has_left_decides_nothing_about_the_one_before_it(self):
        ids = self.oracle.post(**self.small)
        silent = self.server.connect()
        silent.send_get(PATH)
        silent.wait_for_unread(PADDED)
        for _ in range(5):
            left = self.server.connect()
            left.send_get_and_end(PATH)
            self.assertEqual(parse(left.read_reply().body).events(), [])
            left.close()
        silent.close()
        # While one of them is still in line, a scrape is answered without a batch.
        got = wait_until(lambda: self.oracle.scrape("p"), "the batch")
        self.assertEqual(got + self.all_again(), ids)
        self.finish(redelivered=len(ids))

    def test_closed_before_the_reply_came_costs_nothing(self):
        self.oracle.post(**self.small)
        for end in ("close", "reset"):
            for _ in range(20):
                connection = self.server.connect()
                connection.send_get(PATH)
                getattr(connection, end)()
        # While those requests are still in line, a scrape is answered without a batch.
        wait_until(lambda: self.oracle.scrape("p"), "the events")
        self.finish()

    def test_many_spoiled_scrapes_in_a_row_lose_and_repeat_nothing(self):
        for number in range(40):
            self.oracle.post(1 + number % 7)
            connection = self.server.connect(receive_buffer=8192)
            connection.send_get(PATH)
            try:
                connection.read_some((100, 4096, 8192, 12000)[number % 4])
            finally:
                (connection.close, connection.reset)[number // 4 % 2]()
            if number % 5 == 4:
                self.oracle.scrape("p")
        self.finish()

    # -- time ----------------------------------------------------------------------------------------------

    def test_a_reader_slower_than_its_scrape_timeout_is_reset_and_all_comes_again(self):
        ids = self.oracle.post(**self.large)
        fault, seconds = None, 0
        while fault is None:  # where the server gets to the request when its time is over the reply has no batch
            with self.server.connect(receive_buffer=4096) as connection:
                began = time.monotonic()
                connection.send_get(PATH, timeout(0.4))
                try:
                    self.assertEqual(parse(connection.read_slowly(2048, 0.02).body).events(), [])
                except Broken as broken:
                    fault, seconds = broken, time.monotonic() - began
        self.assertEqual(fault.why, "reset")
        self.assertGreaterEqual(seconds, 0.4)
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=len(ids))

    def test_a_reader_that_never_reads_is_reset_at_its_timeout(self):
        ids = self.oracle.post(**self.large)
        with self.server.connect(receive_buffer=4096) as connection:
            connection.send_get(PATH, timeout(0.3))
            connection.wait_for_unread(1)
            wait_until(lambda: self.numbers()["in_flight"] == 0, "the batch given up at its deadline")
            with self.assertRaises((Broken, ConnectionResetError)):
                while True:
                    connection.read_some(65536)
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=len(ids))

    def test_an_unusable_scrape_timeout_costs_no_batch(self):
        for text in ("", "abc", "nan", "-1", "0", "0.000001", "1e99", "inf", "10.000000", "5, 6"):
            ids = self.oracle.post(1)
            reply = self.server.get(PATH, timeout(text))
            self.assertEqual(self.oracle.whole("p", parse(reply.body)), ids, text)
        self.finish(redelivered=0)

    def test_silence_past_the_timeout_is_no_reset_and_the_next_request_settles_it(self):
        self.oracle.post(**self.small)
        with self.server.connect() as connection:
            connection.send_get(PATH, timeout(0.1))
            self.oracle.whole("p", parse(connection.read_reply().body))
            past = time.monotonic() + 1.3  # the deadline, and a tick of the server's own clock
            wait_until(lambda: time.monotonic() > past, "the deadline")
            self.assertTrue(connection.is_open())
            self.assertEqual(self.numbers()["in_flight"], 3)
            self.assertEqual(self.oracle.whole("p", parse(connection.get(PATH).body)), [])
        self.finish(redelivered=0)

    def test_silence_and_then_a_newer_scrape_elsewhere_is_delivered(self):
        ids = self.oracle.post(**self.small)
        with self.server.connect() as silent:
            self.assertEqual(self.oracle.whole("p", parse(silent.get(PATH).body)), ids)
            more = self.oracle.post(2)
            self.assertEqual(self.oracle.scrape("p"), more)
            self.assertTrue(silent.is_open())
        self.finish(redelivered=0)

    def test_a_stalled_transfer_is_withdrawn_for_a_newer_scrape(self):
        ids = self.oracle.post(**self.large)
        with self.server.connect(receive_buffer=4096) as stalled:
            stalled.send_get(PATH, timeout(30))
            stalled.wait_for_unread(1)
            wait_until(lambda: self.numbers()["in_flight"] == len(ids), "the batch in flight")
            # The first newer scrapes may still find it moving; none of them may get anything twice.
            got = wait_until(lambda: self.oracle.scrape("p"), "the batch for the newer scrape", 10, 0.2)
            self.assertEqual(got + self.all_again(), ids)
            with self.assertRaises((Broken, ConnectionResetError)):
                while True:
                    stalled.read_some(65536)
        self.finish(redelivered=len(ids))

    def test_a_transfer_that_still_moves_is_not_withdrawn_and_the_newer_scrape_gets_no_batch(self):
        ids = self.oracle.post(**self.large)
        slow_reply, newer = [], []
        with self.server.connect(receive_buffer=4096) as slow:
            slow.send_get(PATH, timeout(60))
            slow.wait_for_unread(1)
            reader = threading.Thread(target=lambda: slow_reply.append(slow.read_slowly(8192, 0.004)))
            reader.start()
            wait_until(lambda: self.numbers()["in_flight"] == len(ids), "the batch in flight")
            while reader.is_alive() and len(newer) < 5:
                newer.append(self.oracle.scrape("p"))
            reader.join(60)
            self.assertEqual(newer[0], [])
            self.assertEqual(self.oracle.whole("p", parse(slow_reply[0].body)), ids)
        self.finish(redelivered=0)

    def test_the_idle_timeout_ends_in_order_and_counts_as_delivered(self):
        with self.start({"server.idle_timeout_seconds": 1}) as server:
            oracle = Oracle(server)
            oracle.post(**self.small)
            for answers in (True, False):
                with server.connect() as connection:
                    oracle.whole("p", parse(connection.get(PATH).body))
                    self.assertEqual(connection.wait_for_end(HANG), "end of stream")
                    if not answers:  # stays silent for ever: a FIN was sent, and nothing said otherwise
                        wait_until(lambda: server.peek("p").value("oneshot_events_in_flight",
                                                                  scraper="p") == 0,
                                   "the receipt without an answer", 20)
                oracle.post(2)
            oracle.drain("p")
            oracle.check("p")
            self.assertEqual(server.peek("p").value("oneshot_events_redelivered_total", scraper="p"), 0)

    # -- several at once -----------------------------------------------------------------------------------

    def test_two_concurrent_scrapes_of_one_scraper_get_each_event_once(self):
        stop, failures = threading.Event(), []
        results = [[], []]

        def scraper(number):
            try:
                with self.server.connect() as connection:
                    while not stop.is_set():
                        results[number].append(parse(connection.get(PATH).body))
            except Exception as failure:  # shown by the test, which would hang or pass without it
                failures.append(failure)
        threads = [threading.Thread(target=scraper, args=(n,)) for n in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(100):
            self.oracle.post(17)
        stop.set()
        for thread in threads:
            thread.join(30)
        self.assertEqual(failures, [])
        for exposition in results[0] + results[1]:
            self.oracle.whole("p", exposition)
        self.finish(redelivered=0)

    def test_each_scraper_gets_everything_whatever_another_one_spoils(self):
        for _ in range(10):
            self.oracle.post(5)
            spoiled = self.server.connect()
            spoiled.send_get(PATH)
            spoiled.read_some(500)
            spoiled.close()
            self.oracle.scrape("watch")
        self.oracle.drain("watch")
        self.finish()
        self.oracle.check("watch")

    def test_a_peek_a_head_and_a_post_leave_the_batch_alone(self):
        ids = self.oracle.post(**self.small)
        with self.server.connect() as connection:
            for _ in range(3):
                self.assertEqual(len(self.server.peek("p").events()), 3)
                connection.send(request("HEAD", PATH))
                self.assertEqual(connection.read_reply("HEAD").status, 200)
        self.assertEqual(self.numbers(), {"waiting": 3, "in_flight": 0, "delivered_total": 0,
                                          "redelivered_total": 0})
        self.assertEqual(self.all_again(), ids)
        self.finish(redelivered=0)

    def test_a_batch_is_never_larger_than_max_events_per_scrape(self):
        with self.start({"scrapers.max_events_per_scrape": 10}) as server:
            oracle = Oracle(server)
            oracle.post(25)
            sizes = [len(oracle.scrape("p")) for _ in range(4)]
            self.assertEqual(sizes, [10, 10, 5, 0])
            oracle.check("p")

    def test_own_numbers_follow_an_event_on_its_way(self):
        self.oracle.post(**self.small)
        self.assertEqual(self.numbers(), {"waiting": 3, "in_flight": 0, "delivered_total": 0,
                                          "redelivered_total": 0})
        with self.server.connect() as connection:
            shown = parse(connection.get(PATH).body)
            self.oracle.whole("p", shown)
            self.assertEqual(shown.value("events_to_metrics_scraper_counts", scraper="watch"), 3)
            self.assertEqual(shown.value("events_to_metrics_event_count"), 3)
            self.assertEqual(
                self.numbers(), {"waiting": 0, "in_flight": 3, "delivered_total": 0, "redelivered_total": 0})
        wait_until(lambda: self.numbers()["delivered_total"] == 3, "the receipt after the close")
        self.finish(redelivered=0)


class CompressedDelivery(Delivery):
    """The same over gzip: of a large batch three quarters are left, and a small one is long, but compresses to nearly
    nothing, so that it is its padding that counts."""

    small = dict(count=3, padding=62_000, fill=filling.thin)
    headers = (("Accept-Encoding", "gzip"),)

    def test_small_and_large_come_compressed(self):
        for size, least, most in ((self.small, PADDED, PADDED + 400), (self.large, 400_000, 800_000)):
            self.oracle.post(**size)
            reply = self.server.get(PATH)
            self.assertTrue(reply.compressed)
            self.assertTrue(least <= reply.size <= most, reply.size)
            self.oracle.whole("p", parse(reply.body))
        self.finish(redelivered=0)


if __name__ == "__main__":
    runner.main()
