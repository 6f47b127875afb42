# SPDX-License-Identifier: MIT
"""Webhooks with signatures that are wrong, and idempotency keys without number."""

import hashlib
import hmac
import os
import tempfile

from harness.client import request
from hostile import tools
from hostile.row import Row

_BODY = b'{"zen":"' + b"x" * 40_000 + b'"}'
_JSON = ("Content-Type", "application/json")


def _signed(signature, event="ping"):
    headers = [_JSON, ("X-GitHub-Event", event), ("X-Hub-Signature-256", signature)]
    return request("POST", "/hook/github", headers, _BODY)


class BadSignatures(Row):
    """Each costs a hash of its body; none is let through, and none tells how much of it was right."""

    alone = False

    def __init__(self, seed, factor=1.0):
        super().__init__(seed, factor)
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-hostile-")
        secret = os.path.join(self.folder.name, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write("It's a Secret to Everybody\n")
        self.settings = {"webhooks.github.preset": "github", "webhooks.github.secret_file": secret}

    def attackers(self):
        other = hmac.new(b"another secret", _BODY, hashlib.sha256).hexdigest()
        right = hmac.new(b"It's a Secret to Everybody", _BODY, hashlib.sha256).hexdigest()
        bad = ["sha256=" + other, "sha256=" + right[:-1] + ("0" if right[-1] != "0" else "1"), "sha256=" + right[:32],
               "sha1=" + right[:40], right + right, "", "sha256=" + "g" * 64, "sha256=", "sha256=" + right + "00"]
        return [(tools.flood_each, tools.InTurn([_signed(one) for one in bad]), 4)]

    def after(self, attack):
        self.complain_unless(set(attack) == {"401"}, f"bad signatures were answered with {attack}")


class FloodOfKeys(Row):
    """Keys by the hundred thousand, so that those of others leave the table; each is as long as may be."""

    alone = False
    source = "127.0.0.9"
    settings = {"events.idempotency_keys": 65536}

    @staticmethod
    def make(number):
        return request("POST", "/event?type=keyed", [("Idempotency-Key", f"{number:0255d}")])

    def attackers(self):
        return [(tools.flood, FloodOfKeys.make, 70_000)]


class FloodOfOneKey(Row):
    """The key of a well-behaved event, guessed, for another one: whoever comes first has it, and nobody is told of the
    other's event."""

    alone = False

    @staticmethod
    def make(number):
        return request("POST", "/event?type=stolen", [("Idempotency-Key", "stolen")])

    def before(self):
        assert self.server.post("/event?type=first&secret=42", headers=[("Idempotency-Key", "stolen")]).status == 200
        reply = self.server.post("/event?type=stolen", headers=[("Idempotency-Key", "stolen")])
        self.complain_unless(reply.status == 422 and "42" not in reply.text.replace("422", ""), f"answered {reply}")

    def attackers(self):
        return [(tools.flood_each, FloodOfOneKey.make, 4)]

    def after(self, attack):
        self.complain_unless(set(attack) == {"422"}, f"events under another's key were answered with {attack}")


ROWS = (BadSignatures, FloodOfKeys, FloodOfOneKey)
