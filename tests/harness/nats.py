# SPDX-License-Identifier: MIT
"""A real NATS JetStream of several nodes, with folders and ports of its own: the engine of a cluster's ordered log."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading

from . import processes, programs
from .daemon import Daemon
from .nats_connection import Connection
from .sockets import accept_each, free_port
from .waiting import wait_until

OLDEST = (2, 10, 23)


def server():
    """The path of nats-server; the test is skipped where there is none, or only one that loses records."""
    path = programs.need("nats-server", "ONESHOT_NATS_SERVER")
    said = processes.run(path, "--version")
    version = tuple(int(part.split("-")[0]) for part in said.rpartition("v")[2].split(".")[:3])
    if version < OLDEST:
        programs.missing(f"nats-server {'.'.join(map(str, OLDEST))} or newer is not installed (or set "
                         "ONESHOT_NATS_SERVER)")
    return path


class Node(Daemon):
    """One node. Its folder outlives its process; nobody waits for it at its start, since alone it is never ready."""

    READY = "/healthz"

    def __init__(self, program, number, host, settings, store=None):
        super().__init__(program, host)
        self.number = number
        self.name = f"n{number}"
        self.clients = free_port()
        self.routes = free_port()
        self._settings = settings
        self._store = store or os.path.join(self.folder, "store")

    def configure(self, nodes, settings=None):
        """`settings`: others than before."""
        self._settings = self._settings if settings is None else settings
        routes = ", ".join(f'"nats-route://{node.address}:{node.routes}"' for node in nodes)
        lone = len(nodes) == 1
        self.write("nats.conf", f"""
server_name: {self.name}
listen: "{self.address}:{self.clients}"
http: "{self.address}:{self.port}"
jetstream {{ store_dir: "{self._store}", max_mem: 256M, max_file: 2G }}
{"" if lone else f'cluster {{ name: c, listen: "{self.address}:{self.routes}", routes: [ {routes} ] }}'}
{self._settings}
""")

    def command(self):
        return [self.program, "-c", self.path("nats.conf")]

    def start(self):
        command = self.command()
        self._process = subprocess.Popen(self.host.command(*command) if self.host else command,
                                         stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)

    @property
    def runs(self):
        return self._process is not None and self._process.poll() is None

    def kill(self):
        self._process.kill()
        self._process.wait()

    def end(self):
        """As an operator does."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        with contextlib.suppress(ProcessLookupError):
            self.signal(signal.SIGCONT)

    def stop(self):
        if self.runs:
            self.resume()
        super().stop()

    def keeps_streams(self):
        """It has stopped to where its disk is full, until it is restarted; a node that is gone keeps none."""
        return self.monitoring("/healthz?js-enabled-only=true").get("status") == "ok"

    def ills(self):
        """What it says is wrong with it. A consumer that it does not find is nothing: one through which a replica read,
        removed while the engine had no leader. The node says so until it is restarted: docs/cluster.md."""
        told = self.monitoring("/healthz?details=true", good=(200, 503)) or {"errors": [{"error": "no answer"}]}
        return tuple(error.get("error") for error in told.get("errors", []) if error.get("type") != "CONSUMER")

    @property
    def url(self):
        return f"nats://{self.address}:{self.clients}"

    def monitoring(self, path, good=(200,)):
        """What it answers there with one of these statuses, as JSON; nothing while it does not answer."""
        try:
            status, body = self.get(path)
        except (OSError, AssertionError):
            return {}
        return json.loads(body) if status in good else {}

    def connect(self):
        return Connection(self.address, self.clients)

    def request(self, subject, body):
        """What answers a message there, as JSON."""
        with contextlib.closing(self.connect()) as connection:
            return json.loads(connection.request(subject, body.encode()))


