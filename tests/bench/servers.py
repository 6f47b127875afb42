# SPDX-License-Identifier: MIT
"""The servers that are compared, each started on a port of its own on loopback and ended by its pid."""

import os
import shutil
import subprocess
import sys
import tempfile

from bench.cpu import CpuMeter
from harness import processes, programs
from harness.remote import Remote
from harness.sockets import free_port, listens
from harness.waiting import wait_until

TARGET = "/event?type=deploy&service=checkout"

NGINX = """
worker_processes 1; daemon off; pid nginx.pid; error_log stderr crit;
events { worker_connections 8192; }
http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  server { listen 127.0.0.1:%d backlog=4096 %s; location / { return 200; } } }
"""


class Server:
    """A running one. `command(port, folder)` gives its command line; what it writes goes into `folder`."""

    def __init__(self, name, command, scrapers=0):
        self.name, self.port = name, free_port()
        self.folder = tempfile.mkdtemp(prefix="oneshot-bench-")
        self.meter = CpuMeter()
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            command(self.port, self.folder), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, preexec_fn=self.meter.enter)
        wait_until(self._listens, f"{name} listens on port {self.port}", 15)
        for number in range(scrapers):
            Remote(self.port).scrape(f"s{number}")

    def _listens(self):
        if self.process.poll() is not None:
            with open(self.log.name, encoding="utf-8", errors="replace") as log:
                sys.exit(f"{self.name} has ended:\n{log.read()}")
        return listens(self.port)

    def cpu_seconds(self):
        return self.meter.seconds(self.process.pid)

    def status(self, field):
        """A line of /proc/PID/status in KiB, such as VmHWM."""
        return processes.memory(self.process.pid, field) // 1024

    def stop(self):
        processes.end(self.process)
        self.log.close()
        self.meter.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def ours(binary, config="", in_file=False):
    binary = os.path.abspath(binary)  # it is started in a folder of its own

    def command(port, folder):
        text = config.replace("[storage]", f'[storage]\npath = "{folder}/events.log"') if in_file else config
        path = os.path.join(folder, "config.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[server]\nthreads = 1\nhost = \"127.0.0.1\"\n" + text)
        return [binary, "--config", path, "--port", str(port), "--log-level", "error"]
    return command


def floor(binary):
    binary = os.path.abspath(binary)
    return lambda port, folder: [binary, str(port)]


def nginx(tls=""):
    """None where there is none. tls: what makes its port one of TLS."""
    program = programs.find("nginx", "ONESHOT_NGINX")
    if not program:
        return None

    def command(port, folder):
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(NGINX % (port, tls))
        return [program, "-p", folder, "-c", path]
    return command


def by_command_line(text):
    """Any other: a shell command in which {port} stands for the port."""
    return lambda port, folder: ["sh", "-c", "exec " + text.replace("{port}", str(port))]
