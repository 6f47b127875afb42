# SPDX-License-Identifier: MIT
"""A real Prometheus that has all replicas as targets, and what it has stored."""

from harness.prometheus import Job, Prometheus


class Store(Prometheus):
    def __init__(self, program, cluster, name):
        targets = [replica.target for replica in cluster.replicas]
        job = Job(targets, name, honor_labels=True)
        super().__init__(program, {"events": job})
        self.name = name

    def has_all(self, ledger, equals):
        equal_lost, _ = equals.lost_and_twice(equals.stored_by(self))
        return set(ledger.accepted) <= self.stored("events").keys() and equal_lost == 0

    def problems(self, ledger, equals):
        """(lost, twice, complaints)"""
        stored = self.stored("events")
        lost = [name for name in ledger.accepted if name not in stored]
        twice = {name: count for name, count in stored.items() if count > 1}
        foreign = [name for name in stored if name not in ledger.sent_at or name in ledger.refused]
        equal_lost, equal_twice = equals.lost_and_twice(equals.stored_by(self))
        said = [f"{self.name}: {len(names)} {what} {list(names)[:5]}"
                for what, names in (("lost", lost), ("twice", twice), ("foreign", foreign)) if names]
        said += [f"{self.name}: {count} of equal events {what}: stored {equals.stored_by(self)}, accepted "
                 f"{dict(equals.accepted)}, unknown {dict(equals.unknown)}; it says {self.complaints_of_its_own()}"
                 for what, count in (("lost", equal_lost), ("twice", equal_twice)) if count]
        return len(lost) + equal_lost, sum(twice.values()) - len(twice) + equal_twice, said + foreign

    def complaints_of_its_own(self):
        """Lines of its log about samples that it would not take."""
        return [line for line in self.log().splitlines() if "ample" in line][:5]
