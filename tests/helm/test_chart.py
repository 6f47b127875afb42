# SPDX-License-Identifier: MIT
"""The Helm chart: what it renders, what it refuses, and that Kubernetes would take it.

The files in golden/ show what each set in values/ becomes; ONESHOT_UPDATE_GOLDEN=1 writes them anew.
"""

import difflib
import json
import os
import re
import tomllib
import unittest


from harness import programs, runner
from helm import chart

setUpModule, tearDownModule = chart.prepare, chart.clean_up

# The README of the original has this, with its own chart.
ORIGINAL_COMMAND = ("--set", "serviceName=events-to-metrics", "--set", "serviceNamespace=kaas-events",
                    "--set", "netpol.ingress.allowedNamespaceMatchLabels={kaas-metrics,kaas-monitoring}")

REFUSED = [
    (["serviceName="], "serviceName is required"),
    (["serviceNamespace="], "serviceNamespace is required"),
    (["serviceName=Events"], "serviceName: Does not match"),
    (["serviceName=" + 53 * "a"], "serviceName: String length must be less than or equal to 52"),
    (["servr.port=1"], "Additional property servr is not allowed"),
    (["server.prot=1"], "server: Additional property prot is not allowed"),
    (["server.port=70000"], "server.port: Must be less than or equal to 65535"),
    (["server.logLevel=verbose"], 'server.logLevel must be one of the following: "error", "warn"'),
    (["server.useExplicitTimestamps=perhaps"], "server.useExplicitTimestamps must be one of"),
    (["server.tag=1"], "server.tag: Invalid type. Expected: string, given: integer"),
    (["server.image=ghcr.io/imuni4fun/one-shot-metrics-server"], "which this chart cannot run"),
    (["config.server.thread=1"], "config.server: Additional property thread is not allowed"),
    (["config.server.threads=65"], "config.server.threads: Must be less than or equal to 64"),
    (["config.server.stop_seconds=long"], "config.server.stop_seconds: Does not match"),
    (["config.server.port=1"], "config.server.port is not taken from here: set server.port"),
    (["config.log.level=info"], "config.log.level is not taken from here: set server.logLevel"),
    (["config.events.use_explicit_timestamps=true"], "set server.useExplicitTimestamps"),
    (["config.server.web_config_file=/tmp/x"], "web.config or web.existingSecret has it"),
    (["web.config.tls_server_config.cert_file=a", "web.existingSecret=b"], "two web configs: give one of them"),
    (["web.certificateSecret=a"], "web.certificateSecret and web.probePort need a web config"),
    (["web.config.basic_auth_users.a=b"], "web.config has no tls_server_config: give one, or set web.tls to false"),
    (["web.config.tls_server.cert_file=a"], "web.config: Additional property tls_server is not allowed"),
    (["config.storage.path=/tmp/x"], "persistence.enabled says where the log is"),
    (["config.events.repeats=all"], 'must be one of the following: "count", "last", "sum"'),
    (["persistence.size=1 GB"], "persistence.size: Does not match"),
    (["persistence.size=64Mi"], "persistence.size 64Mi is too small"),
    (["persistence.size=1Gi", "config.storage.capacity_mib=1000"], "together 1123Mi"),
    (["netpol.ingress.allowedNamespaceMatchLabels=x"], "Expected: array, given: string"),
    (["serviceMonitor.scraper=a b"], "serviceMonitor.scraper: Does not match"),
    (["testEvent.tag="], "testEvent.tag: String length must be greater than or equal to 1"),
    (["ingress.enabled=true"], "ingress.enabled needs a name in ingress.hosts"),
    (["ingress.hosts={a b}"], "ingress.hosts.0: Does not match"),
    (["ingress.paths={event}"], "ingress.paths.0: Does not match"),
    (["service.type=ExternalName"], "service.type must be one of the following"),
    (["serviceAccount.create=true"], "serviceAccount.create needs a serviceAccount.name"),
    (["extraVars[0].name=PORT"], "extraVars may not have PORT, of which the rest of the chart would not know"),
    (["probes.liveness.httpGet.port=1"], "probes.liveness: Additional property httpGet is not allowed"),
    (["prometheusRule.enabled=true", "prometheusRule.disabled={OneshotUp}"],
     'prometheusRule.disabled has "OneshotUp", which is no alert; there are: OneshotCertificateEnds, '),
    (["config=null"], "--reuse-values has kept those of another chart"),
    (["config.server.host=127.0.0.1"], "config.server.host"),
    (["config.server.host=a b"], "config.server.host: Does not match"),
    (["config.events.metric=oneshot_x"], "config.events.metric"),
    (["config.scrapers.names={a,a}"], "config.scrapers.names: array items[0,1] must be unique"),
    (["config.scrapers.allow={10.0.0.0/33}"], "config.scrapers.allow.0: Does not match"),
    (["config.server.rights={read}"], "config.server.rights.0 must be one of the following"),
    (["config.listeners.a.rights={post}"], "config.listeners.a: address is required"),
    (["scrape.port=0", "netpol.ingress.scrapers.podMatchLabels={prometheus}"],
     "netpol.ingress.scrapers needs a scrape.port"),
    (["config.scrapers.trusted_proxies={proxy}"], "config.scrapers.trusted_proxies.0: Does not match"),
]

