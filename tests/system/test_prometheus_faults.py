# SPDX-License-Identifier: MIT
"""Real Prometheus servers that are restarted, killed, paused and cut off, while events are posted.

Of each generation two run on hosts of their own, and both scrape two servers: one knows them by their names, one
by their addresses. Each of the two suffers its share of the faults, at any time and in the worst moment: while
an answer lies in its host unread. Afterwards each must have stored one sample of each event.
"""

import contextlib
import random
import signal
import threading
import time

from harness import hosts, sockets
from harness.crew import together
from harness.freezing import freeze, thaw
from harness.generations import EachGeneration, main
from harness.oracle import Oracle
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.view import View, kill
from harness.waiting import wait_until

LONG = 1.3  # more than the scrape timeout of 0.9 s


class Target:
    """A server that a pair scrapes, and the events posted to it. site: by TLS, if there is one."""

    def __init__(self, job, settings, cleanup, site=None):
        self.job, self.site = job, site
        self.server = Server({"server.host": "0.0.0.0", **(site.settings if site else {}), **settings})
        self.server.tls = site.authority.trusted_by(site.client) if site else None
        cleanup(self.server.stop)
        self.oracle = Oracle(self.server, clock=time.time).keep_posting()
        self.holding = threading.Lock()  # both of a pair do it

    def scraped_as(self, name):
        more = self.site.job(self.site.client) if self.site else {}
        return Job(self.server.port, name, hosts.SERVER, **more)


class Victim:
    """One Prometheus of a pair on a host of its own, and all that is done to it."""

    def __init__(self, program, name, named, addressed, cleanup):
        self.host, self.named = hosts.Host(), named
        self.prometheus = Prometheus(program, {"named": named.scraped_as(name),
                                               "addressed": addressed.scraped_as(None)}, self.host)
        cleanup(self.prometheus.stop)
        self.views = [View(target.job, target.oracle, self.prometheus, scraper)
                      for target, scraper in ((named, name), (addressed, self.host.address))]

    def suffer(self, faults):
        self.goes_on()
        for fault in faults:
            time.sleep(random.uniform(0, 1))  # at any time
            fault(self)
            self.goes_on()

    def goes_on(self):
        for view in self.views:
            view.goes_on()

    # -- faults at any time --------------------------------------------------------------------------------

    def restart(self, signals=(signal.SIGTERM,)):
        for number in signals:
            self.prometheus.signal(number)
        self.prometheus.wait()
        self.prometheus.start()

    def pause(self):
        freeze(self.prometheus.pid)
        time.sleep(LONG)  # is the fault
        thaw(self.prometheus.pid)

    def kill(self):
        kill(self.prometheus, self.views)

    def cut(self):
        """Undecidable is what was on the way in that moment: perhaps stored, and the receipt lost."""
        self.host.cut()
        now = time.time()
        for view in self.views:
            if any(c.unacknowledged for c in sockets.of_server(view.server, self.host.address)):
                view.may_be_twice |= view.oracle.between(now - 3, now)
        time.sleep(LONG)  # is the fault
        self.host.mend()

    # -- faults in the worst moment ------------------------------------------------------------------------

    @contextlib.contextmanager
    def request_in_server(self):
        """Inside the block the named server is stopped, with a request unread and events for the answer."""
        view = self.views[0]
        with self.named.holding:
            view.goes_on()
            wait_until(lambda: view.own("oneshot_events_waiting"), "an event waits")
            with sockets.held_with_request(view.server, self.host.address):
                yield

    def stop_with_an_answer_unread(self):
        with self.request_in_server():
            freeze(self.prometheus.pid)
        sockets.wait_for_unread_answer(self.named.server, self.prometheus, self.host.address)

    @contextlib.contextmanager
    def must_be_sent_again(self):
        again = "oneshot_events_redelivered_total"
        before = self.views[0].own(again)
        yield
        wait_until(lambda: self.views[0].own(again) > before, "it is sent again", 20, 0.05)

    def pause_with_an_answer_unread(self):
        self.stop_with_an_answer_unread()
        time.sleep(LONG)  # is the fault
        thaw(self.prometheus.pid)

    def restart_with_an_answer_unread(self):
        self.stop_with_an_answer_unread()
        self.restart((signal.SIGTERM, signal.SIGCONT))

    def kill_with_an_answer_unread(self):
        with self.must_be_sent_again():
            self.stop_with_an_answer_unread()
            self.restart((signal.SIGKILL,))

    def cut_before_the_answer(self):
        with self.must_be_sent_again():
            with self.request_in_server():
                self.host.cut()
            time.sleep(LONG)  # is the fault
            self.host.mend()


FAULTS = {
    "left": (Victim.pause, Victim.restart, Victim.pause_with_an_answer_unread,
             Victim.restart_with_an_answer_unread),
    "right": (Victim.cut, Victim.kill, Victim.cut_before_the_answer, Victim.kill_with_an_answer_unread),
}


class Pair:
    """Two Prometheus servers of one generation, and the two servers that both scrape."""

    site = None  # for TLS

    def __init__(self, program, cleanup):
        self.targets = [Target("named", {"scrapers.names": list(FAULTS)}, cleanup, self.site),
                        Target("addressed", {}, cleanup, self.site)]
        self.victims = [Victim(program, name, *self.targets, cleanup) for name in FAULTS]
        self.views = [view for victim in self.victims for view in victim.views]

    def run(self):
        together(*(lambda v=victim, f=faults: v.suffer(f) for victim, faults in zip(self.victims,
                                                                                   FAULTS.values())))
        together(*(view.finish for view in self.views))


class Faults(EachGeneration):
    rig = Pair

    def test_each_prometheus_has_stored_each_event_once_whatever_happened_to_it(self):
        def check(view):
            self.assertGreater(len(view.posted()), 100)
            self.assertEqual(view.problems(), {})
        self.each_view(check)

    def test_the_own_metrics_say_that_each_was_delivered_and_none_lost(self):
        self.each_view(lambda view: view.assert_silent())

    def test_two_of_a_kind_are_two_scrapers_by_name_and_by_address(self):
        def check(pair):
            for job in ("named", "addressed"):
                views = [view for view in pair.views if view.job == job]
                self.assertEqual(views[0].known_scrapers(), {view.scraper for view in views})
                self.assertEqual(len(views[0].known_scrapers()), 2)
        self.each_rig(check)


if __name__ == "__main__":
    main()
