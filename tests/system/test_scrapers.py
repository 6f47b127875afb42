# SPDX-License-Identifier: MIT
"""Who scrapes: identity, the startup hold, forgetting, places, permission."""

import unittest

from harness import runner
from harness.exposition import parse
from harness.oracle import Oracle
from harness.server import Server
from harness.waiting import wait_until

BELIEVING = {"scrapers.trusted_proxies": ["127.0.0.0/8", "::1/128"]}


class Identity(unittest.TestCase):
    def name(self, server, headers=(), query="", source=None, **options):
        reply = server.get("/metrics" + query, headers, source=source, **options)
        self.assertEqual(reply.status, 200, reply)
        name, how, _ = parse(reply.body).welcome()
        return name, how

    def test_a_name_beats_every_address(self):
        with Server(BELIEVING) as server:
            found = self.name(server, [("X-Forwarded-For", "10.0.0.1")], "?scraper=prom-a")
            self.assertEqual(found, ("prom-a", "by name"))

    def test_the_address_of_the_peer_is_the_name_without_its_port(self):
        with Server() as server:
            self.assertEqual(self.name(server)[0], "127.0.0.1")
            self.assertEqual(self.name(server, source="127.0.0.7")[0], "127.0.0.7")
            self.assertEqual(server.scrape("x").value("oneshot_scrapers"), 3)

    def test_ipv4_over_an_ipv6_socket_is_written_as_ipv4(self):
        with Server({"server.host": "::"}) as server:
            self.assertEqual(self.name(server)[0], "127.0.0.1")

    def test_a_trusted_proxy_says_who_is_behind_it(self):
        cases = [
            ([("X-Forwarded-For", "10.0.0.2")], "10.0.0.2"),
            ([("x-forwarded-for", "10.0.0.2")], "10.0.0.2"),
            ([("X-Real-Ip", "10.0.0.1"), ("X-Forwarded-For", "10.0.0.2")], "10.0.0.2"),
            ([("X-Real-Ip", "10.0.0.1")], "127.0.0.1"),
            ([("X-Forwarded-For", "10.0.0.3, 10.0.0.4")], "10.0.0.4"),
            ([("X-Forwarded-For", "10.0.0.3,10.0.0.4,127.0.0.9")], "10.0.0.4"),
            ([("X-Forwarded-For", "10.0.0.3"), ("X-Forwarded-For", "10.0.0.5, 127.0.0.9")], "10.0.0.5"),
            ([("X-Forwarded-For", "127.0.0.8, 127.0.0.9")], "127.0.0.8"),
            ([("X-Forwarded-For", "::ffff:10.0.0.6")], "10.0.0.6"),
            ([("X-Forwarded-For", "2001:DB8:0:0::1")], "2001:db8::1"),
        ]
        with Server(BELIEVING) as server:
            for headers, expected in cases:
                with self.subTest(headers=headers):
                    self.assertEqual(self.name(server, headers), (expected, "by address"))

    def test_another_header_is_believed_where_the_settings_name_it(self):
        with Server({**BELIEVING, "scrapers.forwarded_header": "X-Real-IP"}) as server:
            both = [("X-Forwarded-For", "10.0.0.66"), ("X-Real-Ip", "10.0.0.1")]
            self.assertEqual(self.name(server, both)[0], "10.0.0.1")
            self.assertEqual(self.name(server, both[:1])[0], "127.0.0.1")

    def test_an_address_that_cannot_be_read_is_let_in_only_where_everybody_is(self):
        unreadable = [("X-Forwarded-For", "10.0.0.1, unknown")]
        with Server({**BELIEVING, "scrapers.allow": ["127.0.0.0/8"]}) as server:
            self.assertEqual(server.get("/metrics").status, 200)
            refused = server.get("/metrics", unreadable)
            self.assertEqual(refused.status, 403)
            self.assertIn("X-Forwarded-For must be a list of IP addresses", refused.text)

    def test_nobody_is_believed_by_default(self):
        with Server({"scrapers.allow": ["10.0.0.0/8"]}) as server:
            for header in ("X-Forwarded-For", "X-Real-Ip", "Forwarded"):
                self.assertEqual(server.get("/metrics", [(header, "10.0.0.1")]).status, 403)

    def test_a_forwarding_header_from_anybody_else_is_ignored_and_logged_once(self):
        with Server({"scrapers.trusted_proxies": ["10.9.9.9/32"]}) as server:
            for _ in range(5):
                self.assertEqual(self.name(server, [("X-Real-Ip", "10.0.0.1")])[0], "127.0.0.1")
                self.assertEqual(self.name(server, [("X-Forwarded-For", "10.0.0.1")])[0], "127.0.0.1")
            self.name(server, [("X-Forwarded-For", "10.0.0.1")], source="127.0.0.2")

            def told(peer):
                return [l for l in server.log_lines()
                        if "forward" in " ".join(l.values()).lower() and peer in l.values()]
            wait_until(lambda: told("127.0.0.1") and told("127.0.0.2"), "a line for each of the two peers")
            self.assertEqual((len(told("127.0.0.1")), len(told("127.0.0.2"))), (1, 1), server.log())

    def test_a_forged_header_steals_nobodys_events(self):
        with Server({"scrapers.trusted_proxies": []}) as server:
            self.name(server, source="127.0.0.2")
            server.event("type=mine")
            self.name(server, [("X-Forwarded-For", "127.0.0.2"), ("X-Real-Ip", "127.0.0.2")])
            self.assertEqual(len(server.scrape(source="127.0.0.2").events()), 1)


