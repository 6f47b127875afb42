# SPDX-License-Identifier: MIT
"""A base for the image where neither registry nor mirror may be reachable: the packages of this Debian that every
Debian has, copied file by file. It is the release that the binary under test was built on."""

import os
import re
import subprocess

from harness.processes import run

# Besides those marked as essential: what Debian's own images have too, since apt needs it.
_MORE = ("libstdc++6",)
_NOT_NEEDED = ("/usr/share/doc", "/usr/share/locale", "/usr/share/man")
# Made by the packages' scripts or their administrator, so that no package says it is its own.
_MADE = ("/etc/passwd", "/etc/group")
_NAME = re.compile(r"(?:^|[,|]) *([a-z0-9][a-z0-9.+-]+)")


def _packages():
    """The essential packages, _MORE, and all that these depend on."""
    installed, needs, wanted = set(), {}, list(_MORE)
    fields = "${Package}\t${Essential}\t${Pre-Depends}, ${Depends}\t${Provides}\n"
    for line in run("dpkg-query", "--show", "--showformat", fields).splitlines():
        name, essential, depends, provides = line.split("\t")
        installed.add(name)
        needs.setdefault(name, []).extend(_NAME.findall(depends))
        for virtual in _NAME.findall(provides):
            needs.setdefault(virtual, []).append(name)
        if essential == "yes":
            wanted.append(name)
    found = set()
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted += needs.get(name, [])
    return sorted(found & installed)


def copy_to(root):
    """Into this empty folder."""
    paths = set(_MADE)
    for path in run("dpkg-query", "--listfiles", *_packages()).splitlines():
        if path.startswith("/") and not path.startswith(_NOT_NEEDED):
            # /bin is a link to /usr/bin, where the package may not know of it.
            folder, name = os.path.split(path)
            paths.add(os.path.join(os.path.realpath(folder), name))
            if os.path.islink(folder):
                paths.add(folder)
    files = "".join(path.lstrip("/") + "\0" for path in sorted(paths) if os.path.lexists(path) and path != "/.")
    packed = subprocess.run(["tar", "-C", "/", "--create", "--no-recursion", "--null", "--files-from=-"],
                            input=files.encode(), stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-C", root, "--extract", "--preserve-permissions"], input=packed, check=True)
    run("ldconfig", "-r", root)
