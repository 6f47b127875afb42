# SPDX-License-Identifier: MIT
"""A real Prometheus that has all replicas as targets, and what it has stored."""

from cluster.replicas import RELABELLED
from harness.prometheus import Job, Prometheus

# Equal events are samples of one series, and a scrape that had to wait is stored behind a later one of another replica.
_OUT_OF_ORDER = {"storage": {"tsdb": {"out_of_order_time_window": "5m"}}}


class Store(Prometheus):
    def __init__(self, program, cluster, name):
        targets = [replica.target for replica in cluster.replicas]
        job = Job(targets, name, honor_labels=True, **RELABELLED)
        super().__init__(program, {"events": job}, options=_OUT_OF_ORDER)
        self.name = name

    def equal(self):
        """{series: events} of those that are like others."""
        found = self.query('sum by (equal) (sum_over_time(events_to_metrics{job="events",equal!=""}[1h]))')
        return {labels["equal"]: round(value) for labels, value in found}

    def has_all(self, ledger, equals):
        return set(ledger.accepted) <= self.stored("events").keys() and equals.lost_and_twice(self.equal())[0] == 0

    def problems(self, ledger, equals):
        """(lost, twice, complaints)"""
        stored = self.stored("events")
        lost = [name for name in ledger.accepted if name not in stored]
        twice = {name: count for name, count in stored.items() if count > 1}
        foreign = [name for name in stored if name not in ledger.sent_at or name in ledger.refused]
        equal_lost, equal_twice = equals.lost_and_twice(self.equal())
        said = [f"{self.name}: {len(names)} {what} {list(names)[:5]}"
                for what, names in (("lost", lost), ("twice", twice), ("foreign", foreign)) if names]
        said += [f"{self.name}: {count} of equal events {what}: stored {self.equal()}, accepted "
                 f"{dict(equals.accepted)}, unknown {dict(equals.unknown)}; it says {self.complaints_of_its_own()}"
                 for what, count in (("lost", equal_lost), ("twice", equal_twice)) if count]
        return len(lost) + equal_lost, sum(twice.values()) - len(twice) + equal_twice, said + foreign

    def complaints_of_its_own(self):
        """Lines of its log about samples that it would not take."""
        return [line for line in self.log().splitlines() if "ample" in line][:5]
