# SPDX-License-Identifier: MIT
"""Small C files that stand between the server and the C library, by LD_PRELOAD."""

import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


class Preload:
    """Compiled for the time of the with block: a dictionary of variables for the server is `env`."""

    def __init__(self, source):
        self._source = os.path.join(HERE, source)
        self._folder = tempfile.TemporaryDirectory(prefix="oneshot-preload-")
        self._library = os.path.join(self._folder.name, "preload.so")

    def __enter__(self):
        compiler = next((path for name in (os.environ.get("CC"), "cc", "gcc", "clang", "clang-14")
                         if name and (path := shutil.which(name))), None)
        if compiler is None:
            raise unittest.SkipTest("no C compiler for what stands between the server and the C library")
        subprocess.run([compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread",
                        "-o", self._library, self._source, "-ldl"], check=True)
        return self

    def __exit__(self, kind, value, trace):
        self._folder.cleanup()

    def env(self, **more):
        return {"LD_PRELOAD": self._library, "ASAN_OPTIONS": "verify_asan_link_order=0", **more}
