# SPDX-License-Identifier: MIT
"""Proxies whose own connections end when they like."""

from harness import hosts
from harness.relays import Haproxy
from store.row import Row
from store.stores import OfPrometheus


class HaproxyIdle(Row):
    """With its defaults it resets a connection to the server that was idle for some ten seconds."""

    families = (OfPrometheus,)
    between = Haproxy
    job = {"scrape_interval": "15s", "scrape_timeout": "10s"}
    pause = 0.2
    seconds = 90.0
    patience = 120.0
    more = ""  # of its config

    def make_proxy(self):
        return Haproxy(hosts.Host(), self.server, self.more)

    def work(self):
        for _ in range(5):
            self.goes_on()
            self.faults += 1


class HaproxyServerClose(HaproxyIdle):
    """It ends each connection to the server after one answer."""

    job = {"scrape_interval": "5s", "scrape_timeout": "3s"}
    seconds = 40.0
    more = "  option http-server-close"


ROWS = [HaproxyIdle, HaproxyServerClose]
