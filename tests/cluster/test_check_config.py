# SPDX-License-Identifier: MIT
"""--check-config and a start say the same of the files of [cluster], without an engine."""

import os
import subprocess
import tempfile
import unittest

from harness import certificates, programs, runner
from harness.server import environment

CREDENTIALS = """-----BEGIN NATS USER JWT-----
eyJ0eXAiOiJKV1QifQ.e30.c2ln
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY
------END USER NKEY SEED------
"""


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-check-")
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_with(self, keys, *args):
        """`also` among the keys: further sections."""
        text = "".join(value if key == "also" else f'{key} = "{value}"\n' for key, value in keys.items())
        config = self.file("config.toml", '[cluster]\nservers = ["nats://127.0.0.1:1"]\n' + text)
        return subprocess.run([programs.server_binary(), "--config", config, *args], env=environment(), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)

    def right(self, **keys):
        done = self.run_with(keys, "--check-config")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("config.toml: ok", done.stdout)

    def wrong(self, *words, **keys):
        for args in (("--check-config",), ()):
            done = self.run_with(keys, *args)
            self.assertEqual((2, "", 1), (done.returncode, done.stdout, done.stderr.count("\n")), (args, done))
            for word in words:
                self.assertIn(word, done.stderr)

    def test_a_cluster_without_files_is_right_whether_or_not_its_engine_is_there(self):
        self.right()

    def test_credentials_are_there_and_are_credentials(self):
        foreign = self.file("foreign", "hello\n")
        self.right(credentials_file=self.file("right.creds", CREDENTIALS))
        self.wrong("cluster.credentials_file: /no/such.creds: cannot be read: No such file or directory",
                   credentials_file="/no/such.creds")
        self.wrong(f"cluster.credentials_file: {foreign}: holds no credentials of NATS", "nsc generate creds",
                   credentials_file=foreign)
        self.wrong("holds no credentials of NATS", credentials_file=self.folder.name)

    def test_a_password_is_there_and_is_not_empty(self):
        self.right(user="u", password_file=self.file("password", "secret\n"))
        self.wrong("cluster.password_file: /no/such: cannot be read", user="u", password_file="/no/such")
        self.wrong("its first line is empty", user="u", password_file=self.file("empty", ""))

    def test_files_of_tls_are_certificates_and_a_key_that_belongs_to_them(self):
        certificates.need()
        foreign = self.file("foreign", "hello\n")
        authority = certificates.Authority(self.folder.name)
        one, other = authority.issue("one"), authority.issue("other")
        self.right(tls_ca_file=one.certificate, tls_cert_file=one.certificate, tls_key_file=one.key)
        self.wrong("cluster.tls_ca_file: /no/such.pem: cannot be read", tls_ca_file="/no/such.pem")
        self.wrong(f"cluster.tls_ca_file: Error loading trusted certificates '{foreign}'", tls_ca_file=foreign)
        pair = "cluster.tls_cert_file and cluster.tls_key_file: Error loading"
        self.wrong(pair, "certificate chain", foreign, tls_cert_file=foreign, tls_key_file=one.key)
        self.wrong(pair, "private key", foreign, tls_cert_file=one.certificate, tls_key_file=foreign)
        self.wrong(pair, "mismatch", tls_cert_file=one.certificate, tls_key_file=other.key)

    def test_what_a_cluster_does_not_have_is_refused_by_name_with_what_to_write(self):
        self.wrong("storage.path is for a single server", "leave path out", also='[storage]\npath = "/var/events"')
        self.wrong("storage.sync is for the file", "sync_interval", also='[storage]\nsync = "always"')
        self.wrong("events.use_explicit_timestamps", "leave it out", also="[events]\nuse_explicit_timestamps = true")
        self.wrong("[confirm.p]", "leave the section out", also='[confirm.p]\nurl = "http://p:9090"')
        self.right(also='[storage]\ncapacity_mib = 8\nwhen_full = "reject"\n[history]\nseconds = 60\nsenders = true')

    def test_keys_of_a_cluster_without_servers_are_refused_by_the_program_for_one_server_too(self):
        config = self.file("config.toml", '[cluster]\nreplica = "a"\n')
        for args in (("--check-config",), ()):
            done = subprocess.run([programs.server_binary(), "--config", config, *args], env=environment(), text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
            self.assertEqual(2, done.returncode, done)
            self.assertIn("cluster.replica is set, but cluster.servers is not", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root can read every file")
    def test_a_file_that_this_user_may_not_read_is_named(self):
        path = self.file("right.creds", CREDENTIALS)
        os.chmod(path, 0)
        self.wrong(f"cluster.credentials_file: {path}: cannot be read: Permission denied", credentials_file=path)


if __name__ == "__main__":
    runner.main()
