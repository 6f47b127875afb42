# SPDX-License-Identifier: MIT
"""The recipes of packages have the files that Meson installs, and the libraries that the build looks for.

Whoever installs another file or needs another library is told here which recipe does not know of it.
"""

import os
import re
import subprocess
import tempfile
import unittest

from harness import runner
from packages import recipes
from packages.recipes import NAME

# What Debian's packages for the build are elsewhere: rpm's names, Arch's name, and whether the server needs that one to
# run, since it has a shared library. Of headers alone nothing is left then.
BUILD = {
    "libasio-dev": ({"asio-devel"}, "asio", False),
    "libcrypt-dev": ({"pkgconfig(libcrypt)"}, "libxcrypt", True),
    "libcurl4-openssl-dev": ({"pkgconfig(libcurl)"}, "curl", False),  # the server runs without, not so oneshotctl
    "libllhttp-dev": ({"llhttp-devel"}, "llhttp", True),
    "libnats-dev": (set(), None, False),  # only Debian has the package for clusters
    "libsimdjson-dev": ({"pkgconfig(simdjson)"}, "simdjson", True),
    "libssl-dev": ({"pkgconfig(libssl)", "pkgconfig(libcrypto)"}, "openssl", True),
    "libtomlplusplus-dev": ({"pkgconfig(tomlplusplus)"}, "tomlplusplus", False),
    "libxxhash-dev": ({"pkgconfig(libxxhash)"}, "xxhash", False),
    "libyaml-dev": ({"pkgconfig(yaml-0.1)"}, "libyaml", True),
    "zlib1g-dev": ({"pkgconfig(zlib)"}, "zlib", True),
    "meson": ({"meson"}, "meson", False),
    "pkgconf": ({"pkgconfig"}, None, False),  # a part of what Arch's makepkg expects anyhow
    "python3": ({"python3"}, "python", False),
    "debhelper-compat": (set(), None, False),
}
RPM_ALONE = {"gcc-c++", "systemd-rpm-macros"}  # Debian and Arch build with what is there always
LICENCES = {f"usr/share/licenses/{name}/LICENSE" for name in (NAME, "oneshotctl")}


