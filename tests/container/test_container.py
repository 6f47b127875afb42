# SPDX-License-Identifier: MIT
"""The container images, for one server and for a replica of a cluster: built from packaging/container/Containerfile,
and run as their users run them.

The base is made of this machine's packages, since no registry may be reachable; the compiler's stages are replaced
by the binaries under test (--build-context), which saves minutes. All else is what users get.
"""

import os
import re
import shutil
import sys
import tempfile
import unittest

from container import debian_base, podman
from harness import nats, programs, runner, sandbox
from harness.certificates import Authority
from harness.processes import run
from harness.remote import Remote
from harness.waiting import wait_until

CONTAINERFILE = os.path.join(programs.ROOT, "packaging", "container", "Containerfile")
IMAGE = "localhost/oneshot-metrics-server"
CLUSTER = IMAGE + ":cluster"
FOLDER = "/var/lib/oneshot-metrics-server"
server = Remote(8090)  # in a network of the test's own

storage = None


def why_not():
    """Why this machine cannot do it; nothing where it can."""
    if os.geteuid() != 0:
        return "containers are tried by root only"
    missing = [name for name in ("buildah", "podman", "runc") if shutil.which(name) is None]
    if missing:
        return f"{', '.join(missing)} not installed"
    if shutil.which("dpkg-query") is None:
        return "this is no Debian, whose packages the image's base is made of"
    if not programs.released():
        return "the image holds a release build"
    return sandbox.why_not()


def fill_base(root):
    """With the libraries that the binary needs beyond those of every Debian and those that the image brings. On Debian
    13 it is llhttp, a shared library for a usual build; what the Containerfile builds has it inside."""
    debian_base.copy_to(root)
    for path in libraries():
        if not os.path.exists(root + path) and not is_in_image(path):
            run("cp", "-L", path, root + path)


def libraries(suffix=""):
    """The paths of all shared libraries of the binary."""
    return re.findall(r"=> (/\S+)", run("ldd", programs.server_binary() + suffix))


def is_in_image(path):
    """Whether the Containerfile brings this library along."""
    return any(library in path for library in ("libsimdjson.", "libcrypto.", "libssl.", "libyaml-"))


def is_in_cluster_image(path):
    """The same of the image for clusters, beside these."""
    return any(library in path for library in ("libnats.", "libprotobuf-c."))


def has_cluster():
    """Whether the program for clusters was built beside the other one."""
    return os.path.exists(programs.server_binary() + "-cluster")


def build():
    """Both images; the stages that compile are replaced by a folder with programs and libraries."""
    with tempfile.TemporaryDirectory() as built:
        for folder in ("build", "libraries", "cluster-libraries"):
            os.mkdir(os.path.join(built, folder))
        for path in filter(is_in_image, libraries()):
            shutil.copy(path, os.path.join(built, "libraries"))
        shutil.copy(programs.server_binary(), os.path.join(built, "build", "oneshot-metrics-server"))
        storage.make_base("localhost/base", fill_base)
        build_image(IMAGE, f"build={built}")
        if has_cluster():
            for path in filter(is_in_cluster_image, libraries("-cluster")):
                shutil.copy(path, os.path.join(built, "cluster-libraries"))
            shutil.copy(programs.server_binary() + "-cluster",
                        os.path.join(built, "build", "oneshot-metrics-server-cluster"))
            build_image(CLUSTER, f"build={built}", f"build-cluster={built}", options=("--target", "cluster"))


def build_image(image, *contexts, options=()):
    storage.buildah("bud", "--format", "docker", "--isolation", "chroot", "--network", "host", "--pull-never",
                    "--build-arg", "BASE=localhost/base", "--tag", image, *options,
                    *[word for context in contexts for word in ("--build-context", context)],
                    "--file", CONTAINERFILE, programs.ROOT)


def setUpModule():
    global storage
    storage = podman.Storage()
    unittest.addModuleCleanup(storage.remove)
    build()


class Compiling(unittest.TestCase):
    """Of the stage that build() replaces: all but the compiler's work and the packages."""

    def test_what_its_stage_copies_is_all_that_the_build_needs(self):
        with open(CONTAINERFILE, encoding="utf-8") as file:
            stage, for_clusters = file.read().replace("\\\n", " ").split("\nFROM ")[1:3]
        with open(os.path.join(programs.ROOT, ".dockerignore"), encoding="utf-8") as file:
            let_in = [line[1:] for line in file.read().splitlines() if line.startswith("!")]
        with tempfile.TemporaryDirectory() as folder:
            for copied in re.findall(r"^COPY (.*)$", stage, re.MULTILINE):
                *sources, target = copied.split()
                for source in sources:
                    self.assertTrue(any(f"{source}/".startswith(f"{path}/") for path in let_in),
                                    f".dockerignore keeps {source} out")
                    os.makedirs(folder + os.path.dirname(target), exist_ok=True)
                    run("cp", "-r", os.path.join(programs.ROOT, source), folder + target)
            for text in (stage, for_clusters) if has_cluster() else (stage,):
                command = re.search(r"meson setup .*?(?=&&)", text).group(0)
                said = run(*[folder + word if word.startswith("/") else word for word in command.split()])
                self.assertIn("Build targets in project", said)


