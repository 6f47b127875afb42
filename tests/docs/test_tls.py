# SPDX-License-Identifier: MIT
"""docs/tls.md is done as its reader would, from top to bottom (steps.py says how a page tells what to do), with a real
Prometheus for its scrape configs. config/web-config.yml is good with each of its examples."""

import os
import re
import ssl
import subprocess
import tempfile
import unittest

from docs.reader import Reading
from harness import certificates, programs, runner
from harness.certificates import Authority
from harness.server import environment
from harness.waiting import wait_until

EXAMPLE = os.path.join(programs.ROOT, "config", "web-config.yml")
WHERE = "/etc/oneshot-metrics-server"


class Page(Reading):
    def setUp(self):
        programs.need_tls()
        certificates.need()
        programs.need("htpasswd")
        super().setUp()

    def test_does_what_it_says(self):
        self.read("docs/tls.md")

    def do_hook(self, _, text):
        folder = self.reader.path("renewed")
        os.mkdir(folder)
        pair = Authority(folder).issue("server")
        os.symlink(pair.certificate, os.path.join(folder, "fullchain.pem"))
        os.symlink(pair.key, os.path.join(folder, "privkey.pem"))
        self.reader.write("hook", text.replace(WHERE + "\n", self.reader.folder + "\n").replace("-g ssl-cert ", ""))
        subprocess.run(["sh", self.reader.path("hook")], env={**self.reader.environment, "RENEWED_LINEAGE": folder},
                       check=True, timeout=20)
        with open(pair.certificate, encoding="ascii") as file:
            renewed = file.read().strip()

        def served():
            return ssl.get_server_certificate(("127.0.0.1", int(self.reader.ports["8090"]))).strip()
        wait_until(lambda: served() == renewed, "the renewed certificate is served", 10, 0.1)


class Example(unittest.TestCase):
    def test_is_good_as_it_is_and_with_all_that_it_shows(self):
        programs.need_tls()
        with open(EXAMPLE, encoding="utf-8") as file:
            text = file.read().replace("$2y$10$...", "$2y$10$" + "a" * 22 + "." * 31)
        whole = re.sub(r"(?m)^#(?=[^ \n]|  )", "", text)
        self.assertGreater(len(re.findall(r"(?m)^#", text)), len(re.findall(r"(?m)^#", whole)))
        with tempfile.TemporaryDirectory() as folder:
            authority = Authority(folder)
            authority.issue("server").copy_to(certificates.Pair(f"{folder}/tls.crt", f"{folder}/tls.key"))
            os.symlink(authority.certificate, f"{folder}/clients-ca.crt")
            # A CA is for nobody where no client is asked.
            for variant in (text, whole.replace("client_auth_type: NoClientCert",
                                                "client_auth_type: VerifyClientCertIfGiven")):
                with open(f"{folder}/web.yml", "w", encoding="utf-8") as file:
                    file.write(variant)
                command = [programs.server_binary(), "--web.config.file", f"{folder}/web.yml", "--check-config"]
                done = subprocess.run(command, env=environment(), text=True, capture_output=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_shows_every_key_that_the_server_knows(self):
        with open(os.path.join(programs.ROOT, "src", "settings", "web", "web_config.cpp"), encoding="utf-8") as file:
            known = set(re.findall(r'\{"([a-z][a-z_0-9]+)", *(?:$|\w|\[)', file.read(), re.MULTILINE))
        with open(EXAMPLE, encoding="utf-8") as file:
            shown = set(re.findall(r"\b[a-z][a-z_0-9]+\b", file.read()))
        self.assertGreater(len(known), 15)
        self.assertEqual(known - shown, set())


if __name__ == "__main__":
    runner.main()
