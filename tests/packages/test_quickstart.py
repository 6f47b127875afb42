# SPDX-License-Identifier: MIT
"""What `quickstart.sh run` says before it builds: to somebody whose port is taken, and to somebody who is not root.
What `demo --cluster` and `build --cluster` say where the engine or its library is missing.

The script runs in a folder of its own, with programs of our own in the place of those that would install and build.
"""

import os
import pty
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import unittest

from harness import programs, runner
from harness.sockets import free_port

# What the script takes from the machine; nothing that compiles is among these.
TOOLS = ("cat", "date", "dirname", "env", "grep", "head", "mkdir", "rm", "sed", "sh", "tail", "tee", "timeout")
SUDO = """#!/bin/sh
echo "sudo $*" >>"$LOG"
[ "$1" != -n ] || exit 1                         # it knows no way without a password
[ "$1" = -v ] && { printf '[sudo] password: ' >/dev/tty; read -r password </dev/tty; [ "$password" = right ]; exit; }
exec "$@"
"""
FAKES = {
    "sudo": SUDO,
    "id": "#!/bin/sh\necho 1000\n",
    "apt-get": '#!/bin/sh\necho "apt-get $*" >>"$LOG"\n',
    "apt-cache": "#!/bin/sh\necho Package: on offer\n",
    "meson": "#!/bin/sh\nexit 1\n",
}


