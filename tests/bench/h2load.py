# SPDX-License-Identifier: MIT
"""A fixed number of requests from h2load (Debian: nghttp2-client), and what they cost."""

import os
import re
import shutil
import statistics
import subprocess
import sys

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}


def need():
    if not shutil.which("h2load"):
        print("skipped: h2load is not installed (Debian: nghttp2-client)")
        sys.exit(77)


def run(port, target, *options, scheme="http"):
    """How many requests were answered, each with 2xx; else the program ends."""
    command = ["h2load", "--h1", "-t1", *options, f"{scheme}://127.0.0.1:{port}{target}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    good = re.search(r"status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx", done.stdout)
    if done.returncode or not good:
        sys.exit(f"{command} went wrong:\n{done.stdout}{done.stderr}")
    return int(good.group(1))


def fire(server, target, requests, connections, in_flight, body=None):
    """(CPU in µs per request, {quantile: µs, per_second: answers}). Ends the program where an answer is not
    2xx. body: a file that each request has."""
    requests = max(requests // connections, in_flight, 1) * connections
    log = os.path.join(server.folder, "latencies")
    if os.path.exists(log):
        os.unlink(log)  # h2load appends
    before = server.cpu_seconds()
    answered = run(server.port, target, "-n", str(requests), "-c", str(connections), "-m", str(in_flight),
                   *(["-d", body] if body else ["-H", ":method: POST"]), f"--log-file={log}")
    cost = (server.cpu_seconds() - before) / requests * 1e6
    if answered != requests:
        sys.exit(f"{server.name}: {answered} of {requests} requests on {connections} connections were answered")
    with open(log, encoding="ascii") as file:
        answers = [(int(sent), int(took)) for sent, _, took in map(str.split, file)]
    times = sorted(took for _, took in answers)
    seconds = (max(sent + took for sent, took in answers) - min(sent for sent, _ in answers)) / 1e6
    return cost, {name: times[min(len(times) - 1, int(q * len(times)))] for name, q in QUANTILES.items()} | {
        "per_second": len(times) / seconds}


def median_of(results):
    """The medians of what several calls of fire() returned, and how far apart the costs were, in percent."""
    costs = [cost for cost, _ in results]
    quantiles = {name: statistics.median(q[name] for _, q in results) for name in QUANTILES}
    return {"cpu_us": statistics.median(costs), "spread_percent": 100 * (max(costs) / max(min(costs), 1e-9) - 1),
            **quantiles}
