# SPDX-License-Identifier: MIT
"""Replicas append to the ordered log and read it while its three nodes are killed, paused, cut off and restarted, and
replicas themselves are paused and killed. In the end each record that was answered has to be in every tail, once, at
the place that the answer said, and all tails have to show one order.

    python3 tests/cluster/faults.py --seconds 60 --seed 1
"""

import argparse
import contextlib
import os
import random
import time

from cluster import nodes, oracle
from cluster.tool import Tool
from harness.crew import Crew
from harness.freezing import freeze, thaw
from harness.waiting import wait_until

STREAM = "ONESHOT_test"
REPLICAS = "abc"
STEPS = 50  # a second and replica
AT_ONCE = (1, 1, 1, 1, 10)  # appends
CHECKPOINT_EACH = 500  # appends; those before the last but one are trimmed


class Replica:
    """One name, under which a process appends and reads; another one goes on where it was killed."""

    def __init__(self, engine, name, dice):
        self._engine, self._name, self._dice = engine, name, dice
        self.tools = []
        self._appended = 0
        self.begin()

    def begin(self):
        self.tools.append(Tool(self._engine.servers, self._name))
        self.tool.tell("start")
        wait_until(lambda: any(line.startswith("start ") for line in self.tool.said), "a start", 120)
        self.tool.tail()

    @property
    def tool(self):
        return self.tools[-1]

    def append_some(self, stop):
        while not stop.wait(1 / STEPS):
            for _ in range(self._dice.choice(AT_ONCE)):
                self._appended += 1
                with contextlib.suppress(OSError):  # it has just been killed
                    self.tool.append(self._dice.choice("ec"), f"{self._name}{self._appended}")
                    if self._appended % CHECKPOINT_EACH == 0:
                        self._write_checkpoint()

    def _write_checkpoint(self):
        self.tool.append_long(f"k{self._name}{self._appended}", self._dice.choice((100, 1000, 600 << 10)))
        checkpoints = [entry.sequence for entry in self.tool.entries if entry.subject == "k"]
        if len(checkpoints) > 2:
            self.tool.tell(f"trim k {checkpoints[-2]}")

    def kill(self):
        os.kill(self.tool.pid, 9)
        self.begin()

    def pause(self, seconds):
        freeze(self.tool.pid)
        time.sleep(seconds)
        thaw(self.tool.pid)


def kill(engine, node, seconds):
    node.kill()
    time.sleep(seconds)
    engine.start()


def end(engine, node, seconds):
    node.end()
    time.sleep(seconds)
    engine.start()


def pause(_, node, seconds):
    node.pause()
    time.sleep(2 * seconds)
    node.resume()


def cut(_, node, seconds):
    node.host.cut()
    time.sleep(2 * seconds)
    node.host.mend()


def kill_all(engine, _, seconds):
    for node in engine.nodes:
        node.kill()
    time.sleep(seconds / 2)
    engine.start()


def fault(engine, replicas, dice, counts):
    """One of them, on the leader mostly."""
    kind = dice.choice([kill, kill, end, pause, pause, kill_all, "replica killed", "replica paused"]
                       + [cut] * 2 * nodes.can_be_cut_off())
    seconds = dice.uniform(0.5, 3)
    leader = engine.leader(STREAM) if dice.random() < 0.6 else None
    counts[getattr(kind, "__name__", kind)] = counts.get(getattr(kind, "__name__", kind), 0) + 1
    if kind == "replica killed":
        dice.choice(replicas).kill()
    elif kind == "replica paused":
        dice.choice(replicas).pause(2 * seconds)
    else:
        kind(engine, leader or dice.choice(engine.nodes), seconds)


def play(engine, seconds, seed):
    dice = random.Random(seed)
    counts = {}
    replicas = [Replica(engine, name, random.Random(f"{seed} {name}")) for name in REPLICAS]
    crew = Crew()
    for replica in replicas:
        crew.add(replica.append_some)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        fault(engine, replicas, dice, counts)
        time.sleep(dice.uniform(0, 4))
        crew.work(0)
    crew.finish()
    engine.wait(120)
    settle(engine, replicas)
    report(replicas, counts)


def settle(engine, replicas):
    """All read up to a last record, and so does one that begins only now."""
    late = Replica(engine, "late", random.Random(0))
    for replica in replicas:
        replica.tool.store("e", [f"last-{replica.tool.name}"], 120)
    newest = max(max(replica.tool.stored.values()) for replica in replicas)
    for replica in [*replicas, late]:
        replica.tool.wait_for_entry(newest, 120)
    replicas.append(late)


def report(replicas, counts):
    tools = [tool for replica in replicas for tool in replica.tools]
    records = oracle.check(tools)
    answered = sum(len(tool.stored) for tool in tools)
    unknown = {key for tool in tools for key in tool.given if key not in tool.stored and key not in tool.refused}
    there = len(unknown & {entry.id for entry in records})
    anew = sum(tool.log.count("begins anew") for tool in tools)
    print(f"faults: {counts}")
    print(f"{len(records)} records in one order in {len(tools)} tails; {answered} answered, all there; "
          f"{sum(len(tool.refused) for tool in tools)} refused, none there; {len(unknown)} never answered, "
          f"{there} of them there; tails made anew {anew} times")
    assert answered > 100, "next to nothing was stored"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("ONESHOT_CLUSTER_SECONDS", "60")))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    nodes.enter()
    with nodes.make() as engine:
        play(engine, arguments.seconds, arguments.seed)


if __name__ == "__main__":
    main()
