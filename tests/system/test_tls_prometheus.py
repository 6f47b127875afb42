# SPDX-License-Identifier: MIT
"""test_prometheus by https: each generation shows a client's certificate, and has each event once."""

import sys

from harness import certificates, runner, versions
from harness.site import Site
from system import test_prometheus


class ByTls(test_prometheus.RealPrometheus):
    """Made for each generation below, which `path` is of."""

    path = None

    @classmethod
    def program(cls):
        return cls.path

    @classmethod
    def setUpClass(cls):
        certificates.need()
        cls.site = Site({"client_auth_type": "RequireAndVerifyClientCert"})
        cls.addClassCleanup(cls.site.stop)
        cls.job = cls.site.job(cls.site.client, "localhost")
        super().setUpClass()

    @classmethod
    def start(cls, settings):
        server = super().start({**cls.site.settings, **settings})
        server.tls = cls.site.authority.trusted_by(cls.site.client)
        return server

    def test_nobody_without_a_certificate_has_got_in(self):
        self.assertEqual(self.plain.scrape("plain").value("oneshot_tls_handshake_errors_total"), 0)


def of_each_generation():
    """The class once for each program; once without any, which then says what is missing."""
    found = versions.prometheus()
    if not found:
        return {"Missing": type("Missing", (ByTls,), {"program": test_prometheus.RealPrometheus.program})}
    return {f"Prometheus{version}": type(f"Prometheus{version}", (ByTls,), {"path": path})
            for version, path in found.items()}


if __name__ == "__main__":
    generations = of_each_generation()
    del ByTls
    vars(sys.modules["__main__"]).update(generations)
    runner.main()
