# SPDX-License-Identifier: MIT
"""The programs that scrape and store in a row, of every version that there is."""

import os

from harness import versions
from harness.prometheus import Prometheus
from harness.remote_write import Agent, Receiver
from harness.victoria_metrics import VictoriaMetrics, Vmagent


class Family:
    """One version of a program that scrapes. What `start` returns scrapes the jobs and has its API on that port.

    kind:        what [confirm.NAME] calls its API
    shows_after: seconds within which it shows everything that it has
    """

    name = kind = program_name = ""
    shows_after = 5.0

    def __init__(self, version, program, is_oldest):
        self.version, self.program, self.is_oldest = version, program, is_oldest

    def __str__(self):
        return f"{self.name}-{self.version}"

    def is_before(self, *numbers):
        """Whether this version is older than that one."""
        return [int(part) for part in self.version.split(".")[:len(numbers)]] < list(numbers)

    @classmethod
    def found(cls):
        return [cls(version, program, not number) for number, (version, program) in enumerate(cls.versions().items())]

    @staticmethod
    def versions():
        raise NotImplementedError

    def start(self, jobs, host, port, **options):
        """(what scrapes, what stores)"""
        raise NotImplementedError


class OfPrometheus(Family):
    name = kind = program_name = "prometheus"
    versions = staticmethod(versions.prometheus)

    def start(self, jobs, host, port, **options):
        it = Prometheus(self.program, jobs, host, port=port, **options)
        return it, it


class OfVictoriaMetrics(Family):
    name, kind = "victoria-metrics", "victoriametrics"
    program_name = name
    shows_after = 25.0  # for new series; 12 were seen
    versions = staticmethod(versions.victoria_metrics)

    def start(self, jobs, host, port, **options):
        it = VictoriaMetrics(self.program, jobs, host, port=port, **options)
        return it, it


class OfAgent(Family):
    """An agent that writes to a second Prometheus, which is the store."""

    name, kind, program_name = "prometheus-agent", "prometheus", "prometheus"
    versions = staticmethod(versions.prometheus)

    def start(self, jobs, host, port, **options):
        receiver = Receiver(self.program, host, port=port)
        try:
            flag = "--enable-feature=agent" if self.is_before(3) else "--agent"
            return Agent(self.program, jobs, receiver.url, host, flag, **options), receiver
        except BaseException:
            receiver.stop()
            raise


class OfVmagent(OfVictoriaMetrics):
    """vmagent of the same package that writes to a VictoriaMetrics."""

    name = "vmagent"

    @classmethod
    def found(cls):
        return [one for one in super().found() if os.access(one.agent(), os.X_OK)]

    def agent(self):
        return os.path.join(os.path.dirname(os.path.realpath(self.program)), "vmagent")

    def start(self, jobs, host, port, **options):
        receiver = VictoriaMetrics(self.program, {}, host, port=port)
        try:
            return Vmagent(self.agent(), jobs, receiver.url, host, **options), receiver
        except BaseException:
            receiver.stop()
            raise
