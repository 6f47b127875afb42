# SPDX-License-Identifier: MIT
"""Scrapes that Prometheus has stored and whose receipts get lost on the way: they are sent again.

The scraper's host loses every bare acknowledgement for some scrapes. Each answer arrives and is stored, but
for the server nothing of it was received when the scrape timeout ends. With explicit timestamps that costs
nothing: the second time Prometheus finds the same series, millisecond and value. Without, the event is there
twice.
"""

from support import hosts
from support.client import request
from support.generations import EachGeneration, main
from support.prometheus import Job, Prometheus
from support.server import Server
from support.traffic import Poster, together
from support.view import View
from support.waiting import wait_until

EQUAL = 3


class Rig:
    """One Prometheus and two servers, one that sends timestamps and one that does not."""

    def __init__(self, program, cleanup):
        self.host = hosts.Host()
        self.servers = {job: Server({"server.host": "0.0.0.0", "events.use_explicit_timestamps": times})
                        for job, times in (("plain", False), ("times", True))}
        for server in self.servers.values():
            cleanup(server.stop)
        self.prometheus = Prometheus(program, {job: Job(server.port, None, hosts.SERVER)
                                               for job, server in self.servers.items()}, self.host)
        cleanup(self.prometheus.stop)
        self.views = [View(job, server, Poster(server), self.prometheus, self.host.address)
                      for job, server in self.servers.items()]

    def run(self):
        together(*(view.goes_on for view in self.views))
        ports = ", ".join(str(server.port) for server in self.servers.values())
        with self.host.drops(f"ip daddr {hosts.SERVER} tcp dport {{ {ports} }} ip length < 100 "
                             "tcp flags & (fin | syn | rst) == 0"):
            together(*(lambda v=view: self.be_sent_again(v) for view in self.views))
        together(*(view.goes_on for view in self.views))
        together(*(view.finish for view in self.views))

    def be_sent_again(self, view):
        """Equal events, in one batch and one by one, that are sent at least twice."""
        view.burst = ["equal"]
        with view.server.connect() as connection:
            connection.send(request("POST", "/event?id=equal") * EQUAL)
            for _ in range(EQUAL):
                assert connection.read_reply().status == 200
        wait_until(lambda: view.own("oneshot_events_redelivered_total") > EQUAL, "a batch is sent again", 20,
                   0.02)


class Redelivery(EachGeneration):
    rig = Rig

    def assert_sent_again(self, view):
        self.assertGreater(view.own("oneshot_events_redelivered_total"), EQUAL)
        self.assertEqual({up for _, up in view.scrapes()}, {1}, "Prometheus has stored every scrape")
        self.assertEqual(view.lost(), set())

    def test_with_timestamps_an_event_sent_again_is_one_sample(self):
        def check(view):
            self.assert_sent_again(view)
            stored = view.prometheus.stored(view.job)
            self.assertEqual(stored.pop("equal"), EQUAL)
            self.assertEqual(set(stored.values()), {1})
        self.each_view(check, "times")

    def test_undecidable_without_timestamps_an_event_stored_and_not_acknowledged_is_two_samples(self):
        def check(view):
            self.assert_sent_again(view)
            stored = view.prometheus.stored(view.job)
            self.assertGreater(stored["equal"], 1)
            more = stored["equal"] - 1
            self.assertEqual(sum(stored.values()) - len(stored) - more,
                             view.own("oneshot_events_redelivered_total") - EQUAL * more)
        self.each_view(check, "plain")


if __name__ == "__main__":
    main()
