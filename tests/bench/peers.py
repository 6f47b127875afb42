# SPDX-License-Identifier: MIT
"""What others take for a POST, beside ours: HTTP servers of other languages and libraries that answer 200 to anything,
and programs that store a metric.

    PYTHONPATH=tests ONESHOT_BINARY=build/oneshot-metrics-server ONESHOT_FLOOR=build/tests/bench/floor
        python3 -m bench.peers [--shape 64x16] [--requests N] [--rounds N] [--uwebsockets FOLDER]

Each of them is there if it is on this machine: nginx, prometheus-pushgateway (packages of Debian), VictoriaMetrics
(ONESHOT_VICTORIA_METRICS), Go's net/http (golang-go), Boost.Beast (libboost-dev), uWebSockets (a folder with its `src`,
and with uSockets in `uSockets`). One thread for each; none is a goal. All are fired at in turn in each round."""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

from bench import h2load, servers
from harness import programs
from harness.columns import print_table

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
SHAPES = [(1, 1), (64, 1), (64, 16)]
FLOOR, OURS, FILE = "floor (epoll and llhttp)", "ours", "ours, in a file"
CONFIG = "[storage]\ncapacity_mib = 512\n"
ONE_METRIC = 'deploy{service="checkout"} 1\n'


class Peer:
    """A server, and what it is asked for. body: of each request."""

    def __init__(self, name, command, target=servers.TARGET, body=None, scrapers=0):
        self.server, self.target = servers.Server(name, command, scrapers), target
        self.body = body and os.path.join(self.server.folder, "body")
        if body:
            with open(self.body, "w", encoding="ascii") as file:
                file.write(body)
        self.results = {}

    def fire(self, requests, shape, counts):
        result = h2load.fire(self.server, self.target, requests, *shape, body=self.body)
        if counts:
            self.results.setdefault(shape, []).append(result)

    def median(self, shape):
        return h2load.median_of(self.results[shape])


def build(folder, uwebsockets):
    """{name: program} of those that can be built here."""
    built = {}

    def made_by(name, *command):
        subprocess.run(command, check=True, cwd=folder)
        built[name] = os.path.join(folder, command[command.index("-o") + 1])
    if shutil.which("go"):
        made_by("Go net/http", "go", "build", "-o", "net_http", os.path.join(HERE, "net_http.go"))
    if os.path.exists("/usr/include/boost/beast.hpp"):
        made_by("Boost.Beast", "c++", "-std=c++20", "-O3", "-o", "beast", os.path.join(HERE, "beast.cpp"), "-pthread")
    if uwebsockets:
        sources = glob.glob(f"{uwebsockets}/uSockets/src/*.c") + glob.glob(f"{uwebsockets}/uSockets/src/*/*.c")
        flags = ["-O3", "-DLIBUS_NO_SSL", f"-I{uwebsockets}/uSockets/src"]
        subprocess.run(["cc", *flags, "-c", *sources], check=True, cwd=folder)
        made_by("uWebSockets", "c++", "-std=c++20", *flags, "-DUWS_NO_ZLIB", f"-I{uwebsockets}/src",
                "-o", "uwebsockets", os.path.join(HERE, "uwebsockets.cpp"), *glob.glob(f"{folder}/*.o"))
    return built


def started(folder, uwebsockets):
    binary = os.environ["ONESHOT_BINARY"]
    yield Peer(FLOOR, servers.floor(os.environ["ONESHOT_FLOOR"]))
    yield Peer(OURS, servers.ours(binary, CONFIG), scrapers=5)
    yield Peer(FILE, servers.ours(binary, CONFIG, in_file=True), scrapers=5)
    for name, program in build(folder, uwebsockets).items():
        yield Peer(name, servers.by_command_line(f"env GOMAXPROCS=1 {program} {{port}}"))
    if servers.nginx():
        yield Peer("nginx return 200", servers.nginx())
    if shutil.which("prometheus-pushgateway"):
        yield Peer("pushgateway", servers.by_command_line(
            "env GOMAXPROCS=1 prometheus-pushgateway --log.level=error --web.listen-address=127.0.0.1:{port}"),
                   "/metrics/job/bench", ONE_METRIC)
    if store := programs.find("victoria-metrics", "ONESHOT_VICTORIA_METRICS"):
        yield Peer("VictoriaMetrics import", servers.by_command_line(
            f"env GOMAXPROCS=1 {store} -httpListenAddr=127.0.0.1:{{port}} -storageDataPath=data -loggerLevel=ERROR"),
                   "/api/v1/import/prometheus", ONE_METRIC)


def measure(peers, arguments):
    for number in range(arguments.rounds + 1):
        for shape in arguments.shape or SHAPES:
            requests = arguments.requests * (4 if shape[1] > 1 else 1)
            for peer in peers if number % 2 else reversed(peers):
                peer.fire(requests // (1 if number else 10), shape, number > 0)  # the first round warms up
        print(f"round {number} of {arguments.rounds}", file=sys.stderr, flush=True)


def rows(peers, shape):
    floor = peers[0].median(shape)["cpu_us"]
    for peer in peers:
        median = peer.median(shape)
        cost = median["cpu_us"]
        yield (f"{shape[0]} x {shape[1]}", peer.server.name, f"{cost:.2f}", f"{cost / floor:.2f}",
               f"{median['p50']:.0f}", f"{median['p99']:.0f}", "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", type=lambda text: tuple(map(int, text.split("x"))), action="append")
    parser.add_argument("--requests", type=int, default=20_000, help="of each measurement; pipelined four times")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--uwebsockets")
    arguments = parser.parse_args()
    h2load.need()
    peers = []
    with tempfile.TemporaryDirectory(prefix="oneshot-bench-") as folder:
        try:
            peers.extend(started(folder, arguments.uwebsockets and os.path.abspath(arguments.uwebsockets)))
            measure(peers, arguments)
        finally:
            for peer in peers:
                peer.server.stop()
    for shape in arguments.shape or SHAPES:
        print_table([("shape", "server", "CPU µs", "x floor", "p50 µs", "p99 µs", ""), *rows(peers, shape), [""] * 7])


if __name__ == "__main__":
    main()
