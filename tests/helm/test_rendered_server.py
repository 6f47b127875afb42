# SPDX-License-Identifier: MIT
"""What the chart renders, run for real: the container's command with its config, asked by its probes, the
cron job's command and the ServiceMonitor's path. Only folders and the port are others than in the cluster."""

import base64
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import tomllib
import unittest
import urllib.parse


from harness import programs, runner, server
from harness.certificates import Authority
from harness.remote import Remote
from harness.sockets import free_port
from harness.waiting import wait_until
from helm import chart

setUpModule, tearDownModule = chart.prepare, chart.clean_up


WEB = "/etc/oneshot-web"  # in the container


def web_files(found, secrets):
    """{name: text} of the folder with the web config; `secrets` are those that the chart does not make."""
    volumes = {volume["name"]: volume for volume in chart.workload(found)["spec"]["volumes"]}
    if "web" not in volumes:
        return {}
    if "Secret" in found:
        secrets = {**secrets, found["Secret"]["metadata"]["name"]: found["Secret"]["stringData"]}
    files = {}
    for source in volumes["web"]["projected"]["sources"]:
        files.update(secrets[source["secret"]["name"]])
    return files


def write_all(folder, files):
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


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
        self.update({"events-tls": tls, "events-web": {**tls, "web-config.yml": json.dumps(web)}})

    def renew(self):
        """Another certificate in the place of the server's."""
        pair = self.authority.issue("server")
        self["events-tls"].update({"tls.crt": self.read(pair.certificate), "tls.key": self.read(pair.key)})
        return pair

    @staticmethod
    def read(path):
        with open(path, encoding="ascii") as file:
            return file.read()


def complaint(text, web=None):
    """What the server says against this config; nothing where it is good. web: the files beside its web config."""
    with tempfile.TemporaryDirectory() as folder:
        write_all(folder, web or {})
        text = text.replace(WEB + "/", folder + "/")
        path = os.path.join(folder, "config.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([programs.server_binary(), "--config", path, "--check-config"], text=True,
                              env=server.environment(), capture_output=True, check=False)
    return done.stderr if done.returncode else ""


