# SPDX-License-Identifier: MIT
"""nginx on a host of its own, as a proxy between a scraper and the server."""

from . import programs
from .proxy import Proxy

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
  {servers}
}}
"""
_SERVER = """\
server {{
    listen {address}:{port};
    location / {{
      proxy_pass http://{server}:{server_port};
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}"""


def config(servers):
    """A config in whose section `http` stands what is given; nginx runs in the folder of it."""
    return _CONFIG.format(servers=servers)


def need():
    return programs.need("nginx", "ONESHOT_NGINX")


class Nginx(Proxy):
    PROGRAM, VARIABLE = "nginx", "ONESHOT_NGINX"

    def config(self):
        return config(_SERVER.format(address=self.address, port=self.port, server=self.server_address,
                                     server_port=self.server_port))

    def arguments(self):
        return ["-p", self.path(""), "-c", self.path("config")]
