# SPDX-License-Identifier: MIT
"""What `quickstart.sh demo` shows (single.py), and `quickstart.sh demo --cluster` (cluster/).

Usage: python3 packaging/demo [--cluster NATS_SERVER] SERVER PROMETHEUS [-- BUILD...]. Where PROMETHEUS is "", this
program scrapes by itself. BUILD is a command that makes SERVER. Prometheus begins before it: by its own rule it scrapes
nothing in its first five seconds (its discovery of targets hands them on once in that time), and these go by meanwhile.
"""

import os
import sys

import cluster
import single
from stage import Stage, say


def main(arguments):
    engine = None
    if arguments[0] == "--cluster":
        engine, *arguments = arguments[1:]
    server, prometheus, *build = arguments
    programs = [os.path.abspath(program) if program else "" for program in (server, prometheus)]
    with Stage(build[1:]) as stage:
        try:
            return cluster.show(stage, os.path.abspath(engine), *programs) if engine else single.show(stage, *programs)
        except KeyboardInterrupt:
            say("\ndemo: ends")
            return cluster.INTERRUPTED if engine else 0


sys.exit(main(sys.argv[1:]))
