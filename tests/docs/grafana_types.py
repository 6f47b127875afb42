# SPDX-License-Identifier: MIT
"""Holds a dashboard to Grafana's own types: as a literal of @grafana/schema's Dashboard, read by its compiler.
ONESHOT_GRAFANA_SCHEMA names a folder in which npm has installed @grafana/schema and typescript."""

import copy
import json
import os
import re
import subprocess

from harness import programs

# What the type does not have: of a data source's own, and older names that newer versions still read.
_OF_THE_SOURCE = ("expr", "step", "titleFormat", "textFormat", "tagKeys")
# Words that are members of an enum there.
_WORDS = {'"mode": "absolute"': '"mode": ThresholdsMode.Absolute',
          '"mode": "thresholds"': '"mode": FieldColorModeId.Thresholds'}


def literal(dashboard):
    plain = copy.deepcopy(dashboard)
    for annotation in plain["annotations"]["list"]:
        for name in _OF_THE_SOURCE:
            annotation.pop(name, None)
        annotation["target"] = {"refId": annotation["target"]["refId"]}
    text = json.dumps(plain, indent=1)
    for word, member in _WORDS.items():
        text = text.replace(word, member)
    return ("import { type Dashboard, FieldColorModeId, ThresholdsMode } from '@grafana/schema';\n"
            f"export const dashboard: Dashboard = {text};\n")


def complaints(dashboard, folder):
    """What the compiler says about it, with the lines of the literal; the test is skipped where there is none."""
    modules = os.environ.get("ONESHOT_GRAFANA_SCHEMA", "")
    if not os.path.isdir(os.path.join(modules, "node_modules", "@grafana", "schema")):
        programs.missing("@grafana/schema is not installed (ONESHOT_GRAFANA_SCHEMA)")
    node = programs.need("node")
    source = os.path.join(folder, "dashboard.ts")
    os.symlink(os.path.abspath(os.path.join(modules, "node_modules")), os.path.join(folder, "node_modules"))
    with open(source, "w", encoding="utf-8") as file:
        file.write(literal(dashboard))
    compiler = os.path.join(folder, "node_modules", "typescript", "bin", "tsc")
    ran = subprocess.run([node, compiler, "--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "node",
                          "--target", "es2020", source], cwd=folder, capture_output=True, text=True, check=False)
    lines = literal(dashboard).splitlines()
    return [f"{lines[int(line) - 1].strip()}: {said}"
            for line, said in re.findall(r"dashboard\.ts\((\d+),\d+\): (.*)", ran.stdout)] or ran.stderr.splitlines()