# Where null stands for what may be left out: it is the same as the empty default, or the server's own.
MAY_BE_NULL = re.compile(r"config\.|.*resources|podAnnotations|namespace\.labels|netpol\.ingress\.scrapers|probes"
                         r"|securityContext|containerSecurityContext|service\.nodePort|grafanaDashboard\.labels")

SELECTOR = "app.kubernetes.io/name"


class Chart(unittest.TestCase):
    def test_helm_lint_finds_nothing(self):
        for name in chart.VALUE_SETS:
            with self.subTest(name):
                status, output, errors = chart.helm("lint", "--strict", *chart.values_of(name))
                self.assertEqual((status, re.findall(r"\[(?:WARNING|ERROR)\].*", output)), (0, []), errors)

    def test_renders_each_set_of_values_as_the_golden_files_show(self):
        for name in chart.VALUE_SETS:
            with self.subTest(name):
                path = os.path.join(chart.HERE, "golden", name + ".yaml")
                text = chart.render(*chart.values_of(name))
                if os.environ.get("ONESHOT_UPDATE_GOLDEN"):
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(text)
                with open(path, encoding="utf-8") as file:
                    golden = file.read()
                changes = difflib.unified_diff(golden.splitlines(True), text.splitlines(True), path, "now")
                self.assertEqual(golden, text, "".join(changes))

    def test_kubernetes_knows_every_field_that_it_renders(self):
        chart.need_schemas()
        for name in chart.VALUE_SETS:
            with self.subTest(name):
                manifests = chart.manifests(chart.render(*chart.values_of(name)))
                self.assertEqual(chart.schema_findings(manifests), [])

    def test_the_check_of_fields_finds_what_is_wrong(self):
        pod = chart.rendered(*chart.values_of("original"))["Pod"]
        container = pod["spec"]["containers"][0]
        for wrong, finding in [({"imagePulPolicy": "Always"}, "/imagePulPolicy: no such field"),
                               ({"ports": [{"containerPort": "http"}]}, "/ports/0/containerPort: "),
                               ({"name": None}, "/name: ")]:
            broken = {**pod, "spec": {**pod["spec"], "containers": [{**container, **wrong}]}}
            found = chart.schema_findings([broken])
            self.assertTrue(any("/spec/containers/0" + finding in line for line in found), (wrong, found))

    def test_refuses_bad_values_and_says_which(self):
        for values, reason in REFUSED:
            with self.subTest(values):
                said = chart.refusal(*[part for value in values for part in ("--set", value)])
                self.assertIn(reason, said)

    def test_says_which_value_is_missing_where_null_has_removed_one(self):
        def paths(values, where=""):
            for key, value in values.items():
                if value not in ("", [], {}) and not MAY_BE_NULL.match(where + key):
                    yield where + key
                    yield from paths(value, f"{where}{key}.") if isinstance(value, dict) else ()
        with open(os.path.join(chart.CHART, "values.yaml"), encoding="utf-8") as file:
            found = list(paths(chart.yaml.safe_load(file)))
        self.assertIn("netpol.ingress.namespaceLabelKeys", found)
        for path in found:
            if path not in ("config", "persistence"):  # these have a reason of their own
                with self.subTest(path):
                    said = chart.refusal("--set", f"{path}=null")
                    self.assertRegex(said, rf"value {re.escape(path)}[a-zA-Z.]* is missing")

    def test_holds_decimals_to_the_same_limits_although_set_makes_strings_of_them(self):
        with open(os.path.join(chart.CHART, "values.schema.json"), encoding="utf-8") as file:
            sections = json.load(file)["properties"]["config"]["properties"]
        keys = [(f"config.{name}.{key}", schema["minimum"], schema["maximum"])
                for name, section in sections.items() for key, schema in section.get("properties", {}).items()
                if key.endswith("seconds")]
        self.assertEqual(len(keys), 9)
        for key, minimum, maximum in keys:
            for seconds in [f"{maximum}.5"] + ([f"{minimum - 0.05:.2f}"] if minimum else []):
                self.assertIn(f"{key} {seconds} must be a number of seconds from {minimum} to {maximum}",
                              chart.refusal("--set", f"{key}={seconds}"))

    def test_has_the_version_of_the_server(self):
        with open(os.path.join(programs.ROOT, "meson.build"), encoding="utf-8") as file:
            version = re.search(r"^  version: '(.*)',$", file.read(), re.MULTILINE).group(1)
        with open(os.path.join(chart.CHART, "Chart.yaml"), encoding="utf-8") as file:
            self.assertIn(f'\nappVersion: "{version}"\n', file.read())

    def test_its_schema_knows_every_setting_of_the_server(self):
        with open(os.path.join(chart.CHART, "values.schema.json"), encoding="utf-8") as file:
            sections = json.load(file)["properties"]["config"]["properties"]
        settings = chart.settings()
        for section, example in (("clients", None), ("confirm", "prometheus-a"), ("listeners", "scrape"),
                                 ("metrics", "deploys"), ("webhooks", None)):
            keys = settings.pop(section)
            example = example or next(iter(keys))
            self.assertEqual(set(sections.pop(section)["additionalProperties"]["properties"]), set(keys[example]))
        self.assertEqual({name: set(section["properties"]) for name, section in sections.items()},
                         {name: set(keys) for name, keys in settings.items()})


