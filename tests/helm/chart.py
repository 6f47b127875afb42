# SPDX-License-Identifier: MIT
"""The chart as helm renders it, and what the API's schemas say of that."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import tomllib
import unittest

from harness import programs

try:
    import yaml
except ImportError:
    yaml = None

HERE = os.path.dirname(os.path.abspath(__file__))
CHART = os.path.join(programs.ROOT, "packaging", "helm", "oneshot-metrics-server")
VALUE_SETS = sorted(name.removesuffix(".yaml") for name in os.listdir(os.path.join(HERE, "values")))
EXAMPLE = os.path.join(programs.ROOT, "config", "oneshot-metrics-server.toml")
REQUIRED = ("--set", "serviceName=events,serviceNamespace=observability")

_helm = None
_folder = None


def prepare():
    """Finds helm, or skips. One that was downloaded for the tests (ONESHOT_HELM) is a third party's program:
    it runs as nobody, without a network, and sees copies."""
    global _helm, _folder
    helm = programs.need("helm", "ONESHOT_HELM")
    if yaml is None:
        raise unittest.SkipTest("python3-yaml is not installed")
    _folder = tempfile.TemporaryDirectory(prefix="oneshot-helm-")
    os.chmod(_folder.name, 0o755)
    shutil.copytree(CHART, os.path.join(_folder.name, "chart"))
    shutil.copytree(os.path.join(HERE, "values"), os.path.join(_folder.name, "values"))
    os.mkdir(os.path.join(_folder.name, "home"), 0o777)
    os.chmod(os.path.join(_folder.name, "home"), 0o777)
    if os.environ.get("ONESHOT_HELM") and os.geteuid() == 0:
        shutil.copy(helm, os.path.join(_folder.name, "helm"))
        _helm = ["unshare", "--net", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                 "--no-new-privs", os.path.join(_folder.name, "helm")]
    else:
        _helm = [helm]


def clean_up():
    if _folder:
        _folder.cleanup()


def settings():
    """{section: {key: value}} of the server, with those that the config shows as examples (lines of # and no blank)."""
    with open(EXAMPLE, encoding="utf-8") as file:
        return tomllib.loads(re.sub(r"^#(?=[^ \n])", "", file.read(), flags=re.MULTILINE))


def config(found):
    """The server's config in the rendered ConfigMap."""
    return tomllib.loads(found["ConfigMap"]["data"]["config.toml"])


def values_of(name):
    """The arguments that give a value set."""
    return ("--values", os.path.join(_folder.name, "values", name + ".yaml"))


def inline(text):
    """The arguments that give values of this text."""
    path = os.path.join(_folder.name, "values", "inline.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return ("--values", path)


def helm(command, *arguments, name=None):
    """What helm makes of the chart: (status, output, errors)."""
    line = [*_helm, command, *([name] if name else []), os.path.join(_folder.name, "chart"), *arguments]
    environment = {"HOME": os.path.join(_folder.name, "home"), "PATH": os.environ["PATH"]}
    done = subprocess.run(line, text=True, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=60, cwd=_folder.name, env=environment)
    return done.returncode, done.stdout, done.stderr


def render(*arguments, name="events-to-metrics"):
    """The text of all manifests."""
    status, output, errors = helm("template", *arguments, name=name)
    assert status == 0, f"helm template {arguments}: status {status}:\n{errors}"
    return output


def refusal(*arguments):
    """Why helm refuses these values, on top of the required ones."""
    status, output, errors = helm("template", *REQUIRED, *arguments, name="events-to-metrics")
    assert status != 0, f"helm template {arguments} was not refused:\n{output}"
    return errors


def notes(*arguments):
    """What `helm install` says at its end. Without a cluster helm does not print it: a manifest takes it."""
    templates = os.path.join(_folder.name, "chart", "templates")
    with open(os.path.join(templates, "NOTES.txt"), encoding="utf-8") as file:
        text = file.read()
    path = os.path.join(templates, "notes.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{{ define "notes" }}' + text + '{{ end }}\nnotes: {{ include "notes" . | toJson }}\n')
    try:
        said = render(*REQUIRED, *arguments, "--show-only", "templates/notes.yaml")
    finally:
        os.unlink(path)
    return manifests(said)[0]["notes"]


def manifests(text):
    return [document for document in yaml.safe_load_all(text) if document]


def rendered(*arguments):
    """{kind: manifest}; no kind is there twice but for what hooks are."""
    found = {}
    for manifest in manifests(render(*arguments)):
        assert manifest["kind"] not in found, manifest["kind"]
        found[manifest["kind"]] = manifest
    return found


def workload(found):
    """The pod template of the server, whatever holds it."""
    return (found.get("StatefulSet") or found["Deployment"])["spec"]["template"]


def pod_specs(found):
    """{name: spec} of every pod that these manifests lead to."""
    specs = {"server": workload(found)["spec"]}
    if "CronJob" in found:
        specs["cron job"] = found["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    if "Pod" in found:
        specs["helm test"] = found["Pod"]["spec"]
    return specs


def need_schemas():
    """The command that holds manifests to the API's schemas, or this test is skipped."""
    modules = os.environ.get("ONESHOT_NODE_MODULES", "")
    if not os.path.isdir(modules):
        raise unittest.SkipTest("the schemas are not installed (npm ci in tests/helm; ONESHOT_NODE_MODULES)")
    return [programs.need("node"), os.path.join(HERE, "check_manifests.js"), modules]


def schema_findings(documents):
    """Lines about what in these manifests is not as the API has it."""
    command = need_schemas()
    done = subprocess.run(command, text=True, input=json.dumps(documents), capture_output=True, check=False,
                          timeout=60)
    assert done.returncode in (0, 1) and not done.stderr, done.stderr
    return done.stdout.splitlines()
