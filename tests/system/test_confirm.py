# SPDX-License-Identifier: MIT
"""Closed-loop confirmation with the real binary: what the scraper's own API shows decides, not what TCP tells.

The scraper and its store are the test's own. A ledger counts what was posted and what is stored in the end: each event
must be there once.
"""

import json
import os
import signal
import tempfile
import time
import unittest

from harness import load, runner
from harness.fake_store import MARKER, FakeStore
from harness.oneshotctl import run as ctl
from harness.oracle import Oracle
from harness.server import Server
from harness.waiting import wait_until

NAME = "prom-a"
_PATIENCE = {"patience_seconds": 0.5}


def marker_alone(sample):
    return sample.name == MARKER


class Confirm(unittest.TestCase):
    def setUp(self):
        self.store = FakeStore(NAME)
        self.enterContext(self.store)
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="oneshot-confirm-"))
        self.settings = {**self.store.settings(**_PATIENCE), "log.level": "debug"}

    def server(self, **settings):
        server = Server({**self.settings, **settings})
        self.addCleanup(server.kill)
        self.oracle = Oracle(server)
        return server

    def kept_in_file(self):
        return {"storage.path": os.path.join(self.folder, "events.log"), "storage.capacity_mib": 1}

    def calibrate(self, server):
        """The first scrapes, of markers alone, until the server believes the API."""
        wait_until(lambda: self.store.scrape(server).batch() is not None, "the first batch", 10, 0.05)

    def own(self, server, metric, **labels):
        return server.peek(NAME).value(metric, scraper=NAME, **labels)

    def settled(self, server):
        wait_until(lambda: self.own(server, "oneshot_events_in_flight") == 0, "nothing is in flight", 10, 0.02)

    def drain(self, server):
        """Scrapes and stores until nothing waits, and nothing is open; then each event is stored once."""
        def done():
            self.store.scrape(server)
            shown = server.peek(NAME)
            return not shown.events() and not any(
                shown.value(f"oneshot_events_{state}", scraper=NAME) for state in ("waiting", "in_flight"))
        wait_until(done, "everything is delivered", 20, 0.1)
        self.oracle.whole(NAME, [(name, count, None) for name, count in self.store.stored().items()])
        self.oracle.check(NAME)
        self.assertLessEqual(self.store.most_at_once, 1)

    # -- one question ---------------------------------------------------------------------------------------

    def test_markers_alone_until_one_shows_and_each_exposition_has_a_greater_number(self):
        server = self.server()
        self.oracle.post(3)
        first = self.store.scrape(server, keep=False)
        self.assertEqual(first.events(), [])
        self.assertIn("waiting for prom-a to show its first oneshot_batch", first.first_line())
        self.calibrate(server)
        self.drain(server)
        numbers = [self.store.scrape(server).value(MARKER, scraper=NAME) for _ in range(3)]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertGreater(numbers[0], first.value(MARKER, scraper=NAME))
        self.assertLess(abs(numbers[0] / 1000 - time.time()), 60)
        self.assertIsNone(server.peek(NAME).find(MARKER))

    def test_every_scraper_has_a_marker_of_its_own_also_without_confirmation(self):
        server = self.server()
        shown = [server.scrape("other") for _ in range(2)]
        self.assertEqual([len(one.family(MARKER)) for one in shown], [1, 1])
        self.assertLess(shown[0].value(MARKER, scraper="other"), shown[1].value(MARKER, scraper="other"))

    def test_a_number_that_shows_is_delivered_whatever_tcp_says(self):
        server = self.server()
        self.calibrate(server)
        for _ in range(5):
            self.oracle.post(2)
            self.assertEqual(self.store.scrape(server, end="reset").batch(), 2)
            self.settled(server)
        self.assertEqual(self.own(server, "oneshot_events_redelivered_total"), 0)
        self.assertEqual(self.own(server, "oneshot_batches_confirmed_total"), 5)
        self.drain(server)

    def test_a_scrape_that_comes_at_once_waits_for_the_answer_about_the_one_before(self):
        server = self.server()
        self.calibrate(server)
        for _ in range(20):
            self.oracle.post(1)
            self.assertEqual(self.store.scrape(server).batch(), 1)
        self.drain(server)

    def test_a_batch_that_is_not_stored_goes_out_again_once_although_tcp_says_delivered(self):
        server = self.server()
        self.calibrate(server)
        self.oracle.post(4)
        self.assertEqual(self.store.scrape(server, keep=False).batch(), 4)
        watch = load.stopwatch(server)
        with watch:
            waits = self.store.scrape(server)
        self.assertLess(watch.fed_seconds[0], 2)
        self.assertIn("waiting for prom-a to show batch ", waits.first_line())
        self.assertEqual(waits.events(), [])
        wait_until(lambda: self.own(server, "oneshot_batches_refuted_total", reason="absent") == 1, "refuted")
        self.assertEqual(self.store.scrape(server).batch(), 4)
        self.drain(server)
        self.assertEqual(self.own(server, "oneshot_events_delivered_total"), 4)

    def test_a_limit_of_the_scraper_is_named(self):
        server = self.server()
        self.calibrate(server)
        self.oracle.post(4)
        self.store.scrape(server, error="sample limit exceeded")
        wait_until(lambda: any("targets" in path for path in self.store.asked), "the reason is asked for")
        self.store.scrape(server)
        wait_until(lambda: self.own(server, "oneshot_batches_refuted_total", reason="refused") == 1, "refused")
        line = server.wait_for_log(lambda l: "for a limit of its own" in l["msg"], "about the limit")
        self.assertEqual(line["reason"], "sample limit exceeded")
        self.drain(server)

    def test_a_reply_that_did_not_go_out_whole_goes_out_again_at_once(self):
        server = self.server()
        self.calibrate(server)
        self.oracle.post(8000, 1000)  # more than the sockets hold, whose buffers grow to some MB
        with server.connect(receive_buffer=4096) as connection:
            connection.send_get(f"/metrics?scraper={NAME}")
            connection.read_some(1000)
            connection.reset()
        wait_until(lambda: self.own(server, "oneshot_events_in_flight") == 0, "taken back")
        self.assertEqual(self.store.scrape(server).batch(), 4000)  # half of what failed
        self.drain(server)

    # -- the API --------------------------------------------------------------------------------------------

    def test_events_wait_while_the_api_is_away(self):
        for how in ("nobody listens", "status 503"):
            with self.subTest(how=how):
                server = self.server()
                self.calibrate(server)
                self.oracle.post(2)
                (self.store.go() if how == "nobody listens" else setattr(self.store, "away", True))
                self.assertEqual(self.store.scrape(server).batch(), 2)
                server.wait_for_log(lambda l: l["level"] == "warn" and "does not answer" in l["msg"], "about it")
                self.oracle.post(1)
                for _ in range(3):
                    self.assertIsNone(self.store.scrape(server).batch())
                self.assertEqual(self.own(server, "oneshot_confirm_up"), 0)
                (self.store.come() if how == "nobody listens" else setattr(self.store, "away", False))
                self.drain(server)
                self.assertEqual(self.own(server, "oneshot_confirm_up"), 1)
                says = [line["msg"] for line in server.log_lines() if "API" in line["msg"]]
                self.assertEqual(sum("does not answer" in line for line in says), 1)
                self.assertEqual(sum("answers again" in line for line in says), 1)
                self.store.forget_since(0)
                server.stop()

    def test_tcp_decides_while_the_api_is_away_where_the_config_says_so(self):
        self.settings.update(self.store.settings(unreachable="tcp"))
        self.store.go()
        server = self.server()
        self.oracle.post(2)
        wait_until(lambda: self.store.scrape(server).batch() == 2, "the batch", 10, 0.1)
        self.drain(server)
        self.assertEqual(self.own(server, "oneshot_batches_confirmed_total"), 0)

    def test_an_api_that_goes_away_or_never_came_is_told_of_everywhere(self):
        """The JSON of the API, `why`, `doctor` and `scrapers`; the server's own log says it once."""
        for way, refused in (("goes", "answers 503"), ("never came", "Connection refused")):
            with self.subTest(way=way):
                if way == "never came":
                    self.store.go()
                server = self.server()
                if way == "goes":
                    self.calibrate(server)
                    self.assertEqual(self.confirmation(server)["decides"], "api")
                    self.store.away = True
                server.event("type=deploy")
                self.store.scrape(server)
                wait_until(lambda: "reason" in self.confirmation(server), "away")
                told = self.confirmation(server)
                self.assertEqual((told["url"], told["up"], told["decides"], told["unreachable"]),
                                 (self.store.url, False, "nothing", "wait"))
                self.assertIn(refused, told["reason"])
                self.assertLess(abs(told["since_unix_ms"] / 1000 - time.time()), 30)
                for command in (["why", NAME, "type=deploy"], ["doctor"]):
                    said = ctl(*command, "--url", f"http://127.0.0.1:{server.port}")
                    self.assertEqual(said.status, 1, said)
                    for word in (self.store.url, "has not answered the server for", refused, "[confirm.prom-a]"):
                        self.assertIn(word, said.out)
                    self.assertNotIn("scrape_timeout", said.out)
                said = ctl("scrapers", "--url", f"http://127.0.0.1:{server.port}")
                self.assertIn("waits: API away for", said.out)
                (setattr(self.store, "away", False) if way == "goes" else self.store.come())
                self.calibrate(server)
                self.assertEqual(self.confirmation(server)["decides"], "api")
                self.store.forget_since(0)
                server.stop()

    def confirmation(self, server):
        with server.connect() as connection:
            status = json.loads(connection.get("/api/v1/status").body)
        return next(one["confirmation"] for one in status["scrapers"] if one["name"] == NAME)

    def test_the_headers_of_the_file_go_out_and_stay_secret(self):
        path = os.path.join(self.folder, "headers")
        with open(path, "w", encoding="ascii") as file:
            file.write("# of the tenant\nAuthorization: Bearer geheim-1\nX-Scope-OrgID: 7\n")
        self.settings.update(self.store.settings(header_file=path))
        server = self.server()
        self.calibrate(server)
        self.assertEqual(self.store.headers["Authorization"], "Bearer geheim-1")
        self.assertEqual(self.store.headers["X-Scope-OrgID"], "7")
        with open(path, "w", encoding="ascii") as file:
            file.write("Authorization: Bearer geheim-2\n")
        server.signal(signal.SIGHUP)
        line = server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the reload")
        self.assertEqual(line["changed"], "what confirm.prom-a.header_file holds")
        self.oracle.post(1)
        self.store.scrape(server)
        wait_until(lambda: self.store.headers["Authorization"] == "Bearer geheim-2", "the new one")
        with open(path, "w", encoding="ascii") as file:
            file.write("Authorization: Bearer geheim-3\nHost: geheim-4\n")
        server.signal(signal.SIGHUP)
        line = server.wait_for_log(lambda l: "reload failed" in l["msg"], "of the failed reload")
        self.assertIn(f"{path}:2: Host cannot be set", line["reason"])
        self.assertNotIn("geheim", server.log())

    # -- the store ------------------------------------------------------------------------------------------

    def test_a_batch_that_the_store_has_lost_goes_out_again(self):
        server = self.server()
        self.calibrate(server)
        self.oracle.post(3)
        before = time.time()
        self.store.scrape(server)
        self.settled(server)
        self.store.forget_since(before)
        self.oracle.post(1)
        self.store.scrape(server)
        wait_until(lambda: self.own(server, "oneshot_batches_refuted_total", reason="vanished") == 1, "vanished", 20)
        self.drain(server)

    def test_single_events_that_are_not_stored_go_out_once_more(self):
        server = self.server()
        self.calibrate(server)
        ids = self.oracle.post(5)
        self.store.scrape(server, keep=lambda s: s.labels.get("id") not in ids[1:3])
        wait_until(lambda: len(server.peek(NAME).events()) == 2, "two of them wait again")
        self.drain(server)
        self.assertEqual(self.own(server, "oneshot_events_refused_total"), 0)

    def test_single_events_that_are_refused_again_are_counted_and_not_sent_a_third_time(self):
        server = self.server()
        self.calibrate(server)
        bad = self.oracle.post(3)[1]
        keep = lambda s: s.labels.get("id") != bad
        self.store.scrape(server, keep=keep)
        wait_until(lambda: server.peek(NAME).ids() == [bad], "it waits again")
        self.store.scrape(server, keep=keep)
        wait_until(lambda: self.own(server, "oneshot_events_refused_total") == 1, "counted")
        self.assertEqual(self.store.scrape(server).events(), [])
        server.wait_for_log(lambda l: l.get("reason") == "the scraper does not store them, sent twice", "of it")

    def test_what_a_scraper_stores_without_its_marker_is_not_sent_again(self):
        """Its clock is set back: series that it knows are refused, new ones stored."""
        server = self.server()
        self.calibrate(server)
        known, new = self.oracle.post(2)
        self.store.scrape(server, keep=lambda s: s.labels.get("id") == new, back=20)
        self.store.scrape(server)
        wait_until(lambda: server.peek(NAME).ids() == [known], "only the other one waits again")
        self.drain(server)

    def test_a_marker_that_is_relabelled_away(self):
        server = self.server()
        self.calibrate(server)
        self.store.scrape(server)
        no_marker = lambda s: s.name != MARKER
        self.oracle.post(2)
        self.assertEqual(self.store.scrape(server, keep=no_marker).batch(), 2)

        def gone():
            self.store.scrape(server, keep=no_marker)
            return self.own(server, "oneshot_confirm_active") == 0
        wait_until(gone, "the marker is gone", 20, 0.2)
        self.oracle.post(1)
        wait_until(lambda: self.store.scrape(server, keep=no_marker).batch() == 1, "TCP decides", 10, 0.1)
        self.assertEqual(sum("does not reach the scraper's store" in l["msg"] for l in server.log_lines()), 1)

        def back():
            self.store.scrape(server)
            return self.own(server, "oneshot_confirm_active") == 1
        wait_until(back, "the marker shows again", 30, 0.2)
        self.drain(server)

    # -- the server -----------------------------------------------------------------------------------------

    def end_and_start(self, server, kill):
        if kill:
            server.signal(signal.SIGKILL)
            server.wait()
        else:
            server.stop()
        other = Server({**self.settings, **self.kept_in_file()})
        self.addCleanup(other.kill)
        self.oracle.server = other
        return other

    def test_a_batch_that_was_open_when_the_server_ended_is_asked_for_by_the_next_one(self):
        for kill in (True, False):
            for stored in (True, False):
                with self.subTest(kill=kill, stored=stored):
                    server = self.server(**self.kept_in_file())
                    self.calibrate(server)
                    self.store.away = True
                    self.oracle.post(3)
                    self.assertEqual(self.store.scrape(server, keep=(lambda s: True) if stored else False).batch(), 3)
                    other = self.end_and_start(server, kill)
                    self.store.away = False
                    self.assertIsNotNone(other.wait_for_log(lambda l: "was on its way when" in l["msg"], "of it"))
                    self.drain(other)
                    self.assertEqual(self.own(other, "oneshot_batches_confirmed_total"), 1)
                    other.stop()
                    os.unlink(self.kept_in_file()["storage.path"])
                    self.store.forget_since(0)

    def test_a_scraper_that_was_calibrated_gets_a_batch_at_once_after_a_restart(self):
        server = self.server(**self.kept_in_file())
        self.calibrate(server)
        self.drain(server)
        other = self.end_and_start(server, True)
        self.oracle.post(2)
        self.assertEqual(self.store.scrape(other).batch(), 2)
        self.drain(other)

    def test_a_name_that_a_reload_takes_away_goes_by_tcp_from_then_on(self):
        server = self.server()
        self.calibrate(server)
        self.store.away = True
        self.oracle.post(2)
        self.assertEqual(self.store.scrape(server).batch(), 2)
        self.assertIsNone(self.store.scrape(server).batch())
        server.configure({"log.level": "debug"})
        server.signal(signal.SIGHUP)
        server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the reload")
        self.oracle.post(1)
        wait_until(lambda: self.store.scrape(server).batch() == 1, "the next batch", 10, 0.1)
        self.assertIsNone(server.peek(NAME).find("oneshot_confirm_up", scraper=NAME))
        server.configure(self.settings)
        server.signal(signal.SIGHUP)
        self.store.away = False
        server.wait_for_log(lambda l: l["msg"] == "reloaded" and l["changed"] == "confirm.prom-a", "of the other", 10)
        self.calibrate(server)
        self.drain(server)


if __name__ == "__main__":
    runner.main()
