# SPDX-License-Identifier: MIT
"""Scrapes that Prometheus has stored and whose receipts get lost on the way: they are sent again.

The scraper's host loses every bare acknowledgement for some scrapes. Each answer arrives and is stored, but
for the server nothing of it was received when the scrape timeout ends. With explicit timestamps that costs
nothing: the second time Prometheus finds the same series, millisecond and value. Without, the event is there
twice.
"""

import contextlib
import time

from harness import hosts
from harness.client import request
from harness.crew import together
from harness.generations import EachGeneration, main
from harness.oracle import Oracle
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.view import View
from harness.waiting import wait_until

AGAIN = "oneshot_events_redelivered_total"
EQUAL = 3


def is_stored_again(view):
    return max(view.stored().values(), default=0) > 1


def refuses(view):
    return 0 in [up for _, up in view.scrapes()]


def is_sent_again(view):
    return view.own(AGAIN) >= EQUAL


SHOWS = {"plain": is_stored_again, "times": is_sent_again, "narrow": refuses}  # by job


class Rig:
    """Three servers with one job each: without timestamps; with; and with, for a Prometheus that takes what is
    out of order but not for long."""

    site = None  # for TLS
    bare = 100   # bytes: packets that are shorter carry nothing but an acknowledgement

    def __init__(self, program, cleanup):
        narrow = {"storage": {"tsdb": {"out_of_order_time_window": "100ms"}}}
        self.hosts, self.views = [], []
        for jobs, options in (({"plain": False, "times": True}, {}), ({"narrow": True}, narrow)):
            host, servers = hosts.Host(), {}
            for job, times in jobs.items():
                servers[job] = self.start({"server.host": "0.0.0.0", "events.use_explicit_timestamps": times})
                cleanup(servers[job].stop)
            # So short that the server has decided before the next scrape, whose packets acknowledge everything.
            more = {"scrape_timeout": "300ms", **(self.site.job(self.site.client) if self.site else {})}
            prometheus = Prometheus(program, {job: Job(server.port, None, hosts.SERVER, **more)
                                              for job, server in servers.items()}, host, options)
            cleanup(prometheus.stop)
            self.hosts.append(host)
            self.views += [View(job, Oracle(server, clock=time.time).keep_posting(), prometheus, host.address)
                           for job, server in servers.items()]

    def start(self, settings):
        server = Server({**(self.site.settings if self.site else {}), **settings})
        server.tls = self.site.authority.trusted_by(self.site.client) if self.site else None
        return server

    def run(self):
        together(*(view.goes_on for view in self.views))
        ports = ", ".join(str(view.server.port) for view in self.views)
        bare = (f"ip daddr {hosts.SERVER} tcp dport {{ {ports} }} ip length < {self.bare} "
                "tcp flags & (fin | syn | rst) == 0")
        with contextlib.ExitStack() as stack:
            for host in self.hosts:
                stack.enter_context(host.drops(bare))
            together(*(lambda v=view: self.be_sent_again(v) for view in self.views))
        together(*(view.goes_on for view in self.views))
        together(*(view.finish for view in self.views))

    def be_sent_again(self, view):
        """Equal events that are sent again after they were stored, and the poster's with them. On a busy machine a
        Prometheus may store what came again and nothing else, so there are more of them until the job has shown what it
        is for."""
        view.goes_on()
        wait_until(lambda: self.sends_again(view), f"{SHOWS[view.job].__name__}: {view.job}", 40, 0)

    def sends_again(self, view):
        name, again = f"equal{len(view.burst)}", view.own(AGAIN)
        view.burst.append(name)
        view.oracle.posted([name])
        with view.server.connect() as connection:
            connection.send(request("POST", f"/event?id={name}") * EQUAL)
            for _ in range(EQUAL):
                assert connection.read_reply().status == 200
        view.oracle.answered(name, 200)
        shows = SHOWS[view.job]
        wait_until(lambda: name in view.stored() or shows(view), f"{name} is stored", 20, 0.02)
        wait_until(lambda: view.own(AGAIN) >= again + EQUAL or shows(view), f"{name} is sent again", 20, 0.02)
        return shows(view)


class Redelivery(EachGeneration):
    rig = Rig

    def test_with_timestamps_an_event_sent_again_is_one_sample(self):
        def check(view):
            self.assertEqual(view.lost(), set())
            stored = view.stored()
            self.assertEqual({name: stored.pop(name) for name in view.burst}, dict.fromkeys(view.burst, EQUAL))
            self.assertEqual(set(stored.values()), {1})
        self.each_view(check, "times")

    def test_undecidable_without_timestamps_an_event_stored_and_not_acknowledged_is_two_samples(self):
        def check(view):
            self.assertEqual(view.lost(), set())
            stored = view.stored()
            more = sum(stored[name] - 1 for name in view.burst)
            more_of_others = sum(stored.values()) - len(stored) - more
            self.assertGreater(more + more_of_others, 0)
            self.assertLessEqual(more_of_others, view.own(AGAIN) - EQUAL * more)
        self.each_view(check, "plain")

    def test_undecidable_a_prometheus_that_finds_it_too_old_refuses_the_scrape_and_what_was_new_in_it(self):
        """Two or more samples of one series, sent again: all but the newest are out of order then."""
        def check(view):
            view.failed_scrapes_may_be_lost()
            stored = view.stored()
            equal = {name: stored.pop(name) for name in view.burst if name in stored}
            self.assertEqual(equal, dict.fromkeys(equal, EQUAL))
            self.assertEqual(set(stored.values()), {1})
            self.assertIn(0, [up for _, up in view.scrapes()])
            self.assertLessEqual(view.lost(), view.may_be_lost)
        self.each_view(check, "narrow")


if __name__ == "__main__":
    main()