class Places(unittest.TestCase):
    def test_a_new_scraper_beyond_max_is_503_and_is_told_so(self):
        with Server({"scrapers.max": 2, "scrapers.names": ["always"]}) as server:
            for _ in range(3):  # a delivered batch earns the place; the scrape after it knows that it was
                server.scrape("a")
                server.scrape("b")
                server.event("type=a")
            reply = server.get("/metrics?scraper=c")
            self.assertEqual(reply.status, 503)
            self.assertIn("2", reply.text)
            self.assertEqual(reply.text.count("\n"), 1)
            shown = server.scrape("always")
            self.assertEqual((shown.value("oneshot_scrapers"), shown.value("oneshot_scrapers_max")), (3, 3))
            self.assertEqual(shown.value("oneshot_scrapes_refused_total", reason="too_many_scrapers"), 1)
            server.wait_for_log(lambda l: l["msg"] == "scrape refused" and l["peer"] == "127.0.0.1"
                                and "scrapers.names" in l["detail"], "of the refusal")
            server.scrape("a")

    def test_strangers_give_way_to_each_other_and_not_one_line_or_alert_for_each(self):
        with Server() as server:
            server.scrape("prom-a", source="127.0.0.2")
            server.event("type=a")
            self.assertEqual(len(server.scrape("prom-a", source="127.0.0.2").events()), 1)
            for n in range(200):
                self.assertEqual(server.get(f"/metrics?scraper=bot{n}").status, 200)
            self.assertEqual(server.get("/metrics?scraper=prom-b", source="127.0.0.3").status, 200)
            server.event("type=b")
            shown = server.scrape("prom-a", source="127.0.0.2")
            self.assertEqual(len(shown.events()), 1)
            self.assertEqual(len(server.scrape("prom-b", source="127.0.0.3").events()), 1)
            self.assertLessEqual(shown.value("oneshot_scrapers"), 64)
            self.assertGreater(shown.value("oneshot_scrapers_displaced_total"), 130)
            self.assertEqual([s for s in shown.samples if "bot0" in s.labels.values()], [])
            self.assertLess(sum(l["msg"] == "new scraper" for l in server.log_lines()), 12)

    def test_who_is_not_allowed_to_scrape_is_403_and_may_still_post(self):
        with Server({"scrapers.allow": ["127.0.0.2/32"]}) as server:
            for path in ("/metrics", "/metrics?scraper=a", "/metrics?peek=1&scraper=a"):
                self.assertEqual(server.get(path).status, 403, path)
            server.event("type=a")
            self.assertEqual(server.get("/healthz").status, 200)
            shown = server.scrape("a", source="127.0.0.2")
            self.assertEqual(len(shown.events()), 1)
            self.assertEqual(shown.value("oneshot_scrapers"), 1)

    def test_named_scrapers_are_known_before_they_come_and_lose_nothing(self):
        with Server({"scrapers.names": ["late"], "scrapers.startup_hold_seconds": 0}) as server:
            oracle = Oracle(server)
            server.scrape("early")
            oracle.post(5)
            self.assertEqual(server.scrape("early").value("oneshot_events_waiting", scraper="late"), 5)
            oracle.scrape("late")
            oracle.check("late")