class Image(unittest.TestCase):
    def test_says_what_it_is_to_whatever_runs_it(self):
        config = storage.inspect(IMAGE, "image")["Config"]
        self.assertEqual(config["User"], "65532:65532", "a number, for runAsNonRoot")
        self.assertEqual(config["StopSignal"], "SIGTERM")
        self.assertEqual(config["Entrypoint"], ["/usr/bin/oneshot-metrics-server", "--config",
                                                "/etc/oneshot-metrics-server/config.toml"])
        self.assertEqual(list(config["ExposedPorts"]), ["8090/tcp"])
        self.assertEqual(list(config["Volumes"]), [FOLDER])

    def test_says_in_its_labels_what_it_is_and_where_it_comes_from(self):
        prefix = "org.opencontainers.image."
        labels = {name.removeprefix(prefix): value for name, value
                  in storage.inspect(IMAGE, "image")["Config"]["Labels"].items() if name.startswith(prefix)}
        said = storage.once(IMAGE, "--version").split()
        self.assertEqual([labels["title"], labels["version"]], said[:2])
        self.assertEqual(labels["base.name"], "localhost/base", "the one that it was built on")
        self.assertEqual(labels["licenses"], "MIT")
        for name in ("description", "vendor", "url", "source", "documentation"):
            self.assertTrue(labels[name], name)

    def test_takes_the_options_of_the_server(self):
        self.assertRegex(storage.once(IMAGE, "--version"), r"^oneshot-metrics-server \d+\.\d+\.\d+")
        settings = storage.once(IMAGE, "--log-level", "debug", "--print-config",
                                options=("--env", "PORT=9000")).splitlines()
        for line in (f'path = "{FOLDER}/events.log"', "stop_seconds = 8", 'level = "debug"', "port = 9000"):
            self.assertIn(line, settings)

    def test_ends_with_status_2_and_a_reason_when_a_setting_is_bad(self):
        self.assertIn("PORT", storage.once(IMAGE, options=("--env", "PORT=http"), status=2))


