# SPDX-License-Identifier: MIT
"""What cannot be decided from outside, shown with real Prometheus servers: what it costs, and where it ends.

In each case TCP says that the scraper has everything, and yet nothing is stored: that batch is lost, as a whole.
Everything before and after it arrives, and nothing comes twice. Each generation goes through all the cases, one
after the other, on a host of its own.
"""

import time

from harness import hosts, nginx, sockets
from harness.crew import together
from harness.freezing import freeze, thaw
from harness.generations import EachGeneration, main
from harness.nginx import Nginx
from harness.oracle import Oracle
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.view import View, kill
from harness.waiting import wait_until

BURST = 600
READ_BURST, READ_ROUNDS = 5000, 5


class Rig:
    """One Prometheus, and for each case a server of its own."""

    def __init__(self, program, cleanup):
        self.host, self.proxy_host = hosts.Host(), hosts.Host()
        proxied = {"scrapers.trusted_proxies": [self.proxy_host.address]}
        plain = {"server.gzip": "off"}  # so that what is read of it stands out from what is read beside it
        self.servers = {job: Server({"server.host": "0.0.0.0", **settings}) for job, settings in (
            ("samples", {}), ("size", {}), ("read", plain), ("proxied", proxied))}
        for server in self.servers.values():
            cleanup(server.stop)
        self.proxy = Nginx(self.proxy_host, self.servers["proxied"])
        cleanup(self.proxy.stop)
        self.prometheus = Prometheus(program, {
            "samples": self.job("samples", sample_limit=300),
            "size": self.job("size", body_size_limit="64KB"),
            "read": self.job("read"),
            "proxied": Job(self.proxy.port, None, self.proxy.address)}, self.host)
        cleanup(self.prometheus.stop)
        self.views = [View(job, Oracle(server, clock=time.time).keep_posting(), self.prometheus, self.host.address)
                      for job, server in self.servers.items()]

    def job(self, name, **options):
        return Job(self.servers[name].port, None, hosts.SERVER, **options)

    def run(self):
        samples, size, read, proxied = self.views
        together(*(view.goes_on for view in self.views))
        together(lambda: self.refuse(samples, 0), lambda: self.refuse(size, 200))
        self.kill_after_reading(read)
        self.kill_behind_the_proxy(proxied)
        together(*(view.finish for view in self.views))
        for view in (samples, size, proxied):
            view.failed_scrapes_may_be_lost()

    # -- the cases -----------------------------------------------------------------------------------------

    def refuse(self, view, padding):
        """More than this job may have; then as before."""
        view.goes_on()
        view.burst += view.oracle.post(BURST, padding)
        wait_until(lambda: any(up == 0 for _, up in view.scrapes()), "Prometheus refuses a scrape", 20, 0.1)
        view.goes_on()

    def kill_after_reading(self, view):
        """With so many new series storing takes long enough to be seen."""
        for _ in range(READ_ROUNDS):
            view.goes_on()
            batch = view.oracle.post(READ_BURST)
            view.burst += batch
            if self.stands_between_reading_and_storing(view):
                kill(self.prometheus, self.views)
                view.must_be_lost = set(batch)
                return
        raise AssertionError("Prometheus was never seen between reading and storing")

    def stands_between_reading_and_storing(self, view):
        """Lets Prometheus run by the millisecond until it has read a scrape whole; lets it go if it has begun
        to store that by then."""
        size = len(view.server.peek(view.scraper).body) - 2048  # a peek has a few other words around it
        with sockets.held_with_request(view.server, self.host.address):
            freeze(self.prometheus.pid)
        had, wrote = self.prometheus.bytes_read(), self.prometheus.bytes_in_wal()
        while size > READ_BURST * 20 and self.prometheus.bytes_in_wal() - wrote < READ_BURST:
            if (self.prometheus.bytes_read() - had >= size and sockets.settled(view.server, self.host.address)
                    and not sockets.has_unread(self.prometheus, view.server)):
                return True
            thaw(self.prometheus.pid)
            time.sleep(0.001)  # is its step
            freeze(self.prometheus.pid)
        thaw(self.prometheus.pid)
        return False

    def kill_behind_the_proxy(self, view):
        """The proxy has acknowledged everything, and Prometheus, which stands, never gets it."""
        view.goes_on()
        wait_until(lambda: view.own("oneshot_events_waiting"), "an event waits")
        before = view.own("oneshot_events_delivered_total")
        with sockets.held_with_request(view.server, self.proxy.address):
            freeze(self.prometheus.pid)
        wait_until(lambda: view.own("oneshot_events_delivered_total") > before, "the proxy has it", 20)
        kill(self.prometheus, self.views)


class Undecidable(EachGeneration):
    rig = Rig

    @classmethod
    def setUpClass(cls):
        nginx.need()
        super().setUpClass()

    def lost_in_silence(self, job):
        """Lost is what must be and nothing that may not, nothing comes twice, and for the server all is well."""
        def check(view):
            self.assertEqual(view.problems(), {})
            self.assertTrue(view.lost())
            self.assertLessEqual(view.must_be_lost, view.lost())
            self.assertLess(len(view.lost()), len(view.posted()) - 100)
            view.assert_silent()
        self.each_view(check, job)

    def test_undecidable_a_scrape_over_the_sample_limit_is_read_whole_and_lost(self):
        self.lost_in_silence("samples")

    def test_undecidable_a_scrape_over_the_body_size_limit_is_read_whole_and_lost(self):
        self.lost_in_silence("size")

    def test_undecidable_what_was_read_and_not_stored_when_prometheus_was_killed_is_lost(self):
        self.lost_in_silence("read")

    def test_undecidable_what_a_proxy_took_for_a_prometheus_that_was_killed_is_lost(self):
        self.lost_in_silence("proxied")

    def test_behind_a_proxy_the_scraper_is_known_by_the_address_of_prometheus(self):
        def check(view):
            self.assertEqual(view.known_scrapers(), {view.prometheus.address})
        self.each_view(check, "proxied")


if __name__ == "__main__":
    main()
