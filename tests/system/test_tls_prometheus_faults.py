# SPDX-License-Identifier: MIT
"""test_prometheus_faults by https with certificates on both sides: restarted, killed, paused and cut off."""

from harness.generations import main
from harness.site import Site
from system import test_prometheus_faults


class Pair(test_prometheus_faults.Pair):
    def __init__(self, program, cleanup):
        self.site = Site({"client_auth_type": "RequireAndVerifyClientCert"})
        cleanup(self.site.stop)
        super().__init__(program, cleanup)


class Faults(test_prometheus_faults.Faults):
    rig = Pair


if __name__ == "__main__":
    main()
