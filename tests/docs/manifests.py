# SPDX-License-Identifier: MIT
"""Blocks that a cluster or a service manager would read: YAML and units."""

import re
import shlex
import uuid

from harness import programs

_ARGO_SAMPLE = {"app.metadata.name": "shop", "app.spec.project": "default",
                "app.status.operationState.phase": "Succeeded"}


def load_all(bench):
    return list(programs.need_module("yaml", "python3-yaml").safe_load_all(bench.text))


def _pods(node):
    """Every specification of a pod, wherever it lies."""
    if isinstance(node, dict):
        if "containers" in node:
            yield node
        for child in node.values():
            yield from _pods(child)
    elif isinstance(node, list):
        for child in node:
            yield from _pods(child)


def _fields(bench, attempt):
    """What a cluster fills in. Each turn is a Job of another namespace or cluster, where it has the same name."""
    return {"metadata.name": f"shop-event-{attempt}", "metadata.labels['batch.kubernetes.io/job-name']": "shop-event",
            "metadata.labels['batch.kubernetes.io/controller-uid']":
                str(uuid.uuid5(uuid.NAMESPACE_URL, f"{bench.block.place} {bench.turn}"))}


def _run_pod(bench, pod, fields):
    """Init containers, then containers; an image of curl is this machine's curl."""
    ran = None
    for container in [*pod.get("initContainers", ()), *pod["containers"]]:
        command = container.get("command", ["curl"] if container["image"] == "curlimages/curl" else [])
        # $(NAME) in arguments is Kubernetes' own.
        env = {variable["name"]: fields[variable["valueFrom"]["fieldRef"]["fieldPath"]]
               for variable in container.get("env", ())}
        arguments = [re.sub(r"\$\((\w+)\)", lambda name, env=env: env[name[1]], argument)
                     for argument in container.get("args", ())]
        ran = bench.run(*command, *arguments)
        if ran.returncode != 0:
            return ran
    return ran


def kubernetes(bench):
    """A pod of the Job, and another one that tries it again because nobody learned how the first one ended."""
    programs.need("curl")
    ran = None
    for pod in _pods(load_all(bench)):
        for attempt in range(2):
            ran = _run_pod(bench, pod, _fields(bench, attempt))
            if ran.returncode != 0:
                return ran
    return ran


def argocd(bench):
    """What the notifications controller would send for a sample of an application."""
    programs.need("curl")
    yaml = programs.need_module("yaml", "python3-yaml")
    data = {name: yaml.safe_load(text) for name, text in load_all(bench)[0]["data"].items()}
    (service,) = (name.removeprefix("service.webhook.") for name in data if name.startswith("service."))
    target = data[f"service.webhook.{service}"]
    (template,) = (value["webhook"][service] for name, value in data.items() if name.startswith("template."))
    (trigger,) = (value for name, value in data.items() if name.startswith("trigger."))
    assert f"template.{trigger[0]['send'][0]}" in data
    # Of Go's templates only fields through urlquery are used, and the samples need no encoding.
    body = re.sub(r"\{\{\.([\w.]+) \| urlquery\}\}", lambda field: _ARGO_SAMPLE[field[1]], template["body"])
    headers = [word for header in target["headers"] for word in ("-H", f"{header['name']}: {header['value']}")]
    return bench.run("curl", "-sS", "--fail-with-body", "-X", template["method"], *headers, "--data-raw", body,
                     target["url"])


def unit(bench):
    """A drop-in: systemd takes it for a unit that has the name, beside our template."""
    analyze = programs.need("systemd-analyze")
    with open(f"{programs.ROOT}/packaging/systemd/oneshot-event@.service", encoding="utf-8") as file:
        template = file.read()
    # Verified by systemd of this machine, which need not have curl or the manual.
    bench.write("oneshot-event@.service", re.sub(r"^Documentation=.*\n", "", template, flags=re.MULTILINE))
    path = bench.write(bench.block.argument, bench.text + "[Service]\nType=oneshot\nExecStart=/bin/true\n")
    ran = bench.run(analyze, "verify", "--man=no", path, f"{bench.folder}/oneshot-event@backup.service.service",
                    env={"SYSTEMD_UNIT_PATH": f"{bench.folder}:"})
    faults = [line for line in ran.stderr.splitlines() if "oneshot-event" in line or bench.block.argument in line]
    ran.returncode = 1 if faults else ran.returncode
    return ran


def curl_config(bench):
    """curl understands each line; nothing is sent to anybody."""
    programs.need("curl")
    for line in bench.text.splitlines():
        assert shlex.split(line)[1] == "=", line
    return bench.run("curl", "-sS", "--config", bench.write("config", bench.text), "--version")
