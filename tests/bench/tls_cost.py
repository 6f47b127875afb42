# SPDX-License-Identifier: MIT
"""What TLS costs: a POST on a kept connection beside the same without TLS, and a handshake, both beside nginx.

    PYTHONPATH=tests python3 -m bench.tls_cost --binary build/oneshot-metrics-server

Processor time of the server alone (user and system), in one run of alternating measurements; the figure is the median
of the ratios. Needs h2load (Debian: nghttp2-client), openssl and ab (apache2-utils), and for its columns nginx. A
server lets each peer have 200 handshakes a second and 400 at once, so they come from many addresses of loopback."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys

from bench import h2load
from bench.servers import TARGET, Server, nginx, ours
from harness import certificates, programs
from harness.columns import print_table
from harness.site import Site

LOG = '[storage]\ncapacity_mib = 64\nwhen_full = "drop_oldest"\n'
HANDSHAKES_OF_ONE = 250  # from one address


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=60_000, help="of each measurement")
    parser.add_argument("--addresses", type=int, default=4, help="from each of which 250 handshakes come in a round")
    programs.add_binary_argument(parser, "build")
    return parser.parse_args()


def tls_of_nginx(site):
    return (f"ssl; ssl_certificate {site.pair.certificate}; ssl_certificate_key {site.pair.key}; "
            "ssl_session_cache off; ssl_session_tickets off; ssl_protocols TLSv1.3")


class Fired:
    """A server, and how its port is spoken to."""

    def __init__(self, name, command, scheme):
        self.name, self.scheme = name, scheme
        self.server = Server(name, command)

    def post(self, requests):
        """Microseconds for each."""
        before = self.server.cpu_seconds()
        answered = h2load.run(self.server.port, TARGET, "-n", str(requests), "-c", "64", "-H", ":method: POST",
                              scheme=self.scheme)
        return (self.server.cpu_seconds() - before) / answered * 1e6

    def handshakes(self, addresses):
        """Microseconds for a connection with one request."""
        before, done = self.server.cpu_seconds(), 0
        for number in range(addresses):
            command = ["ab", "-q", "-n", str(HANDSHAKES_OF_ONE), "-c", "8", "-B", f"127.0.1.{number + 1}",
                       "-f", "TLS1.3", f"{self.scheme}://127.0.0.1:{self.server.port}/healthz"]
            ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            if ran.returncode or "Failed requests:        0" not in ran.stdout:
                sys.exit(f"{command} went wrong:\n{ran.stdout}{ran.stderr}")
            done += HANDSHAKES_OF_ONE
        return (self.server.cpu_seconds() - before) / done * 1e6


def start(args, site):
    binary = os.environ["ONESHOT_BINARY"]
    tls = f'web_config_file = "{site.web_config}"\n'
    commands = {"ours": (ours(binary, LOG), "http"), "ours, TLS": (ours(binary, tls + LOG), "https"),
                "nginx": (nginx(), "http"), "nginx, TLS": (nginx(tls_of_nginx(site)), "https")}
    return {name: Fired(name, command, scheme) for name, (command, scheme) in commands.items() if command}


def alternate(rounds, fired, measure):
    """{name: [a figure of each round]}"""
    found = {name: [] for name in fired}
    for number in range(rounds):
        names = list(fired) if number % 2 else list(reversed(fired))
        for name in names:
            found[name].append(measure(fired[name]))
    return found


def line(what, found, name, base):
    ratios = [a / b for a, b in zip(found[name], found[base])]
    return (what, f"{statistics.median(found[name]):.1f}", f"{statistics.median(found[base]):.1f}",
            f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}")


def report(args, fired):
    posts = alternate(args.rounds, fired, lambda one: one.post(args.requests))
    hands = alternate(args.rounds, fired, lambda one: one.handshakes(args.addresses))
    more = {name: [b - a for a, b in zip(hands[name], hands[name + ", TLS"])] for name in ("ours", "nginx")
            if name in hands}
    rows = [line("POST on a kept connection, ours: TLS to plain", posts, "ours, TLS", "ours")]
    if "nginx" in fired:
        rows += [line("the same, nginx `return 200`", posts, "nginx, TLS", "nginx"),
                 line("POST over TLS: ours to nginx", posts, "ours, TLS", "nginx, TLS"),
                 line("a handshake (TLS 1.3, P-256): ours to nginx", more, "ours", "nginx")]
    print_table([("what, in µs of processor time", "", "beside", "ratio", "of the rounds"), *rows])


def main():
    args = arguments()
    programs.use_binary(args.binary)
    h2load.need()
    certificates.need()
    if not shutil.which("ab"):
        print("skipped: ab is not installed (Debian: apache2-utils)")
        sys.exit(77)
    site = Site()
    fired = {}
    try:
        fired = start(args, site)
        report(args, fired)
    finally:
        for one in fired.values():
            one.server.stop()
        site.stop()


if __name__ == "__main__":
    main()
