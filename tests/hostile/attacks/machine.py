# SPDX-License-Identifier: MIT
"""What others on the machine do: the file of the event log is taken away, and the settings are read anew all the
time."""

import os
import shutil
import signal
import tempfile
import time

from harness.client import request
from harness.waiting import wait_until
from hostile import crowd, tools
from hostile.limits import Limit
from hostile.row import Row


class _File(Row):
    """With sync = "always" a POST of the well-behaved must not be answered with 200 once nothing is kept."""

    alone = False
    seconds = 4.0
    sync = "always"
    limits = {"answered": Limit(0, "from then on each POST is refused, since nothing would be kept")}

    def __init__(self, seed, factor=1.0):
        super().__init__(seed, factor)
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-hostile-")
        self.path = os.path.join(self.folder.name, "events.log")
        self.settings = {"storage.path": self.path, "storage.capacity_mib": 4, "storage.sync": self.sync}

    def attackers(self):
        return [(tools.one_by_one, [request("GET", "/healthz")])]

    def take_away(self):
        raise NotImplementedError

    def during(self):
        self.complain_unless(self.server.get("/readyz").status == 200, "it was not ready before")
        self.take_away()
        wait_until(lambda: self.server.get("/readyz").status == 503, "not ready, with the event log gone", 10, 0.1)
        self.complain_unless(self.server.post("/event?type=durable").status == 503, "a durable event was promised")
        told = [line for line in self.server.log_lines() if line["level"] == "error"]
        self.complain_unless(told, "no error line tells of it")
        self.complain_unless(self.metrics().value("oneshot_event_log_failed") == 1, "oneshot_event_log_failed is not 1")


class EventLogDeleted(_File):
    def take_away(self):
        os.unlink(self.path)


class EventLogReplaced(_File):
    def take_away(self):
        shutil.copy(self.path, self.path + ".copy")
        os.replace(self.path + ".copy", self.path)


class EventLogFolderMovedAway(_File):
    def take_away(self):
        os.rename(self.folder.name, self.folder.name + ".away")
        os.mkdir(self.folder.name)


class ReloadsWhileAttacked(Row):
    """SIGHUP again and again, with other settings each time, while hundreds of others ask."""

    limits = {"log_bytes_s": Limit(8000, "a line for each reload, fifty a second, by somebody with rights here")}

    settings = {"server.max_connections": 500}

    def attackers(self):
        asked = request("GET", "/metrics?peek=1&scraper=prom")
        return [(crowd.attack, crowd.Plan(self.connections(550), first=asked, then=asked, period=2.0, spread=1.0))]

    def during(self):
        end, number = time.monotonic() + self.seconds, 0
        while time.monotonic() < end:
            number += 1
            self.server.configure({"storage.capacity_mib": 16, "scrapers.startup_hold_seconds": 0, **self.settings,
                                   "server.max_connections": 450 + number % 3 * 50, "scrapers.max": 60 + number % 3})
            self.server.signal(signal.SIGHUP)
            time.sleep(0.02)  # fifty a second
        self.complain_unless(self.metrics().value("oneshot_config_last_reload_successful") == 1, "a reload failed")


ROWS = (EventLogDeleted, EventLogReplaced, EventLogFolderMovedAway, ReloadsWhileAttacked)
