# SPDX-License-Identifier: MIT
"""The server's pod as the chart renders it, run here: the container's command with its config, asked by its probes.
Only folders and the port are others than in Kubernetes."""

import os
import shutil
import ssl
import subprocess
import tempfile
import urllib.parse

from harness import programs, server
from harness.remote import Remote
from harness.sockets import free_port
from harness.waiting import wait_until
from helm import chart

WEB = "/etc/oneshot-web"  # in the container
CLUSTER = "/etc/oneshot-cluster"


def files_of(found, secrets, volume="web"):
    """{name: text} of the folder with the web config, or of that of "cluster"; `secrets` are those that the chart does
    not make."""
    volumes = {one["name"]: one for one in chart.workload(found)["spec"]["volumes"]}
    if volume not in volumes:
        return {}
    if "Secret" in found:
        secrets = {**secrets, found["Secret"]["metadata"]["name"]: found["Secret"]["stringData"]}
    files = {}
    for source in volumes[volume]["projected"]["sources"]:
        files.update(secrets[source["secret"]["name"]])
    return files


def write_all(folder, files):
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


class Pod(Remote):
    """The server's container without its container: its volumes are folders. A context manager."""

    def __init__(self, *values, secrets=None, name=None):
        self.process = None
        self.variables = {"ONESHOT__CLUSTER__REPLICA": name} if name else {}  # what its host's name would say
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
        files = files_of(self.found, self.secrets)
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
                                        env=server.environment({**self.variables, **{
                                            v["name"]: v["value"] for v in self.container.get("env", [])}}))

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
            self.process = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.kill()
        shutil.rmtree(self.folder)
