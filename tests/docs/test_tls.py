# SPDX-License-Identifier: MIT
"""docs/tls.md is done as its reader would, from top to bottom: files are written, commands typed, their answers
compared, and a real Prometheus has the scrape configs. config/web-config.yml is good with each of its examples.

A comment before a block says what it is: `run` (commands behind $, each with what it prints; * stands for anything),
`file: NAME`, `prometheus` (a config of it), `hook` (certbot's). `restart` stands alone.
"""

import fnmatch
import os
import re
import signal
import ssl
import subprocess
import tempfile
import unittest

from harness import certificates, programs, runner
from harness.certificates import Authority
from harness.prometheus import Prometheus
from harness.server import environment
from harness.sockets import free_port, listens
from harness.waiting import wait_until

PAGE = os.path.join(programs.ROOT, "docs", "tls.md")
EXAMPLE = os.path.join(programs.ROOT, "config", "web-config.yml")
MARK = re.compile(r"^<!-- (restart|run|prometheus|hook|file)(?:: (\S+))? -->\n(?:```\w+\n(.*?)^```$)?",
                  re.MULTILINE | re.DOTALL)
WHERE = "/etc/oneshot-metrics-server"


def steps():
    """(kind, argument, text) of each marked block, in order."""
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    found = [match.groups() for match in MARK.finditer(text)]
    assert len(found) == len(re.findall(r"^<!-- ", text, re.MULTILINE)), "a comment that is none of the known ones"
    assert len(re.findall(r"^```console$", text, re.MULTILINE)) == sum(kind == "run" for kind, *_ in found)
    return found


def commands(text):
    """(command, what it prints) of each in a block; a command goes on in lines that are indented."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, printed = re.match(r"([^\n]*\n(?:[ \t]+[^\n]*\n)*)(.*)\Z", part, re.DOTALL).groups()
        yield command.strip(), printed


class OfThePage(Prometheus):
    """With this file as its config."""

    def __init__(self, program, config):
        self._config = config
        super().__init__(program, {})

    def command(self):
        return [word.replace(self.path("prometheus.yml"), self._config) for word in super().command()]


class Reader:
    """A folder with what the page has its reader write, and the server that it has him start."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {"8090": str(free_port()), "8092": str(free_port())}
        self.server = None
        self.changed = False
        os.mkdir(self.path("bin"))
        os.symlink(os.path.abspath(programs.server_binary()), self.path("bin/oneshot-metrics-server"))
        self.environment = environment({"PORT": self.ports["8090"], "LC_ALL": "C.UTF-8",
                                        "PATH": f"{self.path('bin')}:{os.environ['PATH']}"})

    def path(self, name):
        return os.path.join(self.folder, name)

    def here(self, text):
        for port, free in self.ports.items():
            text = text.replace(f"localhost:{port}", f"localhost:{free}").replace(f"127.0.0.1:{port}",
                                                                                  f"127.0.0.1:{free}")
        return text

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(self.here(text))

    def log(self):
        with open(self.path("log"), encoding="utf-8") as file:
            return file.read()

    # -- the server ----------------------------------------------------------------------------------------

    def start(self, command):
        with open(self.path("log"), "ab") as log:
            self.server = subprocess.Popen(command.split(), cwd=self.folder, env=self.environment, stderr=log,
                                           stdin=subprocess.DEVNULL)
        wait_until(lambda: listens(int(self.ports["8090"])) or self.ended(), "the server listens", 20, 0.05)

    def ended(self):
        assert self.server.poll() is None, self.log()

    def take_over(self):
        """Has a running server read what was written meanwhile."""
        if self.server is None or not self.changed:
            return
        before = self.log().count('msg="reloaded"')
        self.server.send_signal(signal.SIGHUP)
        wait_until(lambda: self.log().count('msg="reloaded"') > before, "a reload", 5, 0.05)
        self.changed = False

    def restart(self):
        command = " ".join(self.server.args)
        self.stop()
        self.start(command)
        self.changed = False

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait(20)
            self.server = None


class Page(unittest.TestCase):
    def setUp(self):
        programs.need_tls()
        certificates.need()
        for program in ("curl", "htpasswd"):
            programs.need(program)
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="oneshot-docs-"))
        self.reader = Reader(folder)
        self.addCleanup(self.reader.stop)

    def test_does_what_it_says(self):
        kinds = {"run": self.run_block, "file": self.write_block, "prometheus": self.scrape_block,
                 "hook": self.renew_block, "restart": lambda *_: self.reader.restart()}
        for kind, argument, text in steps():
            if kind in ("run", "prometheus", "hook"):
                self.reader.take_over()
            kinds[kind](argument, text)

    def write_block(self, name, text):
        self.reader.write(name, text)
        self.reader.changed = True

    def run_block(self, _, text):
        for command, printed in commands(text):
            if command.endswith("&"):
                self.reader.changed = False
                self.reader.start(command.removesuffix("&"))
                continue
            ran = subprocess.run(["sh", "-c", self.reader.here(command)], cwd=self.reader.folder, text=True,
                                 env=self.reader.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, timeout=60, check=False)
            if printed:
                pattern = self.reader.here(printed).rstrip("\n").replace("[", "[[]")
                self.assertTrue(fnmatch.fnmatchcase(ran.stdout.rstrip("\n"), pattern),
                                f"{command}\nprinted: {ran.stdout}\nand not: {printed}{self.log()}")
            else:
                self.assertEqual(ran.returncode, 0, f"{command}\n{ran.stdout}{self.log()}")

    def log(self):
        return self.reader.log() if self.reader.server else ""

    def scrape_block(self, _, text):
        self.reader.write("prometheus.yml", "global: {scrape_interval: 1s}\n" + text)
        program = programs.find("prometheus", "ONESHOT_PROMETHEUS")
        if program is None:
            print("        no Prometheus: its config is not tried", flush=True)
            return
        with OfThePage(program, self.reader.path("prometheus.yml")) as prometheus:
            wait_until(lambda: prometheus.query('up{job="events"} == 1'), "Prometheus has scraped", 20, 0.2)

    def renew_block(self, _, text):
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
        wait_until(lambda: served() == renewed, "the renewed certificate is served", 4, 0.1)


class Example(unittest.TestCase):
    def test_is_good_as_it_is_and_with_all_that_it_shows(self):
        programs.need_tls()
        with open(EXAMPLE, encoding="utf-8") as file:
            text = file.read()
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
        with open(os.path.join(programs.ROOT, "src", "settings", "web_config.cpp"), encoding="utf-8") as file:
            known = set(re.findall(r'\{"([a-z][a-z_0-9]+)", *(?:$|\w|\[)', file.read(), re.MULTILINE))
        with open(EXAMPLE, encoding="utf-8") as file:
            shown = set(re.findall(r"\b[a-z][a-z_0-9]+\b", file.read()))
        self.assertGreater(len(known), 15)
        self.assertEqual(known - shown, set())


if __name__ == "__main__":
    runner.main()
