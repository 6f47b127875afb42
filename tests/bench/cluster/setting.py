# SPDX-License-Identifier: MIT
"""What is compared: replicas on three nodes of the engine, a single server, and a program that only appends."""

import base64
import contextlib
import json
import os
import subprocess

from bench import servers
from harness import nats, processes
from harness.remote import Remote
from harness.waiting import wait_until

NAME, STREAM = "bench", "ONESHOT_bench"
RAW, RAW_SUBJECT = "RAW", "raw.e"
CONFIG = ('[events]\nuse_explicit_timestamps = false\n[scrapers]\nmax = 5000\nnames = ["s0"]\n'
          "startup_hold_seconds = 0\nmax_events_per_scrape = 200000\n[storage]\ncapacity_mib = 128\n")


class Replica(servers.Server):
    """One of the cluster. It is ready when it is made."""

    def __init__(self, binary, engine, name):
        cluster = f'[cluster]\nname = "{NAME}"\nreplica = "{name}"\nservers = {json.dumps(engine.servers)}\n'
        super().__init__(f"replica {name}", servers.ours(binary, CONFIG + cluster))
        self.replica = name
        self.remote = Remote(self.port)
        wait_until(lambda: self.remote.get("/readyz").status == 200, f"replica {name} is ready", 120, 0.005)

    def place_in_log(self):
        return self.remote.peek("s0").value("oneshot_cluster_applied_records")

    def kill(self):
        self.process.kill()
        self.process.wait()


class Setting:
    """All of them, on loopback. A context manager."""

    def __init__(self, binary):
        self._binary = binary
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.engine = stack.enter_context(nats.Engine())
            self.embedded = servers.Server("embedded", servers.ours(self._binary, CONFIG))
            stack.callback(self.embedded.stop)
            self.replicas = []
            stack.callback(lambda: [replica.stop() for replica in self.replicas])
            for name in "ab":
                self.start(name)
            self._make_raw_stream()
            for server in (self.embedded, *self.replicas):
                Remote(server.port).scrape("first")  # the first one that nobody has named has all that is there
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def leader(self):
        """As it says itself: it is the leader that answers this question."""
        name = self.ask_engine("STREAM.INFO." + STREAM)["cluster"]["leader"]
        return next(node for node in self.engine.nodes if node.name == name)

    def start(self, name):
        """A further replica."""
        self.replicas.append(Replica(self._binary, self.engine, name))
        return self.replicas[-1]

    def remove(self, replica):
        self.replicas.remove(replica)
        replica.stop()

    def engine_cpu_seconds(self):
        return sum(processes.cpu_seconds(node.pid) for node in self.engine.nodes if node.runs)

    def ask_engine(self, subject, body=""):
        answer = self.engine.nodes[0].request("$JS.API." + subject, body and json.dumps(body))
        assert "error" not in answer, answer
        return answer

    def record_bytes(self, first, last):
        """The mean length of records of events between these places of the log."""
        sizes = []
        for sequence in range(int(first) + 1, int(last), max(1, int(last - first) // 20)):
            answer = self.ask_engine("STREAM.MSG.GET." + STREAM, {"seq": sequence})["message"]
            if answer["subject"].endswith(".e"):
                sizes.append(len(base64.b64decode(answer["data"])))
        return round(sum(sizes) / len(sizes))

    # -- the raw publisher ---------------------------------------------------------------------------------

    def _make_raw_stream(self):
        """As that of the cluster, but that it discards the oldest records for new ones."""
        wanted = {**self.ask_engine("STREAM.INFO." + STREAM)["config"], "name": RAW, "subjects": ["raw.>"],
                  "discard": "old"}
        self.ask_engine("STREAM.CREATE." + RAW, wanted)
        self.engine.wait_for_leader(RAW)

    def append_raw(self, size, in_flight, records):
        """What the raw publisher has measured, for equal records of so many bytes."""
        done = subprocess.run(
            [os.environ["ONESHOT_RAW_PUBLISHER"], RAW_SUBJECT, str(size), str(in_flight), str(records),
             *self.engine.servers], capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
