# SPDX-License-Identifier: MIT
"""Nodes of the engine are killed, stand still, are cut off, or have no room."""

from cluster.chaos.row import STREAM, Row
from cluster.faults import cut, end, kill, kill_all, pause
from harness.small_disk import SmallDisk
from harness.waiting import wait_until


class LeaderKilled(Row):
    """Each time the node that leads the log."""

    def harm(self, stop):
        kill(self.engine, self.engine.wait_for_leader(STREAM), self.dice.uniform(0.2, 3))
        self.engine.wait(120)


class NodeStandsStill(Row):
    """SIGSTOP, the leader mostly, for as long as makes the others go on without it."""

    def harm(self, stop):
        pause(self.engine, self.leader_or_other(), self.dice.uniform(0.5, 4))
        self.engine.wait(120)


class NodeCutOff(Row):
    """From the other nodes, and from all replicas."""

    needs_network = True

    def harm(self, stop):
        cut(self.engine, self.leader_or_other(), self.dice.uniform(0.5, 4))
        self.engine.wait(120)


class AllNodesKilled(Row):
    pauses = (3.0, 6.0)

    def harm(self, stop):
        kill_all(self.engine, None, self.dice.uniform(0.2, 2))
        self.engine.wait(180)


class NodesRestartedInTurn(Row):
    """As an operator upgrades them."""

    def harm(self, stop):
        for node in self.engine.nodes:
            end(self.engine, node, self.dice.uniform(0.1, 1))
            self.engine.wait(120)


class DiskOfANodeFull(Row):
    """The engine ends its work there until it is restarted, and the others go on."""

    needs_network = True
    seconds = 20.0
    MIB = 64

    def stores_of_nodes(self, stack):
        self.disks = [SmallDisk(self.MIB) for _ in range(3)]
        for disk in self.disks:
            stack.callback(disk.unmount)
        return [disk.path for disk in self.disks]

    def harm(self, stop):
        node = self.leader_or_other()
        with self.disks[node.number - 1].full():
            wait_until(lambda: not node.keeps_streams(), f"{node.name} has noticed", 60, 0.2)
            stop.wait(self.dice.uniform(1, 4))
            node.kill()
        self.engine.start()
        self.engine.wait(120)


ROWS = (LeaderKilled, NodeStandsStill, NodeCutOff, AllNodesKilled, NodesRestartedInTurn, DiskOfANodeFull)
