# SPDX-License-Identifier: MIT
"""A real Docker registry (CNCF Distribution) that notifies one endpoint, and images of a few bytes."""

import hashlib
import http.client
import json

from .daemon import Daemon

_CONFIG = """version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
http: {{addr: "{address}:{port}"}}
notifications:
  endpoints:
  - {{name: oneshot, url: "{url}", timeout: 1s, threshold: 5, backoff: 1s}}
"""
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class DockerRegistry(Daemon):
    """url: where its notifications go"""

    READY = "/v2/"

    def __init__(self, program, url):
        super().__init__(program)
        self.write("config.yml", _CONFIG.format(folder=self.folder, address=self.address, port=self.port, url=url))
        self.begin()

    def command(self):
        return [self.program, "serve", self.path("config.yml")]

    def push(self, repository, tag):
        """An image of one layer; its digest."""
        layers = [self._blob(repository, text) for text in (b"{}", tag.encode())]
        config, layer = ({"mediaType": kind, "size": size, "digest": digest} for kind, (size, digest) in
                         zip(("application/vnd.docker.container.image.v1+json",
                              "application/vnd.docker.image.rootfs.diff.tar.gzip"), layers))
        manifest = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]})
        reply = self._ask("PUT", f"/v2/{repository}/manifests/{tag}", manifest.encode(), {"Content-Type": _MANIFEST})
        return reply.getheader("Docker-Content-Digest")

    def pull(self, repository, tag):
        self._ask("GET", f"/v2/{repository}/manifests/{tag}", headers={"Accept": _MANIFEST})

    def delete(self, repository, digest):
        self._ask("DELETE", f"/v2/{repository}/manifests/{digest}")

    def _blob(self, repository, content):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        place = self._ask("POST", f"/v2/{repository}/blobs/uploads/").getheader("Location")
        self._ask("PUT", place + ("&" if "?" in place else "?") + "digest=" + digest, content,
                  {"Content-Type": "application/octet-stream"})
        return len(content), digest

    def _ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            connection.request(method, path.removeprefix(self.url), body, headers or {})
            reply = connection.getresponse()
            text = reply.read()
            assert reply.status < 300, (method, path, reply.status, text)
            return reply
        finally:
            connection.close()
