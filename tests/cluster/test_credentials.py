# SPDX-License-Identifier: MIT
"""An engine whose users are known by signed claims, as NGS and many a Kubernetes have it: replicas with a file of
credentials, and the rights of docs/cluster.md."""

import os
import tempfile
import unittest

from cluster import nodes
from cluster.replicas import Cluster
from cluster.tool import binary
from harness import nats, nkeys, programs
from harness.runner import main
from harness.server import Server
from harness.waiting import wait_until

NAME = "signed"
STREAM = f"ONESHOT_{NAME}"
PUBLISH = [f"oneshot.{NAME}.>",
           *(f"$JS.API.STREAM.{what}.{STREAM}" for what in ("INFO", "CREATE", "PURGE", "MSG.GET")),
           *(f"$JS.API.CONSUMER.{what}" for what in (f"CREATE.{STREAM}", f"CREATE.{STREAM}.>", f"DELETE.{STREAM}.>")),
           f"$JS.FC.{STREAM}.>"]
SUBSCRIBE = ["_INBOX.>", f"oneshot.{NAME}.>"]
EVERYTHING = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1,
              "leaf": -1}
STREAMS = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}


class Claims:
    """An operator, an account with streams, the system's account, and users."""

    def __init__(self, folder):
        self._folder = folder
        self._operator, self._account = nkeys.Key(nkeys.OPERATOR, folder), nkeys.Key(nkeys.ACCOUNT, folder)
        system = nkeys.Key(nkeys.ACCOUNT, tempfile.mkdtemp(dir=folder))
        self.settings = f"""
operator: "{self._operator.sign(self._operator.public, "operator", type="operator")}"
system_account: {system.public}
resolver: MEMORY
resolver_preload: {{
  {self._account.public}: "{self._of_account(self._account, **STREAMS)}"
  {system.public}: "{self._of_account(system)}"
}}
"""

    def _of_account(self, key, **limits):
        return self._operator.sign(key.public, "account", type="account", limits={**EVERYTHING, **limits})

    def user(self, name, publish=(), by=None):
        """Its file of credentials."""
        folder = os.path.join(self._folder, name)
        os.mkdir(folder)
        key = nkeys.Key(nkeys.USER, folder)
        token = (by or self._account).sign(key.public, name, type="user", subs=-1, data=-1, payload=-1,
                                           pub={"allow": list(publish)}, sub={"allow": SUBSCRIBE})
        path = os.path.join(folder, "user.creds")
        with open(path, "w", encoding="ascii") as file:
            file.write(nkeys.credentials(token, key))
        return path

    def stranger(self):
        """Signed by an account that this operator does not know."""
        return self.user("stranger", PUBLISH, by=nkeys.Key(nkeys.ACCOUNT, tempfile.mkdtemp(dir=self._folder)))


class SignedClaims(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        programs.need("openssl")
        folder = tempfile.TemporaryDirectory(prefix="oneshot-claims-")
        cls.addClassCleanup(folder.cleanup)
        cls.claims = Claims(folder.name)
        cls.engine = nats.Engine(1, settings=cls.claims.settings)
        cls.engine.__enter__()
        cls.addClassCleanup(cls.engine.__exit__)

    def settings(self, credentials):
        return {"cluster.name": NAME, "cluster.copies": 1, "cluster.credentials_file": credentials}

    def test_replicas_with_credentials_and_the_documented_rights_serve(self):
        with Cluster(self.engine, "ab", self.settings(self.claims.user("replica", PUBLISH))) as cluster:
            self.assertEqual(200, cluster[0].post("/event?id=one").status)
            self.assertEqual(["one"], [name for name, _, _ in cluster[1].scrape("prom").identified()])
            self.assertEqual([], cluster[0].scrape("prom").identified())
            self.assertNotIn("iolation", cluster[0].log() + self.engine.node(1).log())

    def test_credentials_that_the_engine_does_not_know_are_named_with_what_to_compare(self):
        server = Server({"cluster.servers": self.engine.servers, "cluster.replica": "a",
                         **self.settings(self.claims.stranger())})
        self.addCleanup(server.kill)
        wait_until(lambda: "cluster.credentials_file" in server.log(), "the log names the key", 30, 0.1)
        self.assertIn("the engine does not know this replica's user", server.log())
        self.assertEqual(503, server.get("/readyz").status)


if __name__ == "__main__":
    nodes.enter(binary, nats.server)
    main()
