# SPDX-License-Identifier: MIT
"""nginx on a host of its own, as a proxy between a scraper and the server."""

import os
import subprocess
import tempfile

from . import hosts, programs
from .sockets import listens
from .waiting import wait_until

_CONFIG = """\
daemon off;
user root;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen {address}:{port};
    location / {{
      proxy_pass http://{server}:{server_port};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""


def need():
    return programs.need("nginx", "ONESHOT_NGINX")


class Nginx:
    port = 8080

    def __init__(self, host, server):
        self.address = host.address
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-nginx-")
        config = os.path.join(self._folder.name, "nginx.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(_CONFIG.format(address=self.address, port=self.port, server=hosts.SERVER,
                                      server_port=server.port))
        self._process = subprocess.Popen(
            host.command(need(), "-p", self._folder.name, "-c", config), stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_until(self._listens, "nginx listens")

    def _listens(self):
        assert self._process.poll() is None, f"nginx ended with {self._process.returncode}"
        return listens(self.port, self.address)

    def stop(self):
        self._process.terminate()
        self._process.wait(10)
        self._folder.cleanup()
