# SPDX-License-Identifier: MIT
"""What the recipes say: Debian's control, the rpm spec, Arch's PKGBUILD; and what Meson would install."""

import fnmatch
import json
import os
import re
import subprocess

from harness import programs

NAME = "oneshot-metrics-server"
CLUSTER_PROGRAM = f"usr/bin/{NAME}-cluster"
PACKAGING = os.path.join(programs.ROOT, "packaging")
SPEC = os.path.join(PACKAGING, "rpm", NAME + ".spec")
PKGBUILD = os.path.join(PACKAGING, "arch", "PKGBUILD")
INSTALL = os.path.join(PACKAGING, "systemd", "install.sh")

# Where zsh looks, on Debian and elsewhere.
ZSH = ("zsh/vendor-completions", "zsh/site-functions")

# As rpm has them on every distribution that the spec is for.
_MACROS = {"name": NAME, "_bindir": "/usr/bin", "_datadir": "/usr/share", "_mandir": "/usr/share/man",
           "_unitdir": "/usr/lib/systemd/system", "_sysconfdir": "/etc"}


def read(*path):
    with open(os.path.join(programs.ROOT, *path), encoding="utf-8") as file:
        return file.read()


def version():
    return re.search(r"^  version: '(.*)',$", read("meson.build"), re.MULTILINE).group(1)


def installed():
    """What Meson installs, as paths below /usr without the first slash."""
    build = os.environ.get("ONESHOT_BUILD")
    if not build:
        raise SystemExit("ONESHOT_BUILD must name a build folder that Meson has set up")
    said = json.loads(subprocess.run(["meson", "introspect", "--installed", "--buildoptions", build],
                                     capture_output=True, text=True, check=True).stdout)
    prefix, = (option["value"] for option in said["buildoptions"] if option["name"] == "prefix")
    found = set()
    for source, target in said["installed"].items():
        target = "usr/" + os.path.relpath(target, prefix)
        found |= {os.path.join(target, path) for path in files_below(source)} if os.path.isdir(source) else {target}
    return found


def of_the_service(root):
    """What packaging/systemd/install.sh adds, put into this folder."""
    subprocess.run(["sh", INSTALL, root, _MACROS["_unitdir"], "/usr/share/doc/" + NAME], check=True)
    return files_below(root)


def files_below(folder):
    return {os.path.relpath(os.path.join(here, name), folder)
            for here, _, names in os.walk(folder) for name in names}


def package_of(path):
    """Which package a file belongs to, by its name; all pages of docs/ are the server's."""
    is_page = path.startswith("usr/share/doc/")
    if path == CLUSTER_PROGRAM:
        return os.path.basename(path)
    return "oneshotctl" if "oneshotctl" in os.path.basename(path) and not is_page else NAME


def debian_build_depends():
    """Each without its version, and of alternatives the first."""
    stanza = read("packaging", "debian", "control").split("\n\n")[0]
    field = re.search(r"^Build-Depends:(.*?)^\S", stanza + "\nEnd", re.MULTILINE | re.DOTALL).group(1)
    return {re.match(r"[^\s(|]+", entry.strip()).group(0) for entry in field.split(",")}


def rpm_build_requires():
    return set(re.findall(r"^BuildRequires: +([^\s]+)", read(SPEC), re.MULTILINE))


def rpm_files():
    """[(package, pattern)] of all that the sections %files list, but for the licence and folders as such."""
    found = []
    for options, body in re.findall(r"^%files(.*)\n((?:.+\n)+)", read(SPEC), re.MULTILINE):
        package = options.split()[-1] if options else NAME
        for line in body.splitlines():
            *marks, path = line.split()
            if "%license" not in marks and "%dir" not in marks:
                found.append((package, re.sub(r"%\{(\w+)\}", lambda macro: _MACROS[macro.group(1)], path)))
    return found


def matches(pattern, path):
    """Whether a line of %files, or of a *.install of debhelper, has this file; both take folders as a whole."""
    path, pattern = "/" + path, "/" + pattern.strip("/")
    return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, pattern + "/*")


def debian_files():
    """[(package, pattern)] of the *.install files; none while there is one package, which has all."""
    found, folder = [], os.path.join(PACKAGING, "debian")
    for name in os.listdir(folder):
        if name.endswith(".install"):
            found += [(name.removesuffix(".install"), line.split()[0])
                      for line in read(folder, name).splitlines() if line.strip()]
    return found


def arch_array(name, function=None):
    """An array of the PKGBUILD as bash has it: one of its head, or of a package's function."""
    call = f"_split_ctl() {{ :; }}; meson() {{ :; }}; sh() {{ :; }}; install() {{ :; }}; mv() {{ :; }}; {function};"
    script = f'. "$1"; {call if function else ""} printf "%s\\n" "${{{name}[@]}}"'
    done = subprocess.run(["bash", "-c", script, "bash", PKGBUILD], capture_output=True, text=True, check=True,
                          env={**os.environ, "pkgdir": "/nonexistent", "srcdir": "/nonexistent"})
    return done.stdout.split("\n")[:-1]
