# SPDX-License-Identifier: MIT
"""What users of the Helm chart add to it: alerts, a way in from outside, containers, volumes, objects of their own."""

import glob
import json
import os
import re
import unittest

from harness import programs, runner
from helm import chart

setUpModule, tearDownModule = chart.prepare, chart.clean_up

ALERTS = os.path.join(programs.ROOT, "config", "prometheus-alerts*.yml")


def groups_of_the_config():
    found = []
    for path in sorted(glob.glob(ALERTS)):
        with open(path, encoding="utf-8") as file:
            found += chart.yaml.safe_load(file)["groups"]
    return found


def rendered(*values):
    return chart.rendered(*chart.REQUIRED, *[part for value in values for part in ("--set", value)])


class Alerts(unittest.TestCase):
    def test_are_those_of_the_config_all_of_them_and_unchanged(self):
        rule = rendered("prometheusRule.enabled=true")["PrometheusRule"]
        by_name = {group["name"]: group for group in rule["spec"]["groups"]}
        self.assertEqual(by_name, {group["name"]: group for group in groups_of_the_config()})
        self.assertEqual(len(by_name), len(rule["spec"]["groups"]))

    def test_are_a_rule_as_the_operator_has_it(self):
        chart.need_schemas()
        self.assertEqual(chart.schema_findings([rendered("prometheusRule.enabled=true")["PrometheusRule"]]), [])

    def test_can_be_left_out_by_name_and_get_labels_beside_their_own(self):
        left_out = groups_of_the_config()[0]
        names = ",".join(rule["alert"] for rule in left_out["rules"])
        rule = rendered("prometheusRule.enabled=true", f"prometheusRule.disabled={{{names}}}",
                        "prometheusRule.alertLabels.team=shop", "prometheusRule.alertLabels.severity=page",
                        "prometheusRule.labels.release=monitoring", "prometheusRule.namespace=rules")["PrometheusRule"]
        groups = rule["spec"]["groups"]
        self.assertEqual([group for group in groups if group["name"] == left_out["name"]], [], "nor an empty group")
        self.assertEqual(len(groups), len(groups_of_the_config()) - 1)
        for alert in (alert for group in groups for alert in group["rules"]):
            self.assertEqual(alert["labels"]["team"], "shop")
            self.assertIn(alert["labels"]["severity"], ("critical", "warning", "info"))
        self.assertEqual(rule["metadata"]["namespace"], "rules")
        self.assertEqual(rule["metadata"]["labels"]["release"], "monitoring")


class Dashboard(unittest.TestCase):
    def rendered(self, *values):
        text = chart.render(*chart.REQUIRED, "--show-only", "templates/dashboard.yaml", "--set",
                            ",".join(("grafanaDashboard.enabled=true", *values)))
        found, = chart.manifests(text)
        return found

    def test_is_that_of_the_config_and_grafana_finds_it_by_its_label(self):
        found = self.rendered()
        with open(os.path.join(programs.ROOT, "config", "grafana", "dashboard.json"), encoding="utf-8") as file:
            self.assertEqual(json.loads(found["data"]["oneshot-events.json"]), json.load(file))
        self.assertEqual(found["metadata"]["labels"]["grafana_dashboard"], "1")
        self.assertEqual(found["metadata"]["namespace"], "observability")

    def test_goes_where_and_under_which_label_the_sidecar_looks(self):
        about = self.rendered("grafanaDashboard.namespace=grafana", "grafanaDashboard.labels.grafana_dashboard=yes",
                              "grafanaDashboard.annotations.grafana_folder=Events")["metadata"]
        self.assertEqual((about["namespace"], about["labels"]["grafana_dashboard"], about["annotations"]),
                         ("grafana", "yes", {"grafana_folder": "Events"}))


class FromOutside(unittest.TestCase):
    def test_an_ingress_leads_to_posting_and_to_nothing_else(self):
        ingress = rendered("ingress.enabled=true", "ingress.hosts={events.example}")["Ingress"]["spec"]
        rule, = ingress["rules"]
        self.assertEqual(rule["host"], "events.example")
        self.assertEqual({path["path"]: path["pathType"] for path in rule["http"]["paths"]},
                         {"/event": "Prefix", "/events": "Prefix", "/hook": "Prefix"})
        for path in rule["http"]["paths"]:
            self.assertEqual(path["backend"], {"service": {"name": "events", "port": {"name": "metrics"}}})

    def test_the_policy_lets_in_the_peers_that_are_named(self):
        policy = rendered("netpol.ingress.allowedPeers[0].ipBlock.cidr=192.0.2.0/24")["NetworkPolicy"]["spec"]
        self.assertEqual(policy["ingress"][0]["from"], [{"podSelector": {}}, {"ipBlock": {"cidr": "192.0.2.0/24"}}])
        self.assertIn("allowedPeers.0: Must have at least 1 properties",
                      chart.refusal(*chart.inline("netpol: {ingress: {allowedPeers: [{}]}}")))


