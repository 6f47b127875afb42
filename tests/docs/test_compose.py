# SPDX-License-Identifier: MIT
"""packaging/compose: what compose.yaml and cluster.yaml name is there, their ports are those of this machine alone, and
their Prometheus scrapes their servers by the name that the settings have, tried with the real programs."""

import contextlib
import os
import re
import subprocess
import tempfile
import tomllib
import unittest

from docs.reader import OfThePage
from harness import nats, programs, runner
from harness.server import Server, environment
from harness.waiting import wait_until

FOLDER = os.path.join(programs.ROOT, "packaging", "compose")


def text(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def yaml(name):
    return programs.need_module("yaml", "python3-yaml").safe_load(text(name))


class Files(unittest.TestCase):
    def made(self):
        """(its name, what it says) of each file for compose."""
        for name in ("compose.yaml", "cluster.yaml"):
            with self.subTest(name):
                yield name, yaml(name)

    def test_name_files_volumes_and_services_that_are_there(self):
        for _, made in self.made():
            used = set()
            for name, service in made["services"].items():
                for volume in service["volumes"]:
                    source = volume.split(":")[0]
                    if source.startswith("."):
                        self.assertTrue(os.path.exists(os.path.join(FOLDER, source)), f"{name}: {source}")
                    else:
                        used.add(source)
                self.assertLessEqual(set(service.get("depends_on", ())), set(made["services"]), name)
                if "build" in service:
                    build = service["build"]
                    path = os.path.join(FOLDER, build["context"], build["dockerfile"])
                    with open(path, encoding="utf-8") as file:
                        stages = re.findall(r"^FROM \S+ AS (\S+)$", file.read(), re.MULTILINE)
                    self.assertIn(build.get("target"), [None, *stages])
            self.assertEqual(used, set(made["volumes"]))

    def test_open_ports_of_this_machine_alone_and_pin_each_image(self):
        for _, made in self.made():
            opened = []
            for name, service in made["services"].items():
                for port in service.get("ports", ()):
                    self.assertRegex(port, r"^127\.0\.0\.1:\d+:\d+$", name)
                    opened.append(port.split(":")[1])
                self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+(-cluster)?$", name)
            self.assertEqual(len(set(opened)), len(opened), opened)

    def test_are_some_by_the_rules_of_compose(self):
        program = programs.find("docker-compose") or programs.need("podman-compose")
        for name, _ in self.made():
            ran = subprocess.run([program, "-f", os.path.join(FOLDER, name), "config"], capture_output=True, text=True,
                                 check=False)
            self.assertEqual(ran.returncode, 0, ran.stderr)


class Compose(unittest.TestCase):
    def test_has_the_datasource_of_the_other_folder_at_another_address(self):
        other = os.path.join(programs.ROOT, "config", "grafana", "provisioning", "datasources", "prometheus.yaml")
        with open(other, encoding="utf-8") as file:
            expected = programs.need_module("yaml", "python3-yaml").safe_load(file)
        expected["datasources"][0]["url"] = "http://prometheus:9090"
        self.assertEqual(yaml("datasource.yaml"), expected)

    def test_has_settings_that_the_server_takes(self):
        command = [programs.server_binary(), "--config", os.path.join(FOLDER, "config.toml"), "--check-config"]
        ran = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_has_a_prometheus_that_scrapes_the_server_by_its_name_and_loads_the_alerts(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        (name,) = re.search(r'^names = \["(.*)"\]', text("config.toml"), re.MULTILINE).groups()
        with tempfile.TemporaryDirectory() as folder, Server({"scrapers.names": [name]}) as server:
            for alerts in ("prometheus-alerts.yml", "prometheus-alerts-senders.yml"):
                os.symlink(os.path.join(programs.ROOT, "config", alerts), os.path.join(folder, alerts))
            config = os.path.join(folder, "prometheus.yml")
            with open(config, "w", encoding="utf-8") as file:
                here = text("prometheus.yml").replace("events:8090", f"127.0.0.1:{server.port}")
                file.write(here.replace("15s", "1s"))
            server.event("type=deploy")
            with OfThePage(program, config) as prometheus:
                wait_until(lambda: prometheus.finds("events_to_metrics[5m]"), "the event is stored", 20, 0.2)
                known = [labels["scraper"] for labels, _ in prometheus.query("oneshot_events_waiting")]
                self.assertEqual(known, [name])
                self.assertGreater(len(prometheus.rules()), 20)


class OfTheCluster(unittest.TestCase):
    """cluster.yaml, with fewer of each than it has, at ports of our own."""

    def setUp(self):
        if not os.path.exists(programs.server_binary() + "-cluster"):
            programs.missing("the server was built without libnats")

    def test_each_replica_has_a_name_of_its_own_and_is_a_target_and_each_node_is_one_of_the_engine(self):
        services = yaml("cluster.yaml")["services"]
        replicas = {name: service for name, service in services.items() if "build" in service}
        nodes = {name: service for name, service in services.items() if "nats:" in service["image"]}
        self.assertEqual((len(replicas), len(nodes)), (3, 3))
        self.assertEqual([service["hostname"] for service in replicas.values()], list(replicas))
        self.assertEqual([service["environment"]["NODE"] for service in nodes.values()], list(nodes))
        (scraped, _) = yaml("cluster-prometheus.yml")["scrape_configs"]
        self.assertEqual(scraped["static_configs"][0]["targets"], [f"{name}:8090" for name in replicas])
        with open(os.path.join(FOLDER, "cluster.toml"), "rb") as file:
            self.assertEqual(tomllib.load(file)["cluster"]["servers"], [f"nats://{name}:4222" for name in nodes])
        self.assertEqual(re.findall(r"nats://(\w+):6222", text("nats.conf")), list(nodes))

    def test_has_nodes_that_take_their_settings_and_their_names_from_the_environment(self):
        program, path = nats.server(), os.path.join(FOLDER, "nats.conf")
        for variables, status in (({"NODE": "n1"}, 0), ({}, 1)):
            ran = subprocess.run([program, "-t", "-c", path], env=variables, capture_output=True, text=True,
                                 check=False)
            self.assertEqual(ran.returncode, status, ran.stderr)
        self.assertIn("NODE", ran.stderr, "it is the name that is missing")

    def test_has_a_prometheus_that_gets_each_event_once_from_all_replicas(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        with open(os.path.join(FOLDER, "cluster.toml"), "rb") as file:
            given = tomllib.load(file)
        (name,) = given["scrapers"]["names"]
        with contextlib.ExitStack() as stack:
            folder, engine = stack.enter_context(tempfile.TemporaryDirectory()), stack.enter_context(nats.Engine(1))
            replicas = [stack.enter_context(Server({"scrapers.names": [name], "cluster.servers": engine.servers,
                                                    "cluster.copies": 1, "cluster.replica": replica}))
                        for replica in ("events-a", "events-b", "events-c")]
            for replica in replicas:
                wait_until(lambda replica=replica: replica.get("/readyz").status == 200, "it has read the log", 30)
            here = text("cluster-prometheus.yml").replace("15s", "1s")
            for target, replica in zip(("events-a", "events-b", "events-c"), replicas):
                here = here.replace(f"{target}:8090", f"127.0.0.1:{replica.port}")
            for alerts in ("prometheus-alerts.yml", "prometheus-alerts-cluster.yml"):
                os.symlink(os.path.join(programs.ROOT, "config", alerts), os.path.join(folder, alerts))
            config = os.path.join(folder, "prometheus.yml")
            with open(config, "w", encoding="utf-8") as file:
                file.write(here)
            for number in range(9):
                replicas[number % 3].event(f"id={number}")
            with OfThePage(program, config) as prometheus:
                def stored():
                    return prometheus.query("sum_over_time(events_to_metrics[5m])")
                wait_until(lambda: len(stored()) >= 9, "all events are stored", 20, 0.2)
                found = stored()
                self.assertEqual(sorted(labels["id"] for labels, _ in found), [str(number) for number in range(9)])
                targets = [f"127.0.0.1:{replica.port}" for replica in replicas]
                for labels, value in found:
                    self.assertEqual(float(value), 1, labels)
                    self.assertIn(labels.get("instance"), targets, "it says who handed the event over")


if __name__ == "__main__":
    runner.main()
