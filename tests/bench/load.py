# SPDX-License-Identifier: MIT
"""A fixed number of requests from h2load (Debian: nghttp2-client), and what they cost."""

import os
import re
import shutil
import statistics
import subprocess
import sys

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}


def need_h2load():
    if not shutil.which("h2load"):
        print("SKIP: no h2load here (Debian package nghttp2-client)")
        sys.exit(77)


def fire(server, target, requests, connections, in_flight):
    """(CPU in µs per request, {quantile: µs}). Ends the program where a request is not answered with 2xx."""
    requests = max(requests // connections, in_flight, 1) * connections
    log = os.path.join(server.folder, "latencies")
    if os.path.exists(log):
        os.unlink(log)  # h2load appends
    before = server.cpu_seconds()
    done = subprocess.run(
        ["h2load", "--h1", "-t1", "-n", str(requests), "-c", str(connections), "-m", str(in_flight),
         "-H", ":method: POST", f"--log-file={log}", f"http://127.0.0.1:{server.port}{target}"],
        capture_output=True, text=True, timeout=300, check=False)
    cost = (server.cpu_seconds() - before) / requests * 1e6
    good = re.search(r"status codes: (\d+) 2xx", done.stdout)
    if done.returncode or not good or int(good.group(1)) != requests:
        sys.exit(f"{server.name}: {requests} requests on {connections} connections went wrong:\n"
                 f"{done.stdout}{done.stderr}")
    with open(log, encoding="ascii") as file:
        times = sorted(int(line.split("\t")[2]) for line in file)
    return cost, {name: times[min(len(times) - 1, int(q * len(times)))] for name, q in QUANTILES.items()}


def median_of(results):
    """The medians of what several calls of fire() returned, and how far apart the costs were, in percent."""
    costs = [cost for cost, _ in results]
    quantiles = {name: statistics.median(q[name] for _, q in results) for name in QUANTILES}
    return {"cpu_us": statistics.median(costs), "spread_percent": 100 * (max(costs) / max(min(costs), 1e-9) - 1),
            **quantiles}