class Running(unittest.TestCase):
    def start(self, *options, connect=server.connect):
        container = storage.container(IMAGE, *options)
        self.addCleanup(storage.podman, "rm", "--force", "--time", "0", "--volumes", container.name)
        container.wait_until_ready(connect)
        return container

    def test_takes_an_event_and_hands_it_out_once(self):
        self.start()
        server.event("type=deploy&id=1")
        self.assertEqual(server.scrape("prom").ids(), ["1"])
        self.assertEqual(server.scrape("prom").ids(), [])

    def test_is_a_user_without_any_right_who_can_write_only_to_the_volume(self):
        container = self.start()
        status = container.process_status()
        self.assertEqual(set(status["Uid"].split()), {"65532"})
        self.assertEqual(set(status["Gid"].split()), {"65532"})
        self.assertEqual((int(status["CapEff"], 16), int(status["CapBnd"], 16)), (0, 0))
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
        for path in ("/tmp/new", "/var/tmp/new"):  # where any user may, if it is not read-only
            self.assertIn("Read-only file system", container.exec("touch", path, status=1))
        owners = container.exec("stat", "-c", "%u:%g %a", FOLDER, f"{FOLDER}/events.log").splitlines()
        self.assertEqual(owners, ["65532:65532 700", "65532:65532 600"])

    def test_is_healthy_while_it_is_ready_and_not_where_nobody_listens(self):
        container = self.start()
        container.healthcheck()
        script = storage.inspect(IMAGE, "image")["Healthcheck"]["Test"][1]
        container.exec(script)
        container.exec(script, options=("--env", "PORT=1"), status=1)

    def test_serves_tls_with_files_that_are_mounted_and_is_healthy_too(self):
        programs.need_tls()
        with tempfile.TemporaryDirectory() as folder:
            authority = Authority(folder)
            pair = authority.issue("server")
            for path in (folder, os.path.dirname(pair.key), pair.key):
                os.chmod(path, 0o755)
            where = "/etc/oneshot-metrics-server"
            inside = [os.path.join(where, os.path.relpath(path, folder)) for path in pair]
            self.write(folder, "web.yml", "tls_server_config: {{cert_file: {}, key_file: {}}}\n".format(*inside))
            encrypted = Remote(8090)
            encrypted.tls = authority.trusted_by()
            for probe in ("", '[listeners.probe]\naddress = "127.0.0.1:8092"\nrights = []\ntls = false\n'):
                with self.subTest(probe):
                    self.write(folder, "config.toml", f'[server]\nweb_config_file = "{where}/web.yml"\n{probe}')
                    container = self.start("--volume", f"{folder}:{where}:ro", connect=encrypted.connect)
                    encrypted.event("type=deploy&id=1")
                    self.assertEqual(encrypted.scrape("prom").ids(), ["1"])
                    container.healthcheck()
                    container.kill("TERM")
                    self.assertEqual(container.wait(), 0)

    @staticmethod
    def write(folder, name, text):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def test_ends_at_sigterm_in_good_order_before_stop_seconds_are_over(self):
        container = self.start()
        server.event("type=deploy&id=1")
        with server.connect() as waiting:  # a client that keeps its connection, as Prometheus does
            self.assertEqual(waiting.get("/healthz").status, 200)
            container.kill("TERM")
            self.assertEqual(waiting.socket.recv(1), b"", "the server ends it")
        wait_until(lambda: not os.path.exists(f"/proc/{container.pid}"), "the process has ended")
        self.assertEqual(container.wait(), 0)
        self.assertIn('msg="stopped"', container.log())
        self.assertNotIn("within stop_seconds", container.log())

    def test_a_kill_loses_nothing_on_a_volume_and_nothing_comes_twice(self):
        volume = ("--volume", f"events:{FOLDER}")
        self.addCleanup(storage.podman, "volume", "rm", "--force", "events")
        first = storage.container(IMAGE, *volume)
        first.wait_until_ready(server.connect)
        server.event("type=deploy&id=1")
        self.assertEqual(server.scrape("prom").ids(), ["1"])
        server.event("type=deploy&id=2")
        server.event("type=deploy&id=3")
        first.kill("KILL")
        self.assertEqual(first.wait(), 128 + 9)
        storage.podman("rm", first.name)
        self.start(*volume)
        self.assertEqual(server.scrape("prom").ids(), ["2", "3"])
        self.assertEqual(server.scrape("prom").ids(), [])


class ForAReplica(unittest.TestCase):
    """The image for clusters, on a real engine of one node."""

    def setUp(self):
        if not has_cluster():
            programs.missing("the server was built without libnats")

    def start(self, engine, name, port):
        """As its README says; all are in one network here, so each has a port of its own."""
        container = storage.container(
            CLUSTER, "--env", f"ONESHOT__CLUSTER__SERVERS={','.join(engine.servers)}",
            "--env", "ONESHOT__CLUSTER__COPIES=1", "--env", f"ONESHOT__CLUSTER__REPLICA={name}",
            "--env", f"PORT={port}")
        self.addCleanup(storage.podman, "rm", "--force", "--time", "0", "--volumes", container.name)
        container.wait_until_ready(Remote(port).connect)
        return container

    def test_shares_its_events_with_another_one_and_needs_no_volume(self):
        with nats.Engine(1) as engine:
            one, other = self.start(engine, "a", 8090), self.start(engine, "b", 8091)
            Remote(8090).event("type=deploy&id=1")
            self.assertEqual(Remote(8091).scrape("prom").ids(), ["1"])
            self.assertEqual(Remote(8090).scrape("prom").ids(), [])
            one.healthcheck()
            Remote(8090).event("type=deploy&id=2")
            one.kill("KILL")
            one.wait()
            self.assertEqual(Remote(8091).scrape("prom").ids(), ["2"])
            other.kill("TERM")
            self.assertEqual(other.wait(), 0)
        self.assertIsNone(storage.inspect(CLUSTER, "image")["Config"].get("Volumes"))

    def test_the_image_for_one_server_has_nothing_of_it(self):
        paths = storage.once(IMAGE, "/usr", "-name", "*nats*", "-o", "-name", "*-cluster",
                             options=("--entrypoint", "/usr/bin/find"))
        self.assertEqual(paths, "")
        self.assertIn("nats", storage.once(CLUSTER, "/usr", "-name", "*nats*",
                                           options=("--entrypoint", "/usr/bin/find")))


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        sys.exit(runner.SKIPPED)
    sandbox.enter()
    runner.main()
