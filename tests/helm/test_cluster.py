# SPDX-License-Identifier: MIT
"""The Helm chart with cluster.enabled: pods without a volume that are replicas by their names, what Kubernetes and
Prometheus do with several of them, what is refused, and two of these pods on a real engine."""

import os
import re
import unittest

from harness import nats, programs, runner
from harness.waiting import wait_until
from helm import chart
from helm.pod import Pod

setUpModule, tearDownModule = chart.prepare, chart.clean_up

ENABLED = (*chart.REQUIRED, "--set", "cluster.enabled=true", "--set", "config.cluster.servers={nats://nats:4222}")


def rendered(*values):
    return chart.rendered(*ENABLED, *[part for value in values for part in ("--set", value)])


class Rendered(unittest.TestCase):
    def test_pods_are_replicas_by_their_own_names_and_have_no_volume_for_the_log(self):
        found = rendered("cluster.replicas=5")
        self.assertNotIn("Deployment", found)
        spec = found["StatefulSet"]["spec"]
        self.assertEqual(spec["replicas"], 5)
        self.assertNotIn("volumeClaimTemplates", spec)
        config = chart.config(found)
        self.assertEqual(config["storage"]["path"], "")
        self.assertEqual(config["cluster"], {"servers": ["nats://nats:4222"]})  # and the host's name is the replica's
        self.assertEqual([volume["name"] for volume in chart.workload(found)["spec"]["volumes"]], ["config"])
        self.assertEqual(found, rendered("cluster.replicas=5", "persistence.enabled=false"), "it counts for nothing")

    def test_pods_have_the_image_with_the_program_for_clusters(self):
        container, = chart.workload(rendered())["spec"]["containers"]
        self.assertEqual(container["image"], "oneshot-metrics-server:0.1.0-cluster")
        container, = chart.workload(rendered("server.tag=mine"))["spec"]["containers"]
        self.assertEqual(container["image"], "oneshot-metrics-server:mine")

    def test_a_pod_takes_events_once_it_has_read_the_log(self):
        container, = chart.workload(rendered())["spec"]["containers"]
        self.assertEqual([container[probe]["httpGet"]["path"] for probe in
                          ("startupProbe", "livenessProbe", "readinessProbe")], ["/healthz", "/healthz", "/readyz"])

    def test_one_pod_at_a_time_may_be_moved_unless_a_budget_says_otherwise(self):
        budget = rendered()["PodDisruptionBudget"]["spec"]
        self.assertEqual(budget["maxUnavailable"], 1)
        self.assertEqual(budget["selector"], {"matchLabels": {"app.kubernetes.io/name": "events"}})
        self.assertEqual(rendered("podDisruptionBudget.minAvailable=2")["PodDisruptionBudget"]["spec"],
                         {"selector": budget["selector"], "minAvailable": 2})
        self.assertNotIn("PodDisruptionBudget", chart.rendered(*chart.REQUIRED), "of one server")

    def test_pods_are_rather_on_different_nodes_unless_an_affinity_says_otherwise(self):
        affinity = chart.workload(rendered())["spec"]["affinity"]
        (rule,) = affinity["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
        self.assertEqual(rule["podAffinityTerm"]["topologyKey"], "kubernetes.io/hostname")
        self.assertEqual(rule["podAffinityTerm"]["labelSelector"]["matchLabels"], {"app.kubernetes.io/name": "events"})
        mine = chart.workload(rendered("affinity.nodeAffinity.x=y"))["spec"]["affinity"]
        self.assertEqual(mine, {"nodeAffinity": {"x": "y"}})
        self.assertNotIn("affinity", chart.workload(chart.rendered(*chart.REQUIRED))["spec"], "of one server")

    def test_secrets_are_in_the_folder_that_the_settings_name(self):
        found = chart.rendered(*chart.values_of("cluster"))
        container, = chart.workload(found)["spec"]["containers"]
        folders = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        volume, = (volume for volume in chart.workload(found)["spec"]["volumes"] if volume["name"] == "cluster")
        self.assertEqual([source["secret"]["name"] for source in volume["projected"]["sources"]],
                         ["events-nats", "nats-ca"])
        for key in ("credentials_file", "tls_ca_file"):
            self.assertEqual(os.path.dirname(chart.config(found)["cluster"][key]), folders["cluster"])

    def test_refuses_what_is_no_cluster_or_for_one_server_alone(self):
        for values, reason in (
                (["cluster.enabled=true"], "cluster.enabled needs the addresses of NATS in config.cluster.servers"),
                (["config.cluster.servers={nats://nats:4222}"],
                 "config.cluster.servers is set: set cluster.enabled too"),
                (["cluster.secrets={a}"], "cluster.secrets is for a cluster"),
                ([*ENABLED[3::2], "server.useExplicitTimestamps=true"],
                 "server.useExplicitTimestamps is for one server alone"),
                ([*ENABLED[3::2], "config.confirm.a.url=http://a"], "config.confirm is for one server alone"),
                ([*ENABLED[3::2], "persistence.existingClaim=a"], "persistence.existingClaim is for one server alone"),
                ([*ENABLED[3::2], "config.cluster.replica=a"], "each pod has its own, which is its name"),
                ([*ENABLED[3::2], "config.cluster.copies=2"], "config.cluster.copies must be one of the following"),
                ([*ENABLED[3::2], "cluster.replicas=0"], "cluster.replicas: Must be greater than or equal to 1"),
                (["config.cluster.servers={nats}"], "config.cluster.servers.0: Does not match"),
                ([*ENABLED[3::2], "config.cluster.timeout_seconds=700"], "config.cluster.timeout_seconds")):
            with self.subTest(values):
                said = chart.refusal(*[part for value in values for part in ("--set", value)])
                self.assertIn(reason, said)

    def test_the_values_of_its_readme_are_good(self):
        with open(os.path.join(chart.CHART, "README.md"), encoding="utf-8") as file:
            shown, = re.findall(r"```yaml\n# values-cluster\.yaml\n(.*?)```", file.read(), re.DOTALL)
        found = chart.rendered(*chart.inline(shown))
        self.assertEqual(found["StatefulSet"]["spec"]["replicas"], 3)
        self.assertEqual(found["ServiceMonitor"]["spec"]["endpoints"][0]["params"], {"scraper": ["$(POD_NAME)"]})

    def test_the_notes_say_where_the_log_is(self):
        said = chart.notes(*ENABLED[2:])
        self.assertIn("3 replicas share one event log, which NATS keeps:\nnats://nats:4222. A pod is ready", said)
        self.assertNotIn("claim", said)
        self.assertNotIn("are lost with the server's pod", said)


class Running(unittest.TestCase):
    def test_two_pods_share_the_events_and_one_of_them_is_enough(self):
        if not os.path.exists(programs.server_binary() + "-cluster"):
            programs.missing("the server was built without libnats")
        with nats.Engine(1) as engine:
            values = (*chart.REQUIRED, "--set", "cluster.enabled=true", "--set", "config.cluster.copies=1", "--set",
                      f"config.cluster.servers={{{','.join(engine.servers)}}}", "--set", "serviceMonitor.scraper=prom")
            with Pod(*values, name="events-0") as one, Pod(*values, name="events-1") as other:
                for pod in (one, other):
                    wait_until(lambda pod=pod: pod.probe("readinessProbe") == 200, "it has read the log", 30, 0.05)
                one.event("id=1")
                other.event("id=2")
                self.assertEqual([shown.labels["id"] for shown in other.scrape_as_monitored().events()], ["1", "2"])
                self.assertEqual(one.scrape_as_monitored().events(), [])
                one.event("id=3")
                one.kill()
                self.assertEqual([shown.labels["id"] for shown in other.scrape_as_monitored().events()], ["3"])


if __name__ == "__main__":
    runner.main()
