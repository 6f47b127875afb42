# SPDX-License-Identifier: MIT
"""A real Alertmanager with one receiver, and alerts that fire and are resolved."""

import datetime
import http.client
import json

from .daemon import Daemon

_CONFIG = """route:
  receiver: hook
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 2s
receivers:
- name: hook
  webhook_configs:
  - url: {url}
    http_config: {http}
"""


class Alertmanager(Daemon):
    """url:   where its notifications go
    token:    sent as `Authorization: Bearer`, if any
    """

    def __init__(self, program, url, token=None):
        super().__init__(program)
        http_config = {"authorization": {"credentials": token}} if token else {}
        self.write("alertmanager.yml", _CONFIG.format(url=url, http=json.dumps(http_config)))
        self.begin()

    def command(self):
        return [self.program, f"--config.file={self.path('alertmanager.yml')}", f"--storage.path={self.folder}/data",
                f"--web.listen-address={self.address}:{self.port}", "--cluster.listen-address="]

    def fire(self, *alerts):
        """Each alert is a dict of labels."""
        self._post([{"labels": labels} for labels in alerts])

    def resolve(self, labels):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self._post([{"labels": labels, "endsAt": now}])

    def _post(self, alerts):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=10)
        try:
            connection.request("POST", "/api/v2/alerts", json.dumps(alerts), {"Content-Type": "application/json"})
            reply = connection.getresponse()
            assert reply.status == 200, reply.read()
        finally:
            connection.close()