class Engine:
    """Nodes that are one engine.

    hosts:    one for each node, where they can be cut off; else all are on loopback
    settings: further lines of their configs
    stores:   one for each node: the folder that it keeps its streams in
    """

    def __init__(self, count=3, hosts=None, settings="", program=None, stores=None):
        program = program or server()
        self._stack = contextlib.ExitStack()
        self.nodes = [Node(program, number, hosts[number - 1] if hosts else None, settings,
                           stores[number - 1] if stores else None)
                      for number in range(1, count + 1)]
        for node in self.nodes:
            self._stack.callback(node.stop)
            node.configure(self.nodes)

    def __enter__(self):
        try:
            self.start()
            self.wait()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    @property
    def servers(self):
        return [node.url for node in self.nodes]

    def node(self, number):
        return self.nodes[number - 1]

    def start(self):
        for node in self.nodes:
            if not node.runs:
                node.start()

    def pause(self):
        """All nodes stand still."""
        for node in self.nodes:
            node.pause()

    def resume(self):
        for node in self.nodes:
            node.resume()

    def wait(self, seconds=60):
        """Until each node says that it is well, and all of them place streams."""
        if len(self.nodes) == 1:
            wait_until(lambda: self.nodes[0].monitoring("/healthz"), "the engine is ready", seconds, 0.05)
            return
        try:
            wait_until(self._is_whole, "the engine is whole", seconds / 2, 0.1)
        except AssertionError:  # seldom one never says so, and has to be restarted: docs/cluster.md
            for node in self._left_out() or self._ill():
                print(f"{node.name} is restarted, since {self._condition(node)}", flush=True)
                node.kill()
                node.start()
            try:
                wait_until(self._is_whole, "the engine is whole", seconds / 2, 0.1)
            except AssertionError as late:
                raise AssertionError(f"{late}: {[self._condition(node) for node in self.nodes]}") from None

    def _is_whole(self):
        """Each node is well, all know all, and one leads them."""
        return {self._condition(node) for node in self.nodes} in (
            {((), node.name, len(self.nodes))} for node in self.nodes)

    def _condition(self, node):
        meta = self._meta(node)
        return node.ills(), meta.get("leader"), meta.get("cluster_size")

    @staticmethod
    def _meta(node):
        return node.monitoring("/jsz").get("meta_cluster", {})

    def _left_out(self):
        known = {replica["name"] for node in self.nodes for replica in self._meta(node).get("replicas", [])}
        known |= {self._meta(node).get("leader") for node in self.nodes}
        return [node for node in self.nodes if node.name not in known]

    def _ill(self):
        return [node for node in self.nodes if node.runs and node.ills()][:1]  # one at a time, or nobody leads

    def leader(self, stream):
        """The node that leads this stream, as one of the nodes says that answers; None while there is none."""
        for node in self.nodes:
            for account in node.monitoring("/jsz?streams=1").get("account_details", []):
                for detail in account.get("stream_detail", []):
                    name = detail.get("cluster", {}).get("leader", node.name)
                    if detail["name"] == stream and name:
                        return next(one for one in self.nodes if one.name == name)
        return None

    def wait_for_leader(self, stream, seconds=60):
        return wait_until(lambda: self.leader(stream), f"{stream} has a leader", seconds, 0.1)

    def state(self, stream):
        """Of a stream, as its leader has it: messages, first_seq, last_seq, ..."""
        for account in self.leader(stream).monitoring("/jsz?streams=1").get("account_details", []):
            for detail in account.get("stream_detail", []):
                if detail["name"] == stream:
                    return detail["state"]
        return {}


class PlayedNode:
    """Greets as a node of this version, and does nothing but answer pings. A context manager.

    others: addresses of the engine's other nodes, which it names
    """

    def __init__(self, version, others=()):
        info = {"server_id": "x", "version": version, "max_payload": 1 << 20, "headers": True,
                "connect_urls": [url.removeprefix("nats://") for url in others]}
        self._greeting = f"INFO {json.dumps(info)}\r\n"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"nats://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        accept_each(self._listener, lambda client: threading.Thread(target=self._play, args=[client],
                                                                    daemon=True).start())
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _play(self, client):
        with client, contextlib.suppress(OSError):
            client.sendall(self._greeting.encode())
            for line in client.makefile("rb"):
                if line.startswith(b"PING"):
                    client.sendall(b"PONG\r\n")
