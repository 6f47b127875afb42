# SPDX-License-Identifier: MIT
"""What the chart renders, run for real: the container's command with its config, asked by its probes, the
cron job's command and the ServiceMonitor's path. Only folders and the port are others than in the cluster."""

import base64
import json
import os
import ssl
import subprocess
import tempfile
import unittest


from harness import programs, runner, server
from harness.certificates import Authority
from harness.waiting import wait_until
from helm import chart
from helm.pod import CLUSTER, WEB, Pod, files_of, write_all

setUpModule, tearDownModule = chart.prepare, chart.clean_up


CREDENTIALS = """-----BEGIN NATS USER JWT-----
x
------END NATS USER JWT------
-----BEGIN USER NKEY SEED-----
x
------END USER NKEY SEED------
"""


class Secrets(dict):
    """Those that the sets of values name, with real certificates: {name: {file: text}}."""

    def __init__(self, folder):
        super().__init__()
        self.authority = Authority(folder)
        self.client = self.authority.issue("client", ("DNS:gateway.example",))
        self.scraper = self.authority.issue("scraper", ("DNS:prometheus.example",))
        server_pair = self.authority.issue("server")
        tls = {"tls.crt": self.read(server_pair.certificate), "tls.key": self.read(server_pair.key),
               "ca.crt": self.read(self.authority.certificate)}
        web = {"tls_server_config": {"cert_file": "tls.crt", "key_file": "tls.key", "client_ca_file": "ca.crt",
                                     "client_auth_type": "RequireAndVerifyClientCert"}}
        self.update({"events-tls": tls, "events-web": {**tls, "web-config.yml": json.dumps(web)},
                     "events-nats": {"nats.creds": CREDENTIALS}, "nats-ca": {"ca.crt": tls["ca.crt"]}})

    def renew(self):
        """Another certificate in the place of the server's."""
        pair = self.authority.issue("server")
        self["events-tls"].update({"tls.crt": self.read(pair.certificate), "tls.key": self.read(pair.key)})
        return pair

    @staticmethod
    def read(path):
        with open(path, encoding="ascii") as file:
            return file.read()


def complaint(text, files=None):
    """What the server says against this config; nothing where it is good. files: those of the folders of secrets."""
    with tempfile.TemporaryDirectory() as folder:
        write_all(folder, files or {})
        text = text.replace(WEB + "/", folder + "/").replace(CLUSTER + "/", folder + "/")
        path = os.path.join(folder, "config.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([programs.server_binary(), "--config", path, "--check-config"], text=True,
                              env=server.environment(), capture_output=True, check=False)
    return done.stderr if done.returncode else ""


