# SPDX-License-Identifier: MIT
"""What a scraper is told to scrape: the part of the config that Prometheus and VictoriaMetrics have in common."""

import json


class Job:
    """What one job scrapes, once a second. Without a name the server knows it by its address.

    port: or a list of them, each a target; one with a colon has an address of its own
    """

    def __init__(self, port, name=None, address="127.0.0.1", **options):
        self._targets = [each if ":" in str(each) else f"{address}:{each}"
                         for each in (port if isinstance(port, list) else [port])]
        self._options = {**({"params": {"scraper": [name]}} if name else {}), **options}

    def config(self, job):
        """A JSON value is the same in YAML."""
        lines = [("job_name", job), ("static_configs", [{"targets": self._targets}]), *self._options.items()]
        return "- " + "\n  ".join(f"{key}: {json.dumps(value)}" for key, value in lines) + "\n"


def config(jobs, options=None, **more):
    """The text of a config file.

    jobs:    {name: Job}
    options: top-level keys
    more:    keys of `global`
    """
    top = {"global": {"scrape_interval": "1s", "scrape_timeout": "900ms", **more}, **(options or {})}
    return ("".join(f"{key}: {json.dumps(value)}\n" for key, value in top.items()) + "scrape_configs:\n"
            + "".join(job.config(name) for name, job in jobs.items()))
