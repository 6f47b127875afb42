# SPDX-License-Identifier: MIT
"""What a server needs to speak TLS: a folder with a web config, a certificate, and authorities that clients trust."""

import json
import os
import tempfile

from . import certificates
from .certificates import Authority, Pair


class Site:
    """A folder that `stop` removes. With `settings` a server serves by its web config, which a test may write anew.

    tls: keys of tls_server_config beside the pair; with a client_auth_type that verifies, the CA of clients is
         `authority` too, unless the test says otherwise, and `client` is a client's pair
    """

    WEB_CONFIG = "web.yml"
    AUTHORITY = "authority/ca.pem"  # the certificate

    def __init__(self, tls=None, more=None):
        certificates.need()
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-site-")
        self.folder = self._folder.name
        self.authority = Authority(self.folder)
        self.pair = Pair(self.path("server.pem"), self.path("server.key"))  # what the web config names
        self.served = self.authority.issue("server")
        self.served.copy_to(self.pair)
        self.client = self.authority.issue("client")
        self.configure(tls, more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def web_config(self):
        return self.path(self.WEB_CONFIG)

    @property
    def settings(self):
        return {"server.web_config_file": self.web_config}

    def configure(self, tls=None, more=None):
        """Writes the web config. tls: as above; more: its other sections."""
        server = {"cert_file": "server.pem", "key_file": "server.key"}
        if "Verify" in (tls or {}).get("client_auth_type", ""):
            server["client_ca_file"] = self.authority.certificate
        self.write({"tls_server_config": {**server, **(tls or {})}, **(more or {})})

    def write(self, config):
        """A web config of this text, or of this dict; JSON is the same in YAML."""
        with open(self.web_config + ".new", "w", encoding="utf-8") as file:
            file.write(config if isinstance(config, str) else json.dumps(config, indent=1))
        os.rename(self.web_config + ".new", self.web_config)

    def renew(self, **options):
        """A new certificate and key in the place of the old ones; see Pair.copy_to."""
        self.served = self.authority.issue("server")
        self.served.copy_to(self.pair, **options)
        return self.served

    def job(self, client=None, server_name=None, **more):
        """What a job of Prometheus needs to scrape a server of this site; client: its pair."""
        tls = {"ca_file": self.authority.certificate}
        if client is not None:
            tls.update(cert_file=client.certificate, key_file=client.key)
        if server_name is not None:
            tls.update(server_name=server_name)
        return {"scheme": "https", "tls_config": tls, **more}