class RenderedServer(unittest.TestCase):
    def test_answers_its_probes_and_takes_and_gives_what_the_charts_other_objects_send(self):
        programs.need("curl")
        with Pod(*chart.values_of("original"), "--set", "testEvent.enabled=true") as pod:
            self.assertEqual((pod.probe("livenessProbe"), pod.probe("readinessProbe")), (200, 200))
            pod.scrape_as_monitored()
            for name, message in [("cron job", "cron_test"), ("helm test", "helm_test")]:
                done = pod.run_test_pod(chart.pod_specs(pod.found)[name])
                self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
                event, = pod.scrape_as_monitored().events()
                self.assertEqual(event.labels, {"type": "test", "message": message})
            self.assertEqual(pod.scrape_as_monitored().events(), [])

    def test_serves_tls_to_probes_test_pods_and_prometheus_and_a_renewed_certificate(self):
        programs.need_tls()
        programs.need("curl")
        folder = self.enterContext(tempfile.TemporaryDirectory())
        secrets = Secrets(folder)
        trusted = secrets.authority.trusted_by()
        write_all(folder, {"curl.conf": f'header = "Authorization: Bearer test"\n'
                                        f'cacert = {secrets.authority.certificate}\n'})
        password = base64.b64encode(b"prometheus:open sesame").decode()
        with Pod(*chart.values_of("tls"), secrets=secrets) as pod:
            self.assertEqual((pod.probe("livenessProbe"), pod.probe("readinessProbe")), (200, 200))

            def scrape():
                return pod.scrape_as_monitored(trusted, (("Authorization", "Basic " + password),))
            scrape()
            done = pod.run_test_pod(pod.found["Pod"]["spec"], os.path.join(folder, "curl.conf"))
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
            event, = scrape().events()
            self.assertEqual(event.labels, {"type": "test", "message": "helm_test", "team": "web"})
            renewed = ssl.PEM_cert_to_DER_cert(Secrets.read(secrets.renew().certificate))
            pod.write_web()

            def served():
                with pod.at("metrics", trusted).connect() as connection:
                    return connection.tls.getpeercert(binary_form=True)
            wait_until(lambda: served() == renewed, "the renewed certificate is served", 10, 0.1)

    def test_lets_in_who_shows_a_certificate_and_probes_at_a_port_of_their_own(self):
        programs.need_tls()
        secrets = Secrets(self.enterContext(tempfile.TemporaryDirectory()))
        with Pod(*chart.values_of("client-certificates"), secrets=secrets) as pod:
            self.assertEqual((pod.probe("livenessProbe"), pod.probe("readinessProbe")), (200, 200))
            self.assertEqual(pod.at("probe").post("/event?type=a").status, 403)
            pod.at("metrics", secrets.authority.trusted_by(secrets.client)).event("type=a")
            scraper = secrets.authority.trusted_by(secrets.scraper)
            event, = pod.scrape_as_monitored(scraper).events()
            self.assertEqual(event.labels, {"type": "a"})
            self.assertEqual(pod.at("metrics", scraper).post("/event?type=a").status, 403)
            with self.assertRaises((ssl.SSLError, OSError)):
                pod.at("metrics", secrets.authority.trusted_by()).get("/metrics")

    def test_loses_nothing_when_it_is_killed_and_started_again(self):
        for name in ("original", "without-volume"):
            with self.subTest(name), Pod(*chart.values_of(name)) as pod:
                for number in (1, 2):
                    pod.event(f"id={number}")
                pod.kill()
                pod.start()
                self.assertEqual(pod.scrape("a").ids(), ["1", "2"])

    def test_each_replica_of_prometheus_has_a_name_of_its_own_and_gets_everything(self):
        with Pod(*chart.REQUIRED, "--set", "serviceMonitor.scraper=$(POD_NAME)",
                 "--set", "config.scrapers.names={prometheus-0,prometheus-1}") as pod:
            pod.event("id=1")
            for name in ("prometheus-0", "prometheus-1"):
                exposition = pod.scrape_as_monitored(POD_NAME=name)
                self.assertEqual(exposition.welcome(), (name, "by name", 1))
                self.assertEqual(len(exposition.events()), 1)

    def test_takes_the_settings_of_every_set_of_values(self):
        programs.need_tls()
        secrets = Secrets(self.enterContext(tempfile.TemporaryDirectory()))
        for name in chart.VALUE_SETS:
            with self.subTest(name):
                found = chart.rendered(*chart.values_of(name))
                if name == "cluster" and not os.path.exists(programs.server_binary() + "-cluster"):
                    continue  # the program that would look at it is not there
                files = {**files_of(found, secrets), **files_of(found, secrets, "cluster")}
                self.assertEqual(complaint(found["ConfigMap"]["data"]["config.toml"], files), "")

    def test_the_sets_of_values_have_every_setting(self):
        settings = chart.settings()
        del settings["cluster"]["replica"]  # the pod's name
        rendered = chart.config(chart.rendered(*chart.values_of("everything")))
        # What is for one server alone is in the same set, so the cluster has one of its own.
        rendered["cluster"] = chart.config(chart.rendered(*chart.values_of("cluster")))["cluster"]
        for kind in ("clients", "confirm", "listeners", "metrics", "webhooks"):  # whose sections have a free name
            self.assertEqual(set().union(*rendered.pop(kind).values()), set().union(*settings.pop(kind).values()))
        self.assertEqual({name: set(section) for name, section in rendered.items()},
                         {name: set(section) for name, section in settings.items()})

    def test_takes_each_number_that_the_charts_schema_lets_pass_and_no_other(self):
        with open(os.path.join(chart.CHART, "values.schema.json"), encoding="utf-8") as file:
            sections = json.load(file)["properties"]["config"]["properties"]
        keys = [(name, key, schema) for name, section in sections.items()
                for key, schema in section.get("properties", {}).items() if "minimum" in schema]
        self.assertGreater(len(keys), 10)
        for section, key, schema in keys:
            # A single server refuses the cluster's settings, whatever they are.
            rest = 'servers = ["nats://n1.example:4222"]\n' if section == "cluster" else ""
            for number in (schema["minimum"], schema["maximum"]):
                self.assertEqual(complaint(f"[{section}]\n{rest}{key} = {number}\n"), "")
            for number in (schema["minimum"] - 0.05 if key.endswith("seconds") else schema["minimum"] - 1,
                           schema["maximum"] + 1):
                self.assertIn(key, complaint(f"[{section}]\n{rest}{key} = {number}\n"))


if __name__ == "__main__":
    runner.main()
