# SPDX-License-Identifier: MIT
"""Blocks for systems that run pipelines: what such a system would give to a shell is taken out of the block's own
syntax, with the variables that the system sets."""

import re

from harness import programs

_GITHUB = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "1658821493",
           "GITHUB_RUN_ATTEMPT": "1", "CI": "true"}
_GITHUB_EXPRESSIONS = {"job.status": "success"}
_GITLAB = {"CI_PROJECT_PATH": "acme/shop", "CI_COMMIT_REF_NAME": "main", "CI_JOB_STATUS": "success",
           "CI_JOB_ID": "9911", "CI": "true"}
_JENKINS = {"JOB_NAME": "shop/deploy", "RESULT": "SUCCESS", "BUILD_TAG": "jenkins-shop-deploy-7"}


def _yaml(bench):
    programs.need("curl")
    return programs.need_module("yaml", "python3-yaml").safe_load(bench.text)


def _expression(match):
    return _GITHUB_EXPRESSIONS[match[1].strip()]


def github(bench):
    """Each step's `run`, by `bash -e` as the runner does."""
    ran = None
    for job in _yaml(bench)["jobs"].values():
        assert job["runs-on"], job
        for step in job["steps"]:
            assert "${{" not in step["run"], "what comes from outside belongs into env"
            env = {name: re.sub(r"\$\{\{(.*?)\}\}", _expression, value) for name, value in step.get("env", {}).items()}
            ran = bench.run(programs.need("bash"), "-e", bench.write("step", step["run"]), env={**_GITHUB, **env})
            if ran.returncode != 0:
                return ran
    return ran


def gitlab(bench):
    """Each job's script and then its after_script, in shells of their own."""
    ran = None
    for job in _yaml(bench).values():
        env = dict(_GITLAB)
        if "environment" in job:
            env["CI_ENVIRONMENT_NAME"] = job["environment"]
        for part in ("script", "after_script"):
            if part in job:
                ran = bench.shell("\n".join(job[part]), env)
                if ran.returncode != 0:
                    return ran
    return ran


def jenkins(bench):
    """The script of its `sh` step. Whether the whole is Groovy says Groovy, where there is one."""
    programs.need("curl")
    groovyc = programs.find("groovyc")
    if groovyc:
        # The words of a declarative pipeline are calls with closures, so the compiler knows no unknown one.
        compiled = bench.run(groovyc, bench.write("Jenkinsfile.groovy", bench.text))
        if compiled.returncode != 0:
            return compiled
    (script,) = re.findall(r"sh '''\n(.*?)'''", bench.text, re.DOTALL)
    # In a Groovy string of three single quotes a backslash at the end of a line takes the line's end away.
    return bench.shell(script.replace("\\\n", ""), _JENKINS)
