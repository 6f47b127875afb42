# SPDX-License-Identifier: MIT
"""How a block of each kind is run, as its reader would. A function for each kind takes a Bench with the block's text
and gives what ran; a client that is not there skips the block by name."""

import os
import re
import subprocess

from docs import manifests, pipelines
from harness import oneshotctl, programs

SECONDS = 150  # a first `go run` compiles the standard library


class Bench:
    """A folder of its own for one block, and an environment with nothing of ours in it. `sh` is the shell for what its
    reader's /bin/sh would run; `turn` counts how often the block was run before."""

    def __init__(self, block, text, folder, sh="sh", turn=0):
        self.block, self.text, self.folder, self.sh, self.turn = block, text, folder, sh, turn
        self.env = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME", "GOCACHE", "ONESHOT_NODE_MODULES")
                    if name in os.environ}
        self.env.update(LC_ALL="C.UTF-8", TMPDIR=folder)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, *command, env=None):
        return subprocess.run(command, cwd=self.folder, env={**self.env, **(env or {})}, capture_output=True,
                              text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)

    def shell(self, script, env=None, options="-eu"):
        return self.run(self.sh, options, self.write("script", script), env=env)


def shell(bench):
    if "curl" in bench.text:
        programs.need("curl")
    # As in a terminal: a command that fails does not end what comes after it.
    return bench.run(bench.sh, bench.write("script", bench.text))


def crontab(bench):
    """crontab(5): five fields; the command ends at the first % without a backslash, and the rest is its input."""
    if "oneshotctl" in bench.text:
        bench.env["PATH"] = f"{os.path.dirname(oneshotctl.program())}:{bench.env['PATH']}"
    else:
        programs.need("curl")
    entries = re.findall(r"^\S+ +\S+ +\S+ +\S+ +\S+ +(\S.*)$", bench.text, re.MULTILINE)
    assert len(entries) == len(bench.text.splitlines()) == 1, bench.text
    command, *rest = re.split(r"(?<!\\)%", entries[0])
    assert not rest, f"a bare % would end the command: {entries[0]}"
    return bench.run(bench.sh, "-c", command.replace(r"\%", "%"))


def python(bench):
    for name in bench.block.said["needs-module"]:
        programs.need_module(name, f"python3-{name}")
    return bench.run(programs.need("python3"), bench.write("event.py", bench.text))


def node(bench):
    program = programs.need("node")
    # Node finds a module only in a folder of that name; there a package manager or Debian has put it.
    for place in (bench.env.get("ONESHOT_NODE_MODULES"), "/usr/share/nodejs"):
        if place and os.path.isdir(place) and not os.path.exists(os.path.join(bench.folder, "node_modules")) and all(
                os.path.isdir(os.path.join(place, name)) for name in bench.block.said["needs-module"]):
            os.symlink(place, os.path.join(bench.folder, "node_modules"))
    for name in bench.block.said["needs-module"]:
        if not os.path.isdir(os.path.join(bench.folder, "node_modules", name)):
            programs.missing(f"node-{name} is not installed (or set ONESHOT_NODE_MODULES)")
    # Where a module lies, its own modules lie beside it: looked for from the link, not from where Debian has put it.
    return bench.run(program, "--preserve-symlinks", bench.write("event.mjs", bench.text))


def go(bench):
    bench.env.update(GOCACHE=bench.env.get("GOCACHE", os.path.join(bench.folder, "cache")), GOFLAGS="-mod=mod",
                     GO111MODULE="off", GOPROXY="off")
    return bench.run(programs.need("go"), "run", bench.write("event.go", bench.text))


def java(bench):
    programs.need("javac")
    return bench.run(programs.need("java"), bench.write("Event.java", bench.text))


def cpp(bench):
    compiler = programs.need("g++")
    source = bench.write("event.cpp", bench.text)
    probe = bench.run(compiler, "-x", "c++", "-include", "curl/curl.h", "-fsyntax-only", "/dev/null")
    if probe.returncode != 0:
        programs.missing("libcurl4-openssl-dev is not installed")
    built = bench.run(compiler, "-std=c++17", "-Wall", "-Wextra", "-Werror", source, "-o", "event", "-lcurl")
    return bench.run("./event") if built.returncode == 0 else built


def powershell(bench):
    return bench.run(programs.need("pwsh"), "-NoProfile", "-NonInteractive", "-File",
                     bench.write("event.ps1", bench.text))


def ansible(bench):
    return bench.run(programs.need("ansible-playbook"), bench.write("play.yml", bench.text),
                     env={"ANSIBLE_LOCALHOST_WARNING": "False", "ANSIBLE_LOCAL_TEMP": bench.folder})


def terraform(bench):
    program = programs.find("terraform") or programs.need("tofu")
    bench.write("main.tf", bench.text)
    env = {"CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
    begun = bench.run(program, "init", "-input=false", "-no-color", env=env)
    if begun.returncode != 0:
        return begun
    return bench.run(program, "apply", "-auto-approve", "-input=false", "-no-color", env=env)


# /bin/sh is dash here and bash there, and $? behind a $(…) is not the same in both.
_OF_A_SHELL = ("sh", "crontab", "gitlab", "jenkins")


def shells(kind):
    """What /bin/sh may be where a reader has a block of this kind; other kinds bring their own shell, or need none."""
    return ("sh", programs.need("bash")) if kind in _OF_A_SHELL else ("sh",)


KINDS = {
    "sh": shell, "crontab": crontab, "python": python, "node": node, "go": go, "java": java, "cpp": cpp,
    "powershell": powershell, "ansible": ansible, "terraform": terraform,
    "github": pipelines.github, "gitlab": pipelines.gitlab, "jenkins": pipelines.jenkins,
    "kubernetes": manifests.kubernetes, "argocd": manifests.argocd,
    "unit": manifests.unit, "curl-config": manifests.curl_config,
}