class Pod(Remote):
    """The server's container without its container: its volumes are folders. A context manager."""

    def __init__(self, *values, secrets=None):
        self.process = None
        self.secrets = secrets or {}
        super().__init__(free_port())
        self.found = chart.rendered(*values, "--set", f"server.port={self.port}",
                                    *self._other_ports(*values))
        self.folder = tempfile.mkdtemp(prefix="oneshot-pod-")
        try:
            self.set_up()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    @staticmethod
    def _other_ports(*values):
        """Free ones in the place of those that the values have."""
        container, = chart.workload(chart.rendered(*values))["spec"]["containers"]
        names = {port["name"] for port in container["ports"]}
        for name, value in (("scrape", "scrape.port"), ("probe", "web.probePort")):
            if name in names:
                yield from ("--set", f"{value}={free_port()}")

    def set_up(self):
        """Makes the volumes."""
        spec = chart.workload(self.found)["spec"]
        self.container, = spec["containers"]
        self.port_names = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        for mount in self.container["volumeMounts"]:
            os.makedirs(self.folder + mount["mountPath"])
        for name, text in self.found["ConfigMap"]["data"].items():
            with open(self._inside("config", spec) + "/" + name, "w", encoding="utf-8") as file:
                file.write(self._outside(text))
        self.write_web()

    def write_web(self):
        """The folder with the web config, as a node keeps it."""
        files = web_files(self.found, self.secrets)
        if files:
            write_all(self._inside("web", chart.workload(self.found)["spec"]), files)

    def _inside(self, volume, spec):
        """Where a volume is; the pod must have it."""
        claims = self.found.get("StatefulSet", {"spec": {}})["spec"].get("volumeClaimTemplates", [])
        volumes = [v["name"] for v in spec["volumes"]] + [claim["metadata"]["name"] for claim in claims]
        mounts = {mount["name"]: mount["mountPath"] for mount in self.container["volumeMounts"]}
        assert set(mounts) == set(volumes), (mounts, volumes)
        return self.folder + mounts[volume]

    def _outside(self, text):
        """What it says of the folders in the container, as they are here."""
        for mount in self.container["volumeMounts"]:
            text = text.replace(mount["mountPath"] + "/", self.folder + mount["mountPath"] + "/")
        return text

    def start(self):
        command, = self.container["command"]
        assert command == "/usr/bin/oneshot-metrics-server", command
        arguments = [self._outside(argument) for argument in self.container["args"]]
        self.process = subprocess.Popen([programs.server_binary(), *arguments], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True,
                                        env=server.environment({v["name"]: v["value"]
                                                                for v in self.container.get("env", [])}))

        def answers():
            assert self.process.poll() is None, self.process.stderr.read()
            try:
                return self.probe("startupProbe") == 200
            except (ConnectionError, ssl.SSLError):
                return False
        wait_until(answers, "the startup probe is answered")

    def at(self, port_name, tls=None):
        found = Remote(self.port_names[port_name])
        found.tls = tls
        return found

    def probe(self, name):
        """The status that this probe of the container gets; like the node, it believes any certificate."""
        asked = self.container[name]["httpGet"]
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        return self.at(asked["port"], anybody if asked.get("scheme") == "HTTPS" else None).get(asked["path"]).status

    def scrape_as_monitored(self, tls=None, headers=(), **variables):
        """As Prometheus does by the ServiceMonitor, with the variables that the operator would put in, and with what
        the secrets that it names would bring."""
        endpoint, = self.found["ServiceMonitor"]["spec"]["endpoints"]
        query = urllib.parse.urlencode(endpoint.get("params", {}), doseq=True, safe="$()")
        for name, value in variables.items():
            query = query.replace(f"$({name})", value)
        assert (endpoint.get("scheme") == "https") == (tls is not None)
        remote = self.at(endpoint["port"], tls)
        remote.headers = headers
        return remote.exposition(endpoint["path"] + ("?" + query if query else ""))

    def run_test_pod(self, spec, curl_conf=None):
        """Runs the command of a pod that posts, with the service's address as it is here, and this file of options."""
        container, = spec["containers"]
        service = next(port for port in self.found["Service"]["spec"]["ports"] if port["name"] == "metrics")
        name, namespace = (self.found["Service"]["metadata"][key] for key in ("name", "namespace"))
        here = f"127.0.0.1:{self.port_names[service['targetPort']]}"
        words = [word.replace(f"{name}.{namespace}.svc:{service['port']}", here)
                 for word in [*container["command"], *container["args"]]]
        if curl_conf:
            path = os.path.join(container["volumeMounts"][0]["mountPath"], "curl.conf")
            assert path in words, words
            words[words.index(path)] = curl_conf
        assert any(here in word for word in words), words
        return subprocess.run(words, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=60)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.kill()
        shutil.rmtree(self.folder)


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
                web = web_files(found, secrets)
                self.assertEqual(complaint(found["ConfigMap"]["data"]["config.toml"], web), "")

    def test_one_set_of_values_has_every_setting(self):
        settings = chart.settings()
        del settings["cluster"]  # the image has the program for one server alone
        text = chart.rendered(*chart.values_of("everything"))["ConfigMap"]["data"]["config.toml"]
        rendered = tomllib.loads(text)
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
            for number in (schema["minimum"], schema["maximum"]):
                self.assertEqual(complaint(f"[{section}]\n{key} = {number}\n"), "")
            for number in (schema["minimum"] - 0.05 if key.endswith("seconds") else schema["minimum"] - 1,
                           schema["maximum"] + 1):
                self.assertIn(key, complaint(f"[{section}]\n{key} = {number}\n"))


if __name__ == "__main__":
    runner.main()
