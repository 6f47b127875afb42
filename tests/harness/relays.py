# SPDX-License-Identifier: MIT
"""Relays between a scraper and the server: their kernels acknowledge what the scraper may never get."""

from . import processes, programs
from .proxy import Proxy

_HAPROXY = """\
global
  maxconn 100
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
{defaults}
frontend here
  bind {address}:{port}
  default_backend there
backend there
  server one {server}:{server_port}
"""


class Socat(Proxy):
    """Passes bytes on, as ssh -L does."""

    PROGRAM, VARIABLE = "socat", "ONESHOT_SOCAT"

    def arguments(self):
        return [f"TCP-LISTEN:{self.port},bind={self.address},fork,reuseaddr",
                f"TCP:{self.server_address}:{self.server_port}"]


class Haproxy(Proxy):
    """An HTTP proxy; more: lines for its section `defaults`."""

    PROGRAM, VARIABLE = "haproxy", "ONESHOT_HAPROXY"

    def __init__(self, host, server, more=""):
        self._more = more
        super().__init__(host, server)

    def config(self):
        return _HAPROXY.format(address=self.address, port=self.port, server=self.server_address,
                               server_port=self.server_port, defaults=self._more)

    def arguments(self):
        return ["-db", "-f", self.path("config")]


class Stunnel(Proxy):
    """Ends TLS, with a certificate made for it."""

    PROGRAM, VARIABLE = "stunnel4", "ONESHOT_STUNNEL"

    @classmethod
    def why_not(cls):
        return super().why_not() or (None if programs.find("openssl") else "openssl is not installed")

    def config(self):
        return (f"foreground = yes\npid =\n[scrape]\naccept = {self.address}:{self.port}\n"
                f"connect = {self.server_address}:{self.server_port}\ncert = {self.path('pem')}\n")

    def arguments(self):
        processes.run(programs.need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                      "/CN=test", "-keyout", self.path("pem"), "-out", self.path("certificate"))
        with open(self.path("certificate"), encoding="ascii") as certificate, \
                open(self.path("pem"), "a", encoding="ascii") as both:
            both.write(certificate.read())
        return [self.path("config")]
