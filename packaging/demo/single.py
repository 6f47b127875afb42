# SPDX-License-Identifier: MIT
"""One server and a real Prometheus: an event every few seconds, and the timeline as Prometheus has it, until Ctrl-C."""

import itertools
import shutil
import sys
import time

from processes import Port, Prometheus, Server, answers
from stage import say
from timeline import draw, title

SECONDS = 60      # that the picture shows
EVERY = 3         # seconds from an event to the next
STEP = 0.1        # seconds from a look to the next, until the first event has been seen
REDRAW = 1        # and afterwards
EVENTS = ({"type": "deploy", "service": "checkout"}, {"type": "deploy", "service": "cart"},
          {"type": "backup", "host": "db1", "value": "42.5"}, {"type": "deploy", "service": "checkout"},
          {"type": "job_failed", "name": "nightly-report"})


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


def first_event(stage, server, prometheus, seen, event, began):
    """Posts it, and waits until it is seen."""
    server.post(**event)
    while not seen.look():
        stage.check()
        time.sleep(STEP)
    say(f"demo: first event seen {'in Prometheus ' if prometheus else ''}{time.monotonic() - began:.1f} s after the"
        " server's start")
    addresses(server, prometheus)


def play(stage, server, prometheus, began):
    """Posts and draws until the program is interrupted."""
    events, seen, picture = itertools.cycle(EVENTS), Seen(server, prometheus), Picture()
    first_event(stage, server, prometheus, seen, next(events), began)
    due = time.monotonic() + EVERY
    while True:
        picture.show(seen.look())
        if time.monotonic() >= due:
            server.post(**next(events))
            due += EVERY
        time.sleep(REDRAW)
        stage.check()


def show(stage, server_program, prometheus_program):
    port, prometheus = Port(), None
    if prometheus_program:
        prometheus = stage.start(Prometheus(prometheus_program, stage.folder, port.number))
    else:
        say("demo: no Prometheus is at hand (install it, or set ONESHOT_PROMETHEUS): this shows the server alone")
    stage.build()
    began = time.monotonic()
    server = stage.start(Server(server_program, stage.folder, port))
    stage.wait_until_ready()
    play(stage, server, prometheus, began)