class Quickstart(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.log = os.path.join(self.folder, "log")
        self.script = os.path.join(self.folder, "packaging", "quickstart.sh")
        os.mkdir(os.path.dirname(self.script))
        for name in ("quickstart.sh", "ports.sh", "test-programs.sh"):
            shutil.copy(os.path.join(programs.ROOT, "packaging", name), os.path.dirname(self.script))
        self.bin = os.path.join(self.folder, "bin")
        os.mkdir(self.bin)
        for name in TOOLS:
            os.symlink(programs.need(name), os.path.join(self.bin, name))

    def fake(self, *names):
        for name in names:
            path = os.path.join(self.bin, name)
            with open(path, "w", encoding="ascii") as file:
                file.write(FAKES[name])
            os.chmod(path, stat.S_IRWXU)

    def environment(self, **variables):
        return {"PATH": self.bin, "LOG": self.log, **variables}

    def run_it(self, *arguments, **variables):
        done = subprocess.run(["/bin/sh", self.script, "run", *arguments], text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60,
                              env=self.environment(**variables))
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stdout

    def run_in_a_terminal(self, typed):
        """The same for somebody at a terminal who types this line when asked for a password."""
        process, terminal = pty.fork()
        if process == 0:
            os.execve("/bin/sh", ["sh", self.script, "run"], self.environment(PORT=str(free_port())))
        said = b""
        while True:
            try:
                more = os.read(terminal, 4096)
            except OSError:  # its end
                break
            if not more:
                break
            said += more
            if b"password: " in more:
                os.write(terminal, typed.encode() + b"\n")
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 1)
        return said.decode().replace("\r\n", "\n")

    def logged(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return file.read().splitlines()


class Port(Quickstart):
    def setUp(self):
        super().setUp()
        self.fake("apt-get", "apt-cache", "id", "meson")
        self.taken = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        self.port = self.taken.getsockname()[1]

    def test_that_is_taken_is_told_before_anything_is_installed_or_built(self):
        for arguments, variables in ((("--", "--port", str(self.port)), {}), (("--", f"--port={self.port}"), {}),
                                     ((), {"PORT": str(self.port)})):
            with self.subTest(arguments=arguments, **variables):
                said = self.run_it(*arguments, **variables)
                offered = re.search(rf"^quickstart: port {self.port} is taken.*\. End that program, or take another "
                                    r"port: PORT=(\d+) sh packaging/quickstart\.sh run$", said, re.MULTILINE)
                self.assertTrue(offered, said)
                with socket.socket() as asking:
                    self.assertNotEqual(asking.connect_ex(("127.0.0.1", int(offered.group(1)))), 0, "it is free")
        self.assertEqual(self.logged(), [])

    def test_is_told_with_who_has_it_where_ss_knows(self):
        os.symlink(programs.need("ss"), os.path.join(self.bin, "ss"))
        self.assertIn(f"port {self.port} is taken by {own_name()} (pid {os.getpid()}). End that program",
                      self.run_it(PORT=str(self.port)))

    def test_over_ipv6_is_seen_too(self):
        with socket.create_server(("::", 0), family=socket.AF_INET6) as taken:
            port = taken.getsockname()[1]
            self.assertIn(f"port {port} is taken", self.run_it(PORT=str(port)))

    def test_of_a_connection_is_not_taken_nor_one_at_an_address_of_its_own_nor_none(self):
        with socket.create_connection(self.taken.getsockname()) as connection:
            client = str(connection.getsockname()[1])
            for arguments, variables in (((), {"PORT": client}),
                                         (("--", "--host", "127.0.0.2", "--port", str(self.port)), {}),
                                         (("--", "--version", "--port", str(self.port)), {})):
                self.assertNotIn("is taken", self.run_it(*arguments, **variables))


class ForACluster(Quickstart):
    """On a machine without apt-get, which has all that a single server needs."""

    def say(self, *arguments, status=1):
        for name, text in (("c++", ""), ("ninja", ""), ("pkg-config", ""), ("python3", ""),
                           ("meson", "mkdir -p build && echo 'build oneshot-metrics-server: x' >build/build.ninja")):
            path = os.path.join(self.bin, name)
            with open(path, "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\n{text}\n")
            os.chmod(path, stat.S_IRWXU)
        done = subprocess.run(["/bin/sh", self.script, *arguments], text=True, stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, timeout=60, env=self.environment())
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stderr

    def test_the_demo_says_which_engine_it_lacks_and_where_to_get_it(self):
        said = self.say("demo", "--cluster")
        self.assertRegex(said, r"^quickstart: a cluster needs nats-server, 2\.10\.23 or newer, .*Please install it .*"
                               r"ONESHOT_NATS_SERVER=PATH\n$")

    def test_the_demo_takes_no_engine_that_loses_records(self):
        for version, is_taken in (("2.9.10", False), ("2.10.22", False), ("v2.10.23", True), ("v2.11.0", True)):
            path = os.path.join(self.bin, "nats-server")
            with open(path, "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\necho nats-server: {version}\n")
            os.chmod(path, stat.S_IRWXU)
            said = self.say("demo", "--cluster", status=0 if is_taken else 1)
            self.assertEqual("a cluster needs nats-server" in said, not is_taken, version)

    def test_a_build_without_libnats_says_what_to_install(self):
        self.assertIn("a cluster needs libnats with its headers, 3.4.1 or newer (Debian's libnats-dev, nats.c "
                      "elsewhere)", self.say("build", "--cluster"))


class Password(Quickstart):
    def setUp(self):
        super().setUp()
        self.fake("sudo", "apt-get", "apt-cache", "id")

    def test_is_asked_for_where_there_is_a_terminal_and_what_it_is_for_is_said_before(self):
        said = self.run_in_a_terminal("right")
        self.assertRegex(said, r"quickstart: sudo may ask for your password\. It is for: apt-get install .* meson .*\n"
                               r"\[sudo\] password: ")
        installed, = (line for line in self.logged() if line.startswith("apt-get") and " install " in line)
        for package in ("g++", "meson", "ninja-build"):
            self.assertIn(f" {package}", installed)

    def test_that_is_wrong_ends_it_with_the_command_to_run(self):
        said = self.run_in_a_terminal("wrong")
        self.assertRegex(said, r"neither root nor sudo is at hand\. Run: sudo apt-get install .* meson ")
        self.assertEqual([line for line in self.logged() if "install" in line], [])

    def test_is_not_asked_for_without_a_terminal(self):
        self.assertRegex(self.run_it(PORT=str(free_port())),
                         r"neither root nor sudo is at hand\. Run: sudo apt-get install .* meson ")
        self.assertEqual({line.split()[1] for line in self.logged()}, {"-n"})


def own_name():
    with open("/proc/self/comm", encoding="utf-8") as file:
        return file.read().strip()


if __name__ == "__main__":
    runner.main()
