# SPDX-License-Identifier: MIT
"""Tests with every generation of Prometheus that there is, in a network of their own."""

import unittest

from . import hosts, programs, runner, sandbox, versions
from .crew import together


def programs_by_version():
    """{version: program}, the oldest first; skips the test where there is no Prometheus at all."""
    programs.need("prometheus", "ONESHOT_PROMETHEUS")
    return versions.prometheus()


class EachGeneration(unittest.TestCase):
    """A rig for each generation, made with its program and what takes clean-ups. All run at the same time before
    the first test; the tests then look at what is stored."""

    rig = None  # the class of the rigs; has `run` and `views`

    @classmethod
    def setUpClass(cls):
        sandbox.need("nft")
        cls.rigs, programs_found = {}, programs_by_version()

        def start(version, program):
            cls.rigs[version] = cls.rig(program, cls.addClassCleanup)
        hosts.make_bridge()
        together(*(lambda v=version, p=program: start(v, p) for version, program in programs_found.items()))
        together(*(rig.run for rig in cls.rigs.values()))
        cls.rigs = dict(sorted(cls.rigs.items()))
        for version, rig in cls.rigs.items():
            for view in rig.views:
                print(f"        {version} {view}", flush=True)

    def each_rig(self, check):
        for version, rig in self.rigs.items():
            with self.subTest(version=version):
                check(rig)

    def each_view(self, check, job=None):
        """Checks every view, or those of one job."""
        for version, rig in self.rigs.items():
            for view in rig.views:
                if job in (None, view.job):
                    with self.subTest(version=version, job=view.job, scraper=view.scraper):
                        check(view)


def main():
    if sandbox.why_not("nft") is None:
        sandbox.enter()
    runner.main()
