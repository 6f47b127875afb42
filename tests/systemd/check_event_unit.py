# SPDX-License-Identifier: MIT
"""oneshot-event@.service: other units tell how they ended."""

import contextlib
import os
import re

from harness.waiting import wait_until
from systemd.machine import run, service

UNIT = "/etc/systemd/system/oneshot-test.service"
DEFAULTS = "/etc/default/oneshot-event"
CURL_FILE = "/etc/oneshot-event.curl"


@contextlib.contextmanager
def written(files):
    """{path: text}, all of mode 0600, gone afterwards."""
    try:
        for path, text in files.items():
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
            os.chmod(path, 0o600)
        run("systemctl", "daemon-reload")
        yield
    finally:
        for path in files:
            os.unlink(path)
        run("systemctl", "daemon-reload")
        run("systemctl", "reset-failed", "oneshot-test", "oneshot-event@*", status=None)


def event_of(command, status):
    """Runs a unit, and gives the labels of the event about it."""
    trigger = "OnFailure" if status else "OnSuccess"
    unit = f"[Unit]\n{trigger}=oneshot-event@%n.service\n[Service]\nType=oneshot\nExecStart={command}\n"
    with written({UNIT: unit}):
        run("systemctl", "start", "oneshot-test.service", status=status)
        events = wait_until(lambda: [s.labels for s in service.scrape("first").events()], "an event about the unit")
        assert len(events) == 1, events
        return events[0]


def tells_how_another_unit_ended(deb):
    said = run("systemd-analyze", "verify", "--man=no", "oneshot-event@oneshot-test.service.service", status=None)
    assert "oneshot-event" not in said, said
    service.scrape("first")
    about = {"type": "unit", "unit": "oneshot-test.service", "host": run("uname", "-n").strip()}
    assert event_of("/bin/sh -c 'exit 3'", 1) == {**about, "result": "exit-code", "exit_status": "3"}
    assert event_of("/bin/true", 0) == {**about, "result": "success", "exit_status": "0"}
    assert event_of("/bin/sh -c 'kill -9 $$$$'", 1) == {**about, "result": "signal", "exit_status": "KILL"}


def tells_another_server_and_keeps_secrets_off_the_command_line(deb):
    """The server is a listener of ours, which keeps the request and the command line of its client."""
    listener = ("import glob, http.server, sys\n"
                "class Handler(http.server.BaseHTTPRequestHandler):\n"
                "    def do_POST(self):\n"
                "        body = self.rfile.read(int(self.headers['Content-Length'])).decode()\n"
                "        lines = [open(p).read() for p in glob.glob('/proc/[0-9]*/cmdline')]\n"
                "        curl = next(l for l in lines if l.startswith('/usr/bin/curl')).replace('\\0', ' ')\n"
                "        open('/run/oneshot-test', 'w').write(f'{self.path}\\n{self.headers}\\n{body}\\n{curl}')\n"
                "        self.send_response(200), self.send_header('Content-Length', '0'), self.end_headers()\n"
                "http.server.HTTPServer(('127.0.0.1', 18091), Handler).handle_request()\n")
    files = {DEFAULTS: f"ONESHOT_URL=http://127.0.0.1:18091\nONESHOT_CURL=--config {CURL_FILE}\n",
             CURL_FILE: 'header = "Authorization: Bearer of-nobody"\n'}
    with written(files):
        run("systemd-run", "--unit=oneshot-test-listener", "python3", "-c", listener)
        run("systemctl", "start", "oneshot-event@by-hand.service")
        with open("/run/oneshot-test", encoding="utf-8") as file:
            path, *rest, _, body, curl = file.read().split("\n")
    os.unlink("/run/oneshot-test")
    assert path == "/event", path
    assert "Authorization: Bearer of-nobody" in rest, rest
    assert "unit=by-hand" in body.split("&"), body
    assert "of-nobody" not in curl and CURL_FILE in curl, curl


def is_not_needed_for_an_event_after_every_end(deb):
    """The page's own lines, at this machine's server."""
    with open("docs/senders/systemd.md", encoding="utf-8") as file:
        (lines,) = re.findall(r"```ini\n(\[Service\]\nExecStopPost=.*?)```", file.read(), re.DOTALL)
    for command, status, result, exit_status in (("/bin/true", 0, "success", "0"),
                                                 ("/bin/sh -c 'exit 3'", 1, "exit-code", "3")):
        unit = lines.replace("events.example:8090", "localhost:8090") + f"Type=oneshot\nExecStart={command}\n"
        with written({UNIT: unit}):
            run("systemctl", "start", "oneshot-test.service", status=status)
            events = [s.labels for s in service.scrape("first").events()]
        assert events == [{"type": "unit", "unit": "oneshot-test.service", "result": result,
                           "exit_status": exit_status}], events
