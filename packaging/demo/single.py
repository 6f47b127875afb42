# SPDX-License-Identifier: MIT
"""What `quickstart.sh demo` shows: the server and a real Prometheus, an event every few seconds, and the timeline as
Prometheus has it, until Ctrl-C. Nothing of it is left then.

Usage: python3 packaging/demo SERVER PROMETHEUS [-- BUILD...]. Where PROMETHEUS is "", this program scrapes the server
itself. BUILD is a command that makes SERVER. Prometheus begins before it: by its own rule it scrapes nothing in its
first five seconds (its discovery of targets hands them on once in that time), and these go by meanwhile.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from processes import Port, Prometheus, Server, answers
from timeline import draw, title

SECONDS = 60      # that the picture shows
EVERY = 3         # seconds from an event to the next
STEP = 0.1        # seconds from a look to the next, until the first event has been seen
REDRAW = 1        # and afterwards
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EVENTS = ({"type": "deploy", "service": "checkout"}, {"type": "deploy", "service": "cart"},
          {"type": "backup", "host": "db1", "value": "42.5"}, {"type": "deploy", "service": "checkout"},
          {"type": "job_failed", "name": "nightly-report"})


def say(text=""):
    print(text, flush=True)


class Seen:
    """What has been seen of the events: {title: [time]}, from Prometheus or, without one, from scrapes of our own."""

    def __init__(self, server, prometheus):
        self._server, self._prometheus, self._taken = server, prometheus, {}

    def look(self):
        if self._prometheus:
            found = self._prometheus.samples(f"events_to_metrics[{SECONDS}s]")
            return {title(labels): times for labels, times in found}
        for labels in self._server.take():
            self._taken.setdefault(title(labels), []).append(time.time())
        return self._taken


class Picture:
    """In a terminal the picture stays in its place; elsewhere it comes again when there is something new in it."""

    def __init__(self):
        self._height, self._events = 0, 0
        self._terminal = sys.stdout.isatty()

    def show(self, series):
        events = sum(map(len, series.values()))
        if not self._terminal and events == self._events:
            return
        self._events = events
        lines = draw(series, time.time(), SECONDS, shutil.get_terminal_size().columns)
        up = f"\033[{self._height}A\033[J" if self._terminal and self._height else ""
        self._height = len(lines) + 1
        say(up + "\n".join(lines) + "\n")


def addresses(server, prometheus):
    if answers(f"{server.url}/ui/"):
        say(f"  the server's page:   {server.url}/ui/")
    if prometheus:
        graph = prometheus.graph("sum by (type) (sum_over_time(events_to_metrics[5s]))")
        if answers(graph):
            say(f"  Prometheus' graph:   {graph}")
            say("  and its table:       " + prometheus.graph("events_to_metrics[1h]", table=True))
        else:  # Debian's finds its pages only where its package is installed
            say(f"  what Prometheus has: {prometheus.api('events_to_metrics[1h]')}")
    say(f"  post one yourself:   curl {server.url}/event -d type=deploy -d service=me")
    say("  Ctrl-C ends it, and nothing is left.")
    say()


def check(*processes):
    for process in processes:
        if process:
            process.check()


def first_event(server, prometheus, seen, event, began):
    """Posts it, and waits until it is seen."""
    server.post(**event)
    while not seen.look():
        check(server, prometheus)
        time.sleep(STEP)
    say(f"demo: first event seen {'in Prometheus ' if prometheus else ''}{time.monotonic() - began:.1f} s after the"
        " server's start")
    addresses(server, prometheus)


def play(server, prometheus, began):
    """Posts and draws until the program is interrupted."""
    events, seen, picture = itertools.cycle(EVENTS), Seen(server, prometheus), Picture()
    first_event(server, prometheus, seen, next(events), began)
    due = time.monotonic() + EVERY
    while True:
        picture.show(seen.look())
        if time.monotonic() >= due:
            server.post(**next(events))
            due += EVERY
        time.sleep(REDRAW)
        check(server, prometheus)


def interrupted(*_):
    raise KeyboardInterrupt


def begin(folder, running, server_program, prometheus_program, build):
    """Starts all there is, and puts it into `running`: (server, Prometheus or None, when the server was started)."""
    port, prometheus = Port(), None
    if prometheus_program:
        prometheus = Prometheus(os.path.abspath(prometheus_program), folder, port.number)
        running.append(prometheus)
    else:
        say("demo: no Prometheus is at hand (install it, or set ONESHOT_PROMETHEUS): this shows the server alone")
    if build and subprocess.run(build, check=False).returncode != 0:
        raise SystemExit("demo: the build failed")
    began = time.monotonic()
    server = Server(os.path.abspath(server_program), folder, port)
    running.append(server)
    for process in running:
        process.wait_until_ready()
    return server, prometheus, began


def main(server_program, prometheus_program, *build):
    for number in ENDS:
        signal.signal(number, interrupted)
    running, folder = [], tempfile.mkdtemp(prefix="oneshot-demo-")
    try:
        play(*begin(folder, running, server_program, prometheus_program, build[1:]))
    except KeyboardInterrupt:
        say("\ndemo: ends")
    finally:
        for number in ENDS:
            signal.signal(number, signal.SIG_IGN)  # a second one does not leave anything behind
        for process in reversed(running):
            process.stop()
        shutil.rmtree(folder)


main(*sys.argv[1:])