class Beginnings(unittest.TestCase):
    def test_the_first_scraper_gets_everything_since_the_start_even_without_a_hold(self):
        with Server({"scrapers.startup_hold_seconds": 0}) as server:
            oracle = Oracle(server)
            oracle.post(5)
            oracle.scrape("first")
            oracle.check("first")

    def test_during_the_hold_every_new_scraper_gets_everything_since_the_start(self):
        with Server({"scrapers.startup_hold_seconds": 600}) as server:
            oracle = Oracle(server)
            for name in ("a", "b", "c"):
                oracle.post(5)
                oracle.scrape(name)
            for name in ("a", "b", "c"):
                oracle.drain(name)
            oracle.check("a", "b", "c")

    def test_after_the_hold_a_new_scraper_starts_at_the_end(self):
        with Server({"scrapers.startup_hold_seconds": 0}) as server:
            server.scrape("first")
            server.event("type=before")
            self.assertEqual(len(server.scrape("first").events()), 1)
            # The end of the hold is noticed within a tick: a scraper that comes then starts at the end.
            names = iter(range(50))
            wait_until(lambda: not server.scrape(f"new{next(names)}").events(), "the end of the hold", 10, 0.2)
            last = f"new{next(names)}"
            self.assertEqual(server.scrape(last).events(), [])
            server.event("type=after")
            self.assertEqual([s.labels for s in server.scrape(last).events()], [{"type": "after"}])

    def test_events_that_nobody_will_ever_get_count_as_unclaimed(self):
        with Server({"scrapers.startup_hold_seconds": 0, "scrapers.forget_after_seconds": 1}) as server:
            server.scrape("gone")
            wait_until(lambda: not server.knows("gone"), "it to be forgotten", 10, 0.1)
            server.event("type=lonely")
            wait_until(lambda: server.scrape("new").value("oneshot_events_unclaimed_total") == 1,
                       "unclaimed 1", 10, 0.1)


class Forgetting(unittest.TestCase):
    def test_a_scraper_not_seen_is_forgotten_and_what_waited_is_counted_and_logged(self):
        with Server({"scrapers.forget_after_seconds": 1, "scrapers.names": ["kept"]}) as server:
            oracle = Oracle(server)
            oracle.post(1)
            server.scrape("gone")  # a delivered batch earns a place: a stranger's events nobody misses
            oracle.post(1)
            server.scrape("gone")
            oracle.post(3)
            dropped = lambda: server.peek("kept").find(
                "oneshot_events_dropped_total", scraper="gone", reason="forgotten")
            wait_until(lambda: (d := dropped()) and d.value == 3, "3 dropped", 10, 0.1)
            self.assertFalse(server.knows("gone"))
            line = server.wait_for_log(lambda l: l.get("scraper") == "gone" and "3" in l.values(),
                                       "about 3 lost")
            self.assertEqual(line["level"], "warn")
            oracle.scrape("kept")  # named: never forgotten
            oracle.check("kept")

    def test_a_scraper_that_is_seen_stays(self):
        with Server({"scrapers.forget_after_seconds": 1.5, "scrapers.startup_hold_seconds": 600}) as server:
            oracle = Oracle(server)
            server.scrape("bystander")

            def until_the_bystander_is_gone():
                oracle.post(1)
                oracle.scrape("busy")
                return not server.knows("bystander")
            wait_until(until_the_bystander_is_gone, "the bystander to be forgotten", 10, 0.1)
            oracle.check("busy")

    def test_a_new_and_a_forgotten_scraper_are_logged(self):
        with Server({"scrapers.forget_after_seconds": 1}) as server:
            server.scrape("fleeting")
            server.wait_for_log(lambda l: l["level"] == "info" and l.get("scraper") == "fleeting",
                                "of a new scraper")
            server.wait_for_log(lambda l: "forg" in " ".join(l.values()) and l.get("scraper") == "fleeting",
                                "of a forgotten scraper")


