# SPDX-License-Identifier: MIT
"""Keys and signed claims of NATS, as `nsc` makes them for an operator, an account and its users: made with openssl.
https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt"""

import base64
import binascii
import json
import os
import subprocess
import time

from . import programs

OPERATOR, ACCOUNT, USER = 14 << 3, 0, 20 << 3  # the first letter of the public key: O, A, U
SEED = 18 << 3
RAW = 32  # the last bytes of both keys in DER


def _text(raw):
    """As NATS writes keys: base32 with a checksum (CRC-16/XMODEM)."""
    checksum = binascii.crc_hqx(raw, 0).to_bytes(2, "little")
    return base64.b32encode(raw + checksum).decode().rstrip("=")


def _url_safe(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Key:
    """Of one of these kinds; its file is in the folder."""

    def __init__(self, kind, folder):
        self._openssl = programs.need("openssl")
        self._folder = folder
        self._path = os.path.join(folder, f"{kind}.pem")
        self._run("genpkey", "-algorithm", "ed25519", "-out", self._path)
        self.public = _text(bytes([kind]) + self._run("pkey", "-in", self._path, "-pubout", "-outform", "DER")[-RAW:])
        secret = self._run("pkey", "-in", self._path, "-outform", "DER")[-RAW:]
        self.seed = _text(bytes([SEED | kind >> 5, (kind & 31) << 3]) + secret)

    def _run(self, *args):
        return subprocess.run([self._openssl, *args], check=True, capture_output=True).stdout

    def sign(self, subject, name, **claims):
        """What it says about this public key, its own included."""
        said = {"jti": name, "iat": int(time.time()), "iss": self.public, "name": name, "sub": subject,
                "nats": {"version": 2, **claims}}
        parts = ({"typ": "JWT", "alg": "ed25519-nkey"}, said)
        text = ".".join(_url_safe(json.dumps(part).encode()) for part in parts)
        path = os.path.join(self._folder, "claims")
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        signature = self._run("pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", path)
        return f"{text}.{_url_safe(signature)}"


def credentials(token, key):
    """The text of a file of credentials: who a user is."""
    return (f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{key.seed}\n------END USER NKEY SEED------\n")
