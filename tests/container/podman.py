# SPDX-License-Identifier: MIT
"""buildah and podman with a storage of the test's own: images, containers and volumes that end with it."""

import json
import os
import shutil
import tempfile

from harness.processes import run
from harness.waiting import wait_until

# With runc and cgroupfs it works where neither systemd nor cgroups v2 are. Limits are low: raising one may
# be refused.
_RUN = ("--cgroup-manager", "cgroupfs", "--runtime", "runc")
_LIMITS = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=1000:1000", "--network", "host")
# As the chart has it; podman's --read-only alone would leave some folders open to writing.
_SAFE = ("--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges")


class Storage:
    """What is in it is there until remove()."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="oneshot-container-", dir="/var/tmp")
        self._where = ("--root", f"{self.folder}/root", "--runroot", f"{self.folder}/run",
                       "--storage-driver", "overlay")

    def remove(self):
        self.podman("rm", "--all", "--force", "--time", "0", status=None)
        run("umount", "--recursive", f"{self.folder}/root/overlay", status=None)
        shutil.rmtree(self.folder, ignore_errors=True)

    def buildah(self, *arguments, **options):
        return run("buildah", *self._where, *arguments, **options)

    def podman(self, *arguments, **options):
        return run("podman", *self._where, *_RUN, *arguments, **options)

    def make_base(self, name, fill):
        """An image of one layer; `fill` puts the files into its root folder."""
        container = self.buildah("from", "scratch").strip()
        mounted = self.buildah("mount", container).strip()
        fill(mounted)
        self.buildah("umount", container)
        self.buildah("commit", "--quiet", "--disable-compression", container, name)
        self.buildah("rm", container)

    def inspect(self, name, kind="container"):
        return json.loads(self.podman("inspect", "--type", kind, name))[0]

    def container(self, image, *options, arguments=()):
        """Starts one, and returns it without waiting for more."""
        said = self.podman("run", "--detach", *_SAFE, *_LIMITS, "--health-interval", "disable", *options,
                           image, *arguments)
        return Container(self, said.split()[-1])

    def once(self, image, *arguments, options=(), status=0):
        """What a container says that ends by itself."""
        return self.podman("run", "--rm", *_SAFE, *_LIMITS, "--no-healthcheck", *options, image, *arguments,
                           status=status)


class Container:
    def __init__(self, storage, name):
        self._storage = storage
        self.name = name
        self.pid = storage.inspect(name)["State"]["Pid"]

    def log(self):
        return self._storage.podman("logs", self.name, status=None)

    def wait_until_ready(self, connect):
        """`connect` opens a connection to its port."""
        def ready():
            assert os.path.exists(f"/proc/{self.pid}"), f"the container has ended; its log:\n{self.log()}"
            try:
                with connect() as connection:
                    return connection.get("/readyz").status == 200
            except OSError:
                return False
        wait_until(ready, "the container is ready", 20)

    def exec(self, *command, options=(), status=0):
        return self._storage.podman("exec", *options, self.name, *command, status=status)

    def healthcheck(self, status=0):
        return self._storage.podman("healthcheck", "run", self.name, status=status)

    def kill(self, signal):
        self._storage.podman("kill", "--signal", signal, self.name)

    def wait(self):
        """Its exit status, once it has ended."""
        return int(self._storage.podman("wait", self.name, seconds=30).split()[-1])

    def process_status(self):
        """The fields of /proc/PID/status of its first process."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
