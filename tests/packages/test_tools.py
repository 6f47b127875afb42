# SPDX-License-Identifier: MIT
"""What the tools of each family of packages say of our recipes; one that is not installed is skipped by name."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import programs, runner
from packages import recipes
from packages.recipes import NAME


def said(*line, folder=None):
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60, cwd=folder)
    assert done.returncode == 0, f"{line}: status {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


class Rpm(unittest.TestCase):
    def test_reads_the_spec_for_fedora_for_opensuse_and_with_llhttp_as_sources(self):
        rpmspec = programs.need("rpmspec")
        fedora = said(rpmspec, "--parse", recipes.SPEC)
        self.assertIn(f"\nVersion:        {recipes.version()}\n", fedora)
        self.assertIn("\n%systemd_post oneshot-metrics-server.service\n", fedora + "\n")
        self.assertNotIn("%service_", fedora)
        suse = said(rpmspec, "--define", "suse_version 1600", "--parse", recipes.SPEC)
        self.assertIn("\n%service_add_post oneshot-metrics-server.service\n", suse)
        self.assertNotIn("%systemd_post", suse)
        sources = said(rpmspec, "--define", "llhttp /srv/llhttp", "--parse", recipes.SPEC)
        self.assertNotIn("llhttp-devel", sources)
        self.assertIn("-Dllhttp:sources=/srv/llhttp/src -Dllhttp:headers=/srv/llhttp/include", sources)

    def test_makes_two_packages_of_the_spec(self):
        names = said(programs.need("rpmspec"), "--query", "--queryformat", "%{name} %{license}\n", recipes.SPEC)
        self.assertEqual(sorted(names.splitlines()), [f"{NAME} MIT", "oneshotctl MIT"])

    def test_rpmlint_finds_no_error(self):
        text = said(programs.need("rpmlint"), recipes.SPEC)
        self.assertEqual(re.findall(r"(?m)^.*: E: .*$", text), [])


class Arch(unittest.TestCase):
    def test_makepkg_reads_the_recipe(self):
        makepkg = programs.need("makepkg")
        programs.need("pacman")  # makepkg ends without it, and says nothing
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(recipes.PKGBUILD, folder)
            os.chmod(folder, 0o777)
            nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]  # it refuses root
            text = said(*(nobody if os.geteuid() == 0 else []), makepkg, "--printsrcinfo", folder=folder)
        self.assertEqual(re.findall(r"(?m)^pkgname = (.*)$", text), [NAME, "oneshotctl"])
        self.assertIn(f"\tpkgver = {recipes.version()}\n", text)

    def test_namcap_finds_no_error(self):
        self.assertEqual(re.findall(r"(?m)^.* E: .*$", said(programs.need("namcap"), recipes.PKGBUILD)), [])


class Shell(unittest.TestCase):
    def test_shellcheck_finds_nothing_in_what_packages_run(self):
        scripts = [recipes.INSTALL, *(os.path.join(recipes.PACKAGING, "debian", *path)
                                      for path in (["tests", "smoke"], [NAME + ".postrm"]))]
        said(programs.need("shellcheck"), "--shell=sh", *scripts)


if __name__ == "__main__":
    runner.main()
