# SPDX-License-Identifier: MIT
"""oneshotctl: what it prints is what the server takes, and what it cannot do it says in one line."""

import hashlib
import json
import os
import re
import signal
import subprocess
import unittest

from harness import programs, runner
from harness.server import Server
from harness.waiting import wait_until


def run(*args, said=b""):
    """The program with these arguments and this standard input: (status, stdout, stderr)."""
    program = os.environ.get("ONESHOT_CTL") or os.path.join(os.path.dirname(programs.server_binary()), "oneshotctl")
    done = subprocess.run([program, *args], input=said, capture_output=True, timeout=20, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


class Token(unittest.TestCase):
    def done(self, *args, said=b""):
        status, out, err = run(*args, said=said)
        self.assertEqual((status, err), (0, ""))
        return out

    def refused(self, *args, words=(), said=b""):
        status, out, err = run(*args, said=said)
        self.assertEqual((status, out, err.count("\n")), (2, "", 1), err)
        for word in words:
            self.assertIn(word, err)

    def server(self, text):
        """One whose config file ends with this text, as somebody pasted it."""
        server = Server()
        self.addCleanup(server.stop)
        with open(server.config, "a", encoding="utf-8") as config:
            config.write(text)
        server.signal(signal.SIGHUP)
        wait_until(lambda: any(l["msg"] == "reloaded" for l in server.log_lines()), "it is read again")
        return server

    def test_a_server_lets_in_who_shows_the_new_token(self):
        for name in ("ci", "build.eu-1"):
            shown = self.done("token", "new", name)
            token = re.search(r"Authorization: Bearer ([0-9a-f]{64})\n", shown).group(1)
            credentials = [("Authorization", f"Bearer {token}")]
            server = self.server(shown)
            self.assertEqual(server.post("/event?type=x").status, 401)
            self.assertEqual(server.post("/event?type=x", headers=credentials).status, 200)
            self.assertEqual(server.get("/metrics?peek=1", headers=credentials).status, 403)

    def test_no_two_tokens_are_the_same_and_each_comes_with_its_hash(self):
        made = [json.loads(self.done("token", "new", "--json")) for _ in range(20)]
        self.assertEqual(len({one["token"] for one in made}), 20)
        for one in made:
            self.assertEqual(one["token_sha256"], hashlib.sha256(one["token"].encode()).hexdigest())

    def test_the_hash_of_a_token_that_is_there_already(self):
        for said in (b"s3cret", b"s3cret\n", b"s3cret\r\n", b"a+b/c=="):
            expected = hashlib.sha256(said.strip()).hexdigest()
            self.assertEqual(self.done("token", "hash", said=said), expected + "\n")

    def test_what_is_no_token_has_no_hash_here_and_is_not_repeated(self):
        for said in (b"", b"\n", b"two words", b"a\nb\n", "schlüssel".encode(), b"a" + b"=a", b"\0"):
            self.refused("token", "hash", said=said, words=["standard input must be"])
        _, _, err = run("token", "hash", said=b"two words")
        self.assertNotIn("two", err)
        self.refused("token", "hash", "s3cret", words=["on standard input"])

    def test_wrong_usage_is_told_in_one_line(self):
        self.refused(words=["a command must follow", "--help"])
        self.refused("tokne", words=["unknown command tokne"])
        self.refused("token", words=["new or hash"])
        self.refused("token", "make", words=["token make", "token new"])
        self.refused("token", "new", "a", "b", words=["one name"])
        self.refused("token", "new", "a b", words=["letters, digits"])
        self.refused("token", "new", "a" * 65, words=["1 to 64"])
        self.refused("token", "new", "--color", words=["unknown option --color"])

    def test_help_and_version(self):
        for option in ("--help", "-h"):
            self.assertIn("token new [NAME]", self.done(option))
        for option in ("--version", "-V"):
            self.assertRegex(self.done("token", option), r"^oneshotctl \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    runner.main()
