# SPDX-License-Identifier: MIT
"""packaging/compose: what compose.yaml names is there, its ports are those of this machine alone, and its Prometheus
scrapes its server by the name that the settings have, tried with the real programs."""

import os
import re
import subprocess
import tempfile
import unittest

from docs.reader import OfThePage
from harness import programs, runner
from harness.server import Server, environment
from harness.waiting import wait_until

FOLDER = os.path.join(programs.ROOT, "packaging", "compose")


def text(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def yaml(name):
    return programs.need_module("yaml", "python3-yaml").safe_load(text(name))


class Compose(unittest.TestCase):
    def test_names_files_volumes_and_services_that_are_there(self):
        made = yaml("compose.yaml")
        for name, service in made["services"].items():
            for volume in service["volumes"]:
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue(os.path.exists(os.path.join(FOLDER, source)), f"{name}: {source}")
                else:
                    self.assertIn(source, made["volumes"], name)
            self.assertLessEqual(set(service.get("depends_on", ())), set(made["services"]), name)
        build = made["services"]["events"]["build"]
        self.assertTrue(os.path.exists(os.path.join(FOLDER, build["context"], build["dockerfile"])))

    def test_opens_ports_of_this_machine_alone_and_pins_each_image(self):
        for name, service in yaml("compose.yaml")["services"].items():
            for port in service["ports"]:
                self.assertRegex(port, r"^127\.0\.0\.1:\d+:\d+$", name)
            self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$", name)

    def test_is_one_by_the_rules_of_compose(self):
        program = programs.find("docker-compose") or programs.need("podman-compose")
        ran = subprocess.run([program, "-f", os.path.join(FOLDER, "compose.yaml"), "config"], capture_output=True,
                             text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)

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


if __name__ == "__main__":
    runner.main()
