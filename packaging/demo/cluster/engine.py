# SPDX-License-Identifier: MIT
"""The engine: three nodes of NATS JetStream that keep the events."""

import json
import os
import time

from processes import Port, Process, get


class Node(Process):
    def __init__(self, program, folder, name, ports, routes):
        clients, monitoring = ports
        others = ", ".join(f'"nats-route://127.0.0.1:{port}"' for port in routes.values())
        with open(os.path.join(folder, "nats.conf"), "w", encoding="utf-8") as config:
            config.write(f'server_name: {name}\nlisten: "127.0.0.1:{clients}"\nhttp: "127.0.0.1:{monitoring}"\n'
                         f'cluster {{ name: demo, listen: "127.0.0.1:{routes[name]}", routes: [{others}] }}\n'
                         f'jetstream {{ store_dir: "{folder}/store", max_mem: 256M, max_file: 2G }}\n')
        self.address = f"nats://127.0.0.1:{clients}"
        super().__init__(name, folder, [program, "-c", "nats.conf"], monitoring, "/healthz")

    def asked(self, path):
        """What it says of itself; nothing while it does not answer."""
        try:
            return json.loads(get(self.url + path))
        except OSError:
            return {}


class Engine:
    def __init__(self, stage, program, names):
        held = {name: [Port() for _ in range(3)] for name in names}  # all at once, so that no two are the same
        numbers = {name: [port.release() for port in ports] for name, ports in held.items()}
        routes = {name: ports[2] for name, ports in numbers.items()}
        self._stage = stage
        self.nodes = [stage.start(Node(program, stage.room(name), name, numbers[name][:2], routes)) for name in names]

    def wait_until_whole(self, seconds=15):
        if self._is_whole_within(seconds):
            return
        for node in self._left_out():  # seldom one is, at the first start, until it is started again
            node.kill()
            self._stage.start(node)
        if not self._is_whole_within(seconds):
            raise SystemExit(f"demo: the engine's nodes do not find each other; {self.nodes[0].name} says:\n"
                             f"{self.nodes[0].log()[-2000:]}")

    def leader(self):
        """The node that leads the stream of the events."""
        for node in self.nodes:
            for account in node.asked("/jsz?streams=1").get("account_details", []):
                for stream in account.get("stream_detail", []):
                    for one in self.nodes:
                        if one.name == stream.get("cluster", {}).get("leader"):
                            return one
        return self.nodes[0]  # nobody leads at this moment

    def _is_whole_within(self, seconds):
        end = time.monotonic() + seconds
        while not self._is_whole():
            for node in self.nodes:
                node.check()
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def _is_whole(self):
        """Each node is well, all know all, and one leads them."""
        seen = [(node.is_ready(), self._meta(node).get("leader"), self._meta(node).get("cluster_size"))
                for node in self.nodes]
        return seen[0] in [(True, node.name, len(self.nodes)) for node in self.nodes] and len(set(seen)) == 1

    def _left_out(self):
        known = {self._meta(node).get("leader") for node in self.nodes}
        known |= {replica["name"] for node in self.nodes for replica in self._meta(node).get("replicas", [])}
        return [node for node in self.nodes if node.name not in known]

    @staticmethod
    def _meta(node):
        return node.asked("/jsz").get("meta_cluster", {})
