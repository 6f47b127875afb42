# SPDX-License-Identifier: MIT
"""Proxies that end idle connections in order. Each is told to do so after a second."""

import os

from harness import nginx, processes, programs
from harness.sockets import free_port

from .relay import Relay

_NGINX = """\
upstream kept {{ server {target}; keepalive 4; keepalive_timeout 1s; }}
  server {{ listen 127.0.0.1:{plain}; location / {{ proxy_pass {url}; }} }}
  server {{
    listen 127.0.0.1:{keepalive};
    location / {{ proxy_pass {scheme}://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}"""
_APACHE = """\
ServerName test
{modules}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog /dev/stderr
User nobody
Group nogroup
{listens}
<VirtualHost *:{plain}>
  {tls}
  ProxyPass / {url}/
</VirtualHost>
<VirtualHost *:{ttl}>
  {tls}
  ProxyPass / {url}/ ttl=1
</VirtualHost>
"""
_APACHE_TLS = """SSLProxyEngine on
  SSLProxyCheckPeerName off"""
_MODULES = "/usr/lib/apache2/modules"
_VCL = 'vcl 4.1; backend default {{ .host = "{host}"; .port = "{port}"; }}'
_STUNNEL = """\
foreground = yes
pid =
TIMEOUTidle = 2
[plain-to-tls]
client = yes
accept = 127.0.0.1:{plain}
connect = {encrypted}
"""
_STUNNEL_IN_FRONT = """\
[tls-to-plain]
cert = {certificate}
accept = {encrypted}
connect = {target}
"""


class Nginx(Relay):
    PROGRAM = "nginx"
    MODES = {"plain": None, "keepalive": None}

    def config(self):
        return nginx.config(_NGINX.format(target=self.target(), url=self.url(), scheme=self.url().partition(":")[0],
                                          **self.ports))

    def arguments(self):
        return "-p", self.path(""), "-c", self.path("config")


class Apache(Relay):
    PROGRAM = "apache2"
    MODES = {"plain": None, "ttl": None}

    def config(self):
        modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so"
                            for name in ("mpm_event", "authz_core", "proxy", "proxy_http", "ssl"))
        listens = "\n".join(f"Listen 127.0.0.1:{port}" for port in self.ports.values())
        return _APACHE.format(modules=modules, folder=self.path(""), listens=listens, url=self.url(),
                              tls=_APACHE_TLS if self.server.tls else "", **self.ports)

    def arguments(self):
        return "-X", "-d", self.path(""), "-f", self.path("config")


class Varnish(Relay):
    PROGRAM = "varnishd"
    MODES = {"plain": None}

    def config(self):
        return _VCL.format(host=self.server.host, port=self.server.port)

    def arguments(self):
        os.mkdir(self.path("work"), 0o755)
        return ("-F", "-a", f"127.0.0.1:{self.ports['plain']}", "-f", self.path("config"), "-n", self.path("work"),
                "-p", "backend_idle_timeout=1")


class Socat(Relay):
    PROGRAM = "socat"
    PASSES_ON = True
    MODES = {"plain": None}

    def arguments(self):
        return ("-T", "1", f"TCP-LISTEN:{self.ports['plain']},bind=127.0.0.1,fork,reuseaddr", f"TCP:{self.target()}")


class Stunnel(Relay):
    """TLS for a scraper without. A server without TLS has another one of it in front."""

    PROGRAM = "stunnel4"
    MODES = {"plain": None}

    @classmethod
    def why_not(cls):
        return super().why_not() or (None if programs.find("openssl") else "openssl is not installed")

    def config(self):
        if self.server.tls:
            return _STUNNEL.format(plain=self.ports["plain"], encrypted=self.target())
        certificate = self.path("certificate")
        processes.run(programs.find("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                      "/CN=test", "-keyout", self.path("key"), "-out", certificate)
        with open(certificate, "a", encoding="ascii") as both, open(self.path("key"), encoding="ascii") as key:
            both.write(key.read())
        return (_STUNNEL + _STUNNEL_IN_FRONT).format(
            plain=self.ports["plain"], encrypted=f"127.0.0.1:{free_port()}", certificate=certificate,
            target=self.target())

    def arguments(self):
        return (self.path("config"),)