class OfThePod(unittest.TestCase):
    def test_a_claim_of_the_users_takes_the_place_of_the_charts(self):
        found = rendered("persistence.existingClaim=mine")
        self.assertNotIn("volumeClaimTemplates", found["StatefulSet"]["spec"])
        self.assertIn({"name": "event-log", "persistentVolumeClaim": {"claimName": "mine"}},
                      chart.workload(found)["spec"]["volumes"])

    def test_users_and_groups_can_be_left_to_the_cluster(self):
        fields = ("runAsUser", "runAsGroup", "fsGroup")
        found = rendered(*(f"securityContext.{field}=null" for field in fields))
        for name, spec in chart.pod_specs(found).items():
            for field in fields:
                self.assertNotIn(field, spec["securityContext"], name)
            self.assertIs(spec["securityContext"]["runAsNonRoot"], True)

    def test_a_low_port_needs_no_right_whatever_else_the_context_has(self):
        found = rendered("server.port=80", "securityContext.sysctls[0].name=net.ipv4.tcp_syncookies",
                         "securityContext.sysctls[0].value=1")
        sysctls = chart.workload(found)["spec"]["securityContext"]["sysctls"]
        self.assertEqual([sysctl["name"] for sysctl in sysctls],
                         ["net.ipv4.tcp_syncookies", "net.ipv4.ip_unprivileged_port_start"])

    def test_labels_of_the_user_leave_those_by_which_the_service_finds_it(self):
        found = rendered(r"podLabels.app\.kubernetes\.io/name=other", "podLabels.team=shop")
        labels = chart.workload(found)["metadata"]["labels"]
        self.assertEqual((labels["team"], labels["app.kubernetes.io/name"]), ("shop", "events"))

    def test_options_come_after_the_config(self):
        container, = chart.workload(rendered("extraArgs={--log-level=debug}"))["spec"]["containers"]
        self.assertEqual(container["args"],
                         ["--config", "/etc/oneshot-metrics-server/config.toml", "--log-level=debug"])

    def test_the_server_is_the_first_container_and_probes_ask_what_the_chart_says(self):
        found = chart.rendered(*chart.values_of("everything"))
        containers = chart.workload(found)["spec"]["containers"]
        self.assertEqual([container["name"] for container in containers], ["web-server", "poster"])
        probe = containers[0]["livenessProbe"]
        self.assertEqual((probe["httpGet"]["path"], probe["periodSeconds"], probe["timeoutSeconds"]),
                         ("/healthz", 20, 10))


class Objects(unittest.TestCase):
    def test_of_the_user_may_be_text_with_templates(self):
        text = 'apiVersion: v1\nkind: Event\nmetadata: {name: {{ include "events.name" . }}-mine}\n'
        found = chart.rendered(*chart.REQUIRED, *chart.inline(chart.yaml.safe_dump({"extraManifests": [text]})))
        self.assertEqual(found["Event"]["metadata"]["name"], "events-mine")


class ForArtifactHub(unittest.TestCase):
    def test_the_chart_names_the_images_that_its_values_have(self):
        with open(os.path.join(chart.CHART, "Chart.yaml"), encoding="utf-8") as file:
            about = chart.yaml.safe_load(file)
        with open(os.path.join(chart.CHART, "values.yaml"), encoding="utf-8") as file:
            test_event = chart.yaml.safe_load(file)["testEvent"]
        images = chart.yaml.safe_load(about["annotations"]["artifacthub.io/images"])
        self.assertEqual([image["image"] for image in images], [f"{test_event['image']}:{test_event['tag']}"])
        links = chart.yaml.safe_load(about["annotations"]["artifacthub.io/links"])
        for link in links:
            page = re.fullmatch(re.escape(about["home"]) + r"/blob/main/(.+)", link["url"]).group(1)
            self.assertTrue(os.path.exists(os.path.join(programs.ROOT, page)), page)


if __name__ == "__main__":
    runner.main()
