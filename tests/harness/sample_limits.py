# SPDX-License-Identifier: MIT
"""How many samples a scrape of a server has beside its events, and how many `oneshotctl check` leaves room for."""

import json
import os
import re
import tempfile

from .oneshotctl import run


def job(limit, scraper="prom-a", port=8090):
    """A prometheus.yml."""
    return (f"scrape_configs:\n- job_name: events\n  params: {{scraper: [{scraper}]}}\n  honor_labels: true\n"
            f"  sample_limit: {limit}\n  static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n")


def findings(server, limit):
    """[(weight, text)] of check about this limit, by the server's config."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "prometheus.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(job(limit))
        found = json.loads(run("check", path, "--config", server.config, "--json").out)
    return [(one["weight"], one["text"]) for one in found if "sample_limit" in one["text"]]


def demanded(server, weight="error"):
    """The lowest limit of which check says nothing of this weight; a warning is hidden behind the error."""
    limit = 1
    for _ in range(2):
        (found, text), = findings(server, limit)
        limit = int(re.search(r"is below (\d+)", text).group(1))
        if found == weight:
            assert all(other != weight for other, _ in findings(server, limit)), text
            return limit
    raise AssertionError(text)


def real(server):
    """What the next scrape has beside events, without taking it: oneshot_batch is not in a look."""
    own = server.get("/metrics?events=0").text.splitlines()
    return 1 + sum(1 for line in own if line and not line.startswith("#"))