class Files(unittest.TestCase):
    def setUp(self):
        self.installed = recipes.installed()
        self.assertIn(f"usr/bin/{NAME}", self.installed)
        if "usr/bin/oneshotctl" not in self.installed:
            self.skipTest("the build is without oneshotctl, which packages have")
        self.installed_elsewhere = self.installed - {recipes.CLUSTER_PROGRAM}
        self.elsewhere = {path.replace(*recipes.ZSH) for path in self.installed_elsewhere}
        self.of_the_service = recipes.of_the_service(self.enterContext(tempfile.TemporaryDirectory()))

    def check(self, patterns, files):
        """Each file is in one package, the right one; no line is about nothing."""
        for path in sorted(files):
            found = [package for package, pattern in patterns if recipes.matches(pattern, path)]
            self.assertEqual(found, [recipes.package_of(path)], f"packages that have {path}")
        for package, pattern in patterns:
            self.assertTrue(any(recipes.matches(pattern, path) for path in files),
                            f"{package}: {pattern} is no file that is installed")

    def test_the_spec_has_each_file_once_in_the_right_package_and_no_other(self):
        self.check(recipes.rpm_files(), self.elsewhere | self.of_the_service)

    def test_where_debian_splits_the_files_it_has_each_once_in_the_right_package(self):
        patterns = recipes.debian_files()
        if recipes.CLUSTER_PROGRAM not in self.installed:  # the build is without libnats
            patterns = [(package, pattern) for package, pattern in patterns if pattern != recipes.CLUSTER_PROGRAM]
        if patterns:
            self.check(patterns, self.installed)

    def test_archs_packages_have_each_file_once_in_the_right_package_and_no_other(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        found = self.packaged_by_arch(folder)
        wanted = self.elsewhere | self.of_the_service
        self.assertEqual(found["oneshotctl"] & found[NAME], set())
        self.assertEqual(found["oneshotctl"] | found[NAME], wanted | LICENCES)
        for package, files in found.items():
            self.assertEqual({recipes.package_of(path) for path in files - LICENCES}, {package})

    def packaged_by_arch(self, folder):
        """{package: files} of what the functions of the PKGBUILD do, where Meson installs empty files."""
        sources = os.path.join(folder, f"{NAME}-{recipes.version()}")
        os.symlink(recipes.programs.ROOT, sources)
        for path in self.installed_elsewhere:
            path = os.path.join(folder, "filled", path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii"):
                pass
        script = """
            set -eu
            meson() {
              [ "$*" = "install -C build --no-rebuild --destdir $pkgdir" ] || { echo "meson $*" >&2; exit 1; }
              cp -R filled/. "$pkgdir/"
            }
            . "$1"
            for pkgname in "${pkgname[@]}"; do
              pkgdir=$PWD/pkg/$pkgname
              mkdir -p "$pkgdir"
              "package_$pkgname"
            done
        """
        subprocess.run(["bash", "-c", script, "bash", recipes.PKGBUILD], cwd=folder, check=True)
        return {package: recipes.files_below(os.path.join(folder, "pkg", package))
                for package in os.listdir(os.path.join(folder, "pkg"))}


class Dependencies(unittest.TestCase):
    def test_every_recipe_builds_with_the_libraries_that_debian_builds_with(self):
        self.assertEqual(recipes.debian_build_depends(), set(BUILD))
        rpm = set().union(*(names for names, _, _ in BUILD.values()))
        self.assertEqual(recipes.rpm_build_requires(), rpm | RPM_ALONE)
        self.assertEqual(recipes.arch_array("makedepends"),
                         sorted(name for _, name, _ in BUILD.values() if name))

    def test_arch_needs_the_shared_libraries_to_run_too_which_others_find_by_themselves(self):
        needed = recipes.arch_array("depends", "package_" + NAME)
        shared = {name for _, name, is_shared in BUILD.values() if is_shared}
        self.assertEqual(set(needed) - shared, {"gcc-libs", "glibc", "systemd", "util-linux"})
        self.assertLessEqual(shared, set(needed))


class Alike(unittest.TestCase):
    def test_all_recipes_have_the_version_of_the_project(self):
        for path, pattern in ((("packaging", "rpm", NAME + ".spec"), r"^Version: +(.*)$"),
                              (("packaging", "arch", "PKGBUILD"), r"^pkgver=(.*)$"),
                              (("packaging", "debian", "changelog"), r"\A\S+ \((.*)-1\)"),
                              (("packaging", "container", "Containerfile"), r'image\.version="(.*?)"'),
                              (("packaging", "helm", NAME, "Chart.yaml"), r'^appVersion: "(.*)"$')):
            with self.subTest(path[1]):
                self.assertEqual(re.search(pattern, recipes.read(*path), re.MULTILINE).group(1), recipes.version())

    def test_all_recipes_name_one_home_of_the_project(self):
        found = {}
        for path in (("packaging", "rpm", NAME + ".spec"), ("packaging", "arch", "PKGBUILD"),
                     ("packaging", "debian", "control"), ("packaging", "debian", "watch"),
                     ("packaging", "debian", "upstream", "metadata"), ("packaging", "container", "Containerfile"),
                     ("packaging", "helm", NAME, "Chart.yaml")):
            homes = re.findall(r"https://github\.com/[\w-]+/[\w-]+", recipes.read(*path))
            self.assertTrue(homes, path)
            found.update(dict.fromkeys(homes, path))
        self.assertEqual(len(found), 1, found)

    def test_no_recipe_makes_a_user_since_systemd_does_while_the_service_runs(self):
        self.assertIn("\nDynamicUser=yes\n", recipes.read("packaging", "systemd", NAME + ".service"))
        for path in (recipes.SPEC, recipes.PKGBUILD):
            self.assertIsNone(re.search("useradd|sysusers|groupadd", recipes.read(path)))


if __name__ == "__main__":
    runner.main()