class Rendered(unittest.TestCase):
    def test_the_command_of_the_originals_readme_does_what_it_did(self):
        found = chart.rendered(*ORIGINAL_COMMAND)
        self.assertEqual(set(found), {"Namespace", "ConfigMap", "StatefulSet", "Service", "NetworkPolicy",
                                      "ServiceMonitor", "Pod"})
        self.assertEqual(found["Namespace"]["metadata"]["name"], "kaas-events")
        self.assertEqual(found["Namespace"]["metadata"]["labels"]["name"], "kaas-events")
        service = found["Service"]
        self.assertEqual((service["metadata"]["name"], service["metadata"]["namespace"]),
                         ("events-to-metrics", "kaas-events"))
        self.assertEqual(service["spec"]["ports"], [
            {"name": "metrics", "port": 8090, "targetPort": "metrics", "protocol": "TCP"},
            {"name": "scrape", "port": 8091, "targetPort": "scrape", "protocol": "TCP"}])
        peers = found["NetworkPolicy"]["spec"]["ingress"][0]["from"]
        self.assertIn({"podSelector": {}}, peers, "its own namespace")
        for namespace in ("kaas-metrics", "kaas-monitoring"):
            self.assertIn({"namespaceSelector": {"matchLabels": {"name": namespace}}}, peers)
        self.assertEqual(found["ServiceMonitor"]["spec"]["endpoints"], [
            {"port": "scrape", "path": "/metrics", "interval": "30s", "scrapeTimeout": "10s"}])
        # Whoever scraped the original with a job of its own goes on doing so.
        self.assertNotIn("rights", chart.config(found)["server"])
        found = chart.rendered(*ORIGINAL_COMMAND, "--set", "testEvent.enabled=true")
        self.assertEqual(found["CronJob"]["spec"]["schedule"], "* * * * *")

    def test_who_may_scrape_can_be_told_from_who_may_post(self):
        found = chart.rendered(*ORIGINAL_COMMAND, "--set", "netpol.ingress.scrapers.namespaceMatchLabels={monitoring}",
                               "--set", "netpol.ingress.namespaceLabelKeys={name}")
        post, scrape = found["NetworkPolicy"]["spec"]["ingress"]
        self.assertEqual(post["ports"], [{"port": 8090, "protocol": "TCP"}])
        self.assertEqual(scrape, {"from": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
                                  "ports": [{"port": 8091, "protocol": "TCP"}]})
        config = chart.config(found)
        self.assertEqual(config["server"]["rights"], ["post"])
        self.assertEqual(config["listeners"]["scrape"], {"address": ":8091", "rights": ["scrape", "view"]})

    def test_with_a_certificate_all_that_comes_to_the_server_comes_by_https(self):
        found = chart.rendered(*chart.values_of("tls"))
        config = chart.config(found)
        spec = chart.workload(found)["spec"]
        container, = spec["containers"]
        folders = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        self.assertEqual(config["server"]["web_config_file"], folders["web"] + "/web-config.yml")
        volume, = (volume for volume in spec["volumes"] if volume["name"] == "web")
        self.assertEqual([source["secret"]["name"] for source in volume["projected"]["sources"]],
                         [found["Secret"]["metadata"]["name"], "events-tls"])
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual(container[probe]["httpGet"]["scheme"], "HTTPS")
        endpoint, = found["ServiceMonitor"]["spec"]["endpoints"]
        self.assertEqual((endpoint["scheme"], endpoint["tlsConfig"]["serverName"]),
                         ("https", "events.observability.svc"))
        for pod in (found["Pod"]["spec"], found["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]):
            self.assertTrue(pod["containers"][0]["args"][-1].startswith("https://events.observability.svc:8090/"))

    def test_the_values_of_its_readme_are_good(self):
        with open(os.path.join(chart.CHART, "README.md"), encoding="utf-8") as file:
            shown, = re.findall(r"```yaml\n# values\.yaml\n(.*?)```", file.read(), re.DOTALL)
        shown = shown.replace('token_sha256: "..."', f"token_sha256: {'0f' * 32}")
        found = chart.rendered(*chart.inline(shown))
        self.assertIn("prometheus", chart.config(found)["clients"])
        self.assertEqual(found["ServiceMonitor"]["spec"]["endpoints"][0]["scheme"], "https")
        self.assertNotIn("WARNING: Prometheus", chart.notes(*chart.inline(shown)))

    def test_probes_have_a_port_without_tls_where_clients_must_show_a_certificate(self):
        found = chart.rendered(*chart.values_of("client-certificates"))
        container, = chart.workload(found)["spec"]["containers"]
        self.assertEqual({port["name"]: port["containerPort"] for port in container["ports"]}["probe"], 8092)
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertEqual((container[probe]["httpGet"]["port"], container[probe]["httpGet"].get("scheme")),
                             ("probe", None))
        self.assertEqual(chart.config(found)["listeners"]["probe"], {"address": ":8092", "rights": [], "tls": False})
        self.assertNotIn("Secret", found)
        self.assertNotIn("probe", [port["name"] for port in found["Service"]["spec"]["ports"]])

    def test_users_without_a_certificate_leave_all_plain(self):
        found = chart.rendered(*chart.REQUIRED, "--set", "web.config.basic_auth_users.a=b,web.tls=false")
        container, = chart.workload(found)["spec"]["containers"]
        self.assertNotIn("scheme", container["livenessProbe"]["httpGet"])
        self.assertNotIn("scheme", found["ServiceMonitor"]["spec"]["endpoints"][0])
        self.assertEqual(chart.yaml.safe_load(found["Secret"]["stringData"]["web-config.yml"]),
                         {"basic_auth_users": {"a": "b"}})

    def test_another_web_config_is_taken_over_without_a_restart(self):
        def pod(version):
            return chart.workload(chart.rendered(*chart.values_of("tls"), "--set",
                                                 f"web.config.tls_server_config.min_version={version}"))
        self.assertEqual(pod("TLS12"), pod("TLS13"))

    def test_without_a_port_for_scraping_there_is_one_port(self):
        found = chart.rendered(*ORIGINAL_COMMAND, "--set", "scrape.port=0")
        self.assertEqual([port["name"] for port in found["Service"]["spec"]["ports"]], ["metrics"])
        self.assertEqual(found["ServiceMonitor"]["spec"]["endpoints"][0]["port"], "metrics")
        self.assertEqual(found["NetworkPolicy"]["spec"]["ingress"][0]["ports"], [{"port": 8090, "protocol": "TCP"}])
        self.assertNotIn("listeners", chart.config(found))

    def test_every_pod_is_allowed_by_the_restricted_profile(self):
        for name in chart.VALUE_SETS:
            for pod, spec in chart.pod_specs(chart.rendered(*chart.values_of(name))).items():
                with self.subTest(name, pod=pod):
                    security = spec["securityContext"]
                    self.assertIs(security["runAsNonRoot"], True)
                    self.assertNotEqual(security["runAsUser"], 0)
                    self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
                    allowed = {"net.ipv4.ip_unprivileged_port_start"}
                    self.assertLessEqual({sysctl["name"] for sysctl in security.get("sysctls", [])}, allowed)
                    self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & set(spec))
                    volumes = {kind for volume in spec.get("volumes", []) for kind in set(volume) - {"name"}}
                    self.assertLessEqual(volumes, {"configMap", "emptyDir", "projected", "secret"})
                    for container in spec["containers"] + spec.get("initContainers", []):
                        asked = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                 "capabilities": {"drop": ["ALL"]}}
                        self.assertEqual(container["securityContext"], {**container["securityContext"], **asked})
                        self.assertFalse([port for port in container.get("ports", []) if "hostPort" in port])
                    self.assertIs(spec["automountServiceAccountToken"], False)

    def test_the_service_and_the_policy_choose_the_server_and_not_the_test_pods(self):
        for name in chart.VALUE_SETS:
            found = chart.rendered(*chart.values_of(name))
            chosen = found["Service"]["spec"]["selector"]
            self.assertEqual(list(chosen), [SELECTOR])
            self.assertEqual(found["NetworkPolicy"]["spec"]["podSelector"], {"matchLabels": chosen})
            self.assertEqual(chart.workload(found)["metadata"]["labels"][SELECTOR], chosen[SELECTOR])
            tests = [found["Pod"]["metadata"]["labels"]]
            if "CronJob" in found:
                job = found["CronJob"]["spec"]["jobTemplate"]
                tests.append(job["spec"]["template"]["metadata"]["labels"])
            for labels in tests:
                self.assertNotEqual(labels[SELECTOR], chosen[SELECTOR])

    def test_there_is_one_server_and_never_two_at_once(self):
        spec = chart.rendered(*chart.values_of("original"))["StatefulSet"]["spec"]
        self.assertEqual((spec["replicas"], spec["podManagementPolicy"]), (1, "Parallel"))
        spec = chart.rendered(*chart.values_of("without-volume"))["Deployment"]["spec"]
        self.assertEqual(spec["replicas"], 1)
        self.assertEqual(spec["strategy"], {"type": "Recreate", "rollingUpdate": None})

    def test_a_policy_that_names_nobody_lets_in_the_test_pods_alone(self):
        found = chart.rendered(*chart.values_of("without-volume"))
        rule, = found["NetworkPolicy"]["spec"]["ingress"]
        labels = {SELECTOR: found["Pod"]["metadata"]["labels"][SELECTOR]}
        # An empty list would be everybody.
        self.assertEqual(rule["from"], [{"podSelector": {"matchLabels": labels}}])

    def test_the_pod_changes_with_the_settings_and_with_nothing_else(self):
        def pod(*more):
            return chart.workload(chart.rendered(*chart.REQUIRED, *more))
        before = pod()
        self.assertEqual(before, pod("--set", "service.port=9999,testEvent.schedule=0 0 * * *"))
        after = pod("--set", "config.scrapers.max=10")
        self.assertNotEqual(before["metadata"]["annotations"], after["metadata"]["annotations"])
        self.assertEqual(before["spec"], after["spec"])

    def test_the_stop_may_take_as_long_as_the_settings_say(self):
        for seconds, grace in [("0", 20), ("2.5", 23), ("100", 120)]:
            found = chart.rendered(*chart.REQUIRED, "--set", f"config.server.stop_seconds={seconds}")
            self.assertEqual(chart.workload(found)["spec"]["terminationGracePeriodSeconds"], grace)

    def test_names_stay_within_what_kubernetes_allows(self):
        found = chart.rendered("--set", f"serviceName={52 * 'a'},serviceNamespace=b,testEvent.enabled=true")
        self.assertLessEqual(len(found["CronJob"]["metadata"]["name"]), 52)
        for labels in (chart.workload(found)["metadata"]["labels"], found["CronJob"]["metadata"]["labels"]):
            self.assertLessEqual(max(map(len, labels.values())), 63)

    def test_the_name_of_a_scraper_goes_to_prometheus_and_into_the_settings(self):
        for scraper, names in [("prom-a", ["prom-b", "prom-a"]), ("prom-b", ["prom-b"]),
                               ("$(POD_NAME)", ["prom-b"])]:
            found = chart.rendered(*chart.REQUIRED, "--set", "config.scrapers.names={prom-b}",
                                   "--set", f"serviceMonitor.scraper={scraper}")
            endpoint, = found["ServiceMonitor"]["spec"]["endpoints"]
            self.assertEqual(endpoint["params"], {"scraper": [scraper]})
            settings = tomllib.loads(found["ConfigMap"]["data"]["config.toml"])
            self.assertEqual(settings["scrapers"]["names"], names)

    def test_labels_and_annotations_of_the_user_are_there_once(self):
        found = chart.render(*chart.REQUIRED, "--set-string", ",".join([
            r"serviceMonitor.labels.app\.kubernetes\.io/instance=mine", "namespace.labels.name=mine",
            "podAnnotations.checksum/config=mine"]))
        self.assertEqual(len(re.findall(r"name: .?mine", found)), 1)
        self.assertEqual(len(re.findall(r"instance: .?mine", found)), 1)
        self.assertNotIn("checksum/config: mine", found)  # that would keep the old settings running
        for document in found.split("\n---\n"):
            for block in re.findall(r"^( *)(?:labels|annotations):\n((?:\1  .*\n)+)", document, re.MULTILINE):
                keys = re.findall(r"^ *([^ #]\S*):", block[1], re.MULTILINE)
                self.assertEqual(sorted(keys), sorted(set(keys)))

    def test_the_notes_say_where_events_go_and_warn_of_what_may_be_lost(self):
        said = chart.notes()
        self.assertIn("curl -X POST 'http://events.observability.svc:8090/event?", said)
        self.assertIn("only pods in namespace observability may post and scrape", said)
        self.assertIn("set serviceMonitor.scraper so that it loses", said)
        self.assertIn("claim event-log-events-0", said)
        self.assertIn("The image oneshot-metrics-server:0.1.0 is of no registry", said)
        said = chart.notes("--set", "persistence.enabled=false,serviceMonitor.scraper=prom",
                           "--set", "server.image=registry.example/events",
                           "--set", "netpol.ingress.allowedNamespaceMatchLabels={monitoring}")
        self.assertIn("events that wait are lost with the server's pod", said)
        self.assertIn("Prometheus scrapes as prom. Only one may", said)
        self.assertNotIn("only pods in namespace", said)
        self.assertNotIn("of no registry", said)
        self.assertNotIn("From outside", said)
        said = chart.notes("--set", "ingress.enabled=true,ingress.hosts={a.example,b.example}")
        self.assertIn("From outside events go to a.example and b.example, once the ingress controller", said)
        self.assertIn("The claim mine and", chart.notes("--set", "persistence.existingClaim=mine"))
        said = chart.notes(*chart.values_of("tls"))
        self.assertIn("curl -X POST 'https://events.observability.svc:8090/event?", said)
        self.assertIn("get secret events-tls -o jsonpath='{.data.ca\\.crt}'", said)
        self.assertNotIn("credentials", said)
        said = chart.notes("--set", "config.clients.ci.rights={post}")
        self.assertIn("Prometheus shows nobody's credentials", said)
        self.assertIn("test events, those of `helm test` too, show nobody's credentials", said)
        self.assertIn("There is no ServiceMonitor", chart.notes("--set", "serviceMonitor.enabled=false"))


if __name__ == "__main__":
    runner.main()