class FullLog(unittest.TestCase):
    def test_drop_oldest_counts_and_logs_what_a_scraper_lost_and_refuses_nothing(self):
        with Server({"storage.capacity_mib": 1, "scrapers.names": ["slow"],
                     "scrapers.max_events_per_scrape": 1000000}) as server:
            oracle = Oracle(server)
            ids = oracle.post(4000, padding=500)
            shown = server.scrape("slow")
            kept = shown.ids()
            self.assertEqual(kept, ids[-len(kept):])  # the newest, in order
            self.assertGreater(len(kept), 1000)
            self.assertEqual(shown.value("oneshot_events_dropped_total", scraper="slow", reason="full"),
                             len(ids) - len(kept))
            server.wait_for_log(lambda l: l["level"] == "warn" and l.get("scraper") == "slow",
                                "of what was lost")
            self.assertEqual(server.get("/readyz").status, 200)

    def test_reject_answers_503_with_retry_after_and_loses_nothing(self):
        with Server({"storage.capacity_mib": 1, "storage.when_full": "reject", "scrapers.names": ["slow"],
                     "scrapers.max_events_per_scrape": 1000000}) as server:
            taken = 0
            with server.connect() as connection:
                while True:
                    reply = connection.post(f"/event?id=e{taken}&pad=" + "x" * 5000)
                    if reply.status != 200:
                        break
                    taken += 1
                self.assertEqual(reply.status, 503)
                self.assertGreaterEqual(int(reply.header("retry-after")), 1)
                self.assertEqual(reply.text.count("\n"), 1)
            self.assertEqual(server.get("/readyz").status, 200)
            found = server.scrape("slow").ids()
            self.assertEqual(found, [f"e{n}" for n in range(taken)])
            wait_until(lambda: server.post("/event?id=again").status == 200, "room after the delivery")


class Shared(unittest.TestCase):
    """Two scrapers under one identity take events from each other."""

    def shared(self, server, scraper):
        return server.peek(scraper).value("oneshot_scraper_shared", scraper=scraper)

    def warnings(self, server):
        return [l for l in server.log_lines() if "looks like two scrapers" in l["msg"]]

    def test_two_live_connections_that_scrape_in_turn_are_warned_about_once_and_shown(self):
        with Server() as server, server.connect() as one, server.connect() as other:
            for connection in (one, other) * 3:
                self.assertEqual(connection.get("/metrics").status, 200)
            server.wait_for_log(lambda l: l.get("reason") == "two connections scrape in turn", "of both")
            self.assertEqual([(l["level"], l["scraper"]) for l in self.warnings(server)], [("warn", "127.0.0.1")])
            self.assertIn("params: {scraper: [NAME]}", self.warnings(server)[0]["msg"])
            self.assertEqual(self.shared(server, "127.0.0.1"), 1)

    def test_two_programs_under_one_name_are_warned_about(self):
        with Server() as server:
            server.get("/metrics?scraper=p", [("User-Agent", "Prometheus/2.42.0")])
            self.assertEqual(self.shared(server, "p"), 0)
            server.get("/metrics?scraper=p", [("User-Agent", "curl/7.88.1")])
            self.assertEqual(self.shared(server, "p"), 1)
            line = server.wait_for_log(lambda l: "looks like two scrapers" in l["msg"], "of both")
            self.assertEqual(line["reason"], "two programs scrape: User-Agent Prometheus/2.42.0 and curl/7.88.1")

    def test_a_scraper_that_comes_back_on_new_connections_is_one(self):
        with Server() as server:
            for agent in ["Prometheus/2.42.0"] * 5 + ["Prometheus/2.53.3"] * 5:
                server.get("/metrics", [("User-Agent", agent)])
            self.assertEqual(self.shared(server, "127.0.0.1"), 0)
            self.assertEqual(self.warnings(server), [])

    def test_a_proxy_that_scrapes_over_connections_in_turn_for_one_scraper_is_no_sign(self):
        forwarded = [("X-Forwarded-For", "10.0.0.1"), ("User-Agent", "Prometheus/2.42.0")]
        with Server(BELIEVING) as server, server.connect() as one, server.connect() as other:
            for connection in (one, other) * 3:
                self.assertEqual(connection.get("/metrics", forwarded).status, 200)
            self.assertEqual(self.shared(server, "10.0.0.1"), 0)
            self.assertEqual(self.warnings(server), [])


if __name__ == "__main__":
    runner.main()
