# SPDX-License-Identifier: MIT
"""The part of the server's config that has it ask a store what it has."""

import functools
import subprocess
import tempfile

from harness import programs
from harness.server import toml


def settings(name, family, host, port):
    return {f"confirm.{name}.url": f"http://{host}:{port}", f"confirm.{name}.kind": family.kind}


@functools.cache
def why_not():
    """Why this server cannot ask; nothing where it can."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
        config.write(toml({"confirm.some.url": "http://127.0.0.1:9090", "confirm.some.kind": "prometheus",
                           "scrapers.names": ["some"]}))
        config.flush()
        done = subprocess.run([programs.server_binary(), "--config", config.name, "--check-config"],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return "" if done.returncode == 0 else "this server has no [confirm.NAME]"
