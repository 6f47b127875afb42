# SPDX-License-Identifier: MIT
"""HAProxy, whose connections to a server end with a reset: idle ones when its pool is purged, or all of them at
once."""

from .relay import Relay

_BEGIN = """\
global
  maxconn 100
  h1-case-adjust host Host
  h1-case-adjust user-agent User-Agent
  h1-case-adjust x-prometheus-scrape-timeout-seconds X-Prometheus-Scrape-Timeout-Seconds
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
"""
_MODE = """\
frontend {mode}
  bind 127.0.0.1:{port}
  default_backend {mode}-servers
backend {mode}-servers
  {option}
  server one {target} {more}
"""


class Haproxy(Relay):
    """Each mode: (an option, what is said of the server). As it is installed, the pool is purged every 5 s, and a
    connection goes with the second or third purge."""

    PROGRAM = "haproxy"
    MODES = {"plain": ("", ""),
             "always": ("http-reuse always", ""),
             "server-close": ("option http-server-close", ""),
             "httpclose": ("option httpclose", "")}

    def config(self):
        tls = " ssl verify none" if self.server.tls else ""
        return _BEGIN + "".join(
            _MODE.format(mode=mode, port=self.ports[mode], option=option, target=self.target(), more=more + tls)
            for mode, (option, more) in self.MODES.items())

    def arguments(self):
        return "-db", "-f", self.path("config")


class ClosingHaproxy(Haproxy):
    """It keeps no connection to the server, so each ends with a reset when the reply is there, sooner than the last
    acknowledgement would go out."""

    MODES = {"server-close": ("option http-server-close", ""),
             "no-pool": ("", "pool-max-conn 0")}


class HastyHaproxy(Haproxy):
    """Its pool is purged ten times as often, so that seconds show what else takes half a minute. Two modes more: one
    that keeps no idle connection, and one whose header names look as the scraper wrote them."""

    _OFTEN = "pool-purge-delay 500ms"
    MODES = {"plain": ("", _OFTEN),
             "always": ("http-reuse always", _OFTEN),
             "server-close": ("option http-server-close", ""),
             "httpclose": ("option httpclose", ""),
             "no-pool": ("", "pool-max-conn 0"),
             # The first reset comes 2 s after the reply: behind the second that a connection has to rest, and
             # behind the deadline of a timeout of 0.9 s, also where the machine is slow.
             "hidden": ("option h1-case-adjust-bogus-server", "pool-purge-delay 2s")}
