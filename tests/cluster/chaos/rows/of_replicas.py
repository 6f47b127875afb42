# SPDX-License-Identifier: MIT
"""Replicas are killed, stopped in order, and stand still."""

import time

from cluster.chaos.row import Row
from cluster.faults import end, kill, pause
from harness.freezing import freeze, thaw


class ReplicaKilled(Row):
    def harm(self, stop):
        replica = self.dice.choice(self.cluster.replicas)
        self.wait_for_a_quiet_moment(replica)
        replica.kill()
        stop.wait(self.dice.uniform(0, 3))
        replica.start()


class RollingUpgrade(Row):
    """SIGTERM and a new start, one replica after the other, each once the one before is ready."""

    names = "abc"

    def harm(self, stop):
        for replica in self.cluster.replicas:
            replica.stop()
            stop.wait(self.dice.uniform(0, 0.5))
            replica.start()


class EverythingRestartedInTurn(Row):
    """Replicas and nodes, in any order, one at a time."""

    def harm(self, stop):
        things = [*self.cluster.replicas, *self.engine.nodes]
        self.dice.shuffle(things)
        for thing in things:
            if thing in self.engine.nodes:
                end(self.engine, thing, self.dice.uniform(0.1, 1))
                self.engine.wait(120)
            else:
                thing.stop()
                thing.start()


class ReplicaStandsStill(Row):
    """SIGSTOP, for longer than any scrape may take: others take its batches over meanwhile."""

    def harm(self, stop):
        replica = self.dice.choice(self.cluster.replicas)
        self.wait_for_a_quiet_moment(replica)
        freeze(replica.server.pid)
        time.sleep(self.dice.uniform(1.5, 5))
        thaw(replica.server.pid)


class ReplicaStandsStillAtAnyMoment(ReplicaStandsStill):
    """Also between a scraper's last acknowledgement and its record."""

    may_repeat = "it stands still between the last acknowledgement and its record, until the deadline has passed"

    def wait_for_a_quiet_moment(self, replica):
        pass


class ReplicaCutOffFromTheEngine(Row):
    """For longer than any scrape may take, while its scrapers reach it."""

    needs_network = replicas_have_hosts = True
    may_repeat = "it alone is cut off from the engine until the deadline has passed"

    def harm(self, stop):
        replica = self.dice.choice(self.cluster.replicas)
        with replica.cut_off_from([node.address for node in self.engine.nodes]):
            time.sleep(self.dice.uniform(0.5, 5))


class AllKindsOfFaults(Row):
    """Of replicas and nodes, one after the other, in any order."""

    names = "abc"

    def harm(self, stop):
        kind = self.dice.choice(("node killed", "node stands still", "node ended", "replica killed",
                                 "replica stands still", "replica stopped"))
        if kind.startswith("node"):
            act = {"node killed": kill, "node stands still": pause, "node ended": end}[kind]
            act(self.engine, self.leader_or_other(), self.dice.uniform(0.2, 3))
            self.engine.wait(120)
            return
        row = {"replica killed": ReplicaKilled, "replica stands still": ReplicaStandsStill}.get(kind)
        if row:
            row.harm(self, stop)
            return
        replica = self.dice.choice(self.cluster.replicas)
        replica.stop()
        stop.wait(self.dice.uniform(0, 2))
        replica.start()


ROWS = (ReplicaKilled, RollingUpgrade, EverythingRestartedInTurn, ReplicaStandsStill, ReplicaStandsStillAtAnyMoment,
        ReplicaCutOffFromTheEngine, AllKindsOfFaults)
