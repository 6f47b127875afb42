# SPDX-License-Identifier: MIT
"""test_prometheus_redelivery by https: what was stored is sent again where the receipts get lost on the way."""

from harness.generations import main
from harness.site import Site
from system import test_prometheus_redelivery


class Rig(test_prometheus_redelivery.Rig):
    bare = 76  # headers with times have 52 bytes, and close_notify has 24

    def __init__(self, program, cleanup):
        self.site = Site({"client_auth_type": "RequireAndVerifyClientCert"})
        cleanup(self.site.stop)
        super().__init__(program, cleanup)


class Redelivery(test_prometheus_redelivery.Redelivery):
    rig = Rig


if __name__ == "__main__":
    main()
