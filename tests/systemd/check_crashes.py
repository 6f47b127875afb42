# SPDX-License-Identifier: MIT
"""What goes wrong: the process is killed, hangs, cannot start."""

import os
import signal
import socket

from harness.client import request
from harness.freezing import freeze_thread, threads
from harness.waiting import wait_until
from systemd import machine
from systemd.load import Load
from systemd.machine import PORT, service, show, systemctl


def is_started_again_after_kill_9_and_loses_nothing(deb):
    service.scrape("away")
    service.event("type=before_kill")
    restarts = int(show("NRestarts"))
    os.kill(machine.main_pid(), signal.SIGKILL)
    with socket.create_connection(("127.0.0.1", PORT), 30) as waiting:  # not refused, whoever is there
        waiting.sendall(request("GET", "/healthz"))
        waiting.settimeout(30)
        assert b"200 OK" in waiting.recv(4096)
    machine.wait_for_restart(restarts)
    assert 'type="before_kill"' in service.get("/metrics?scraper=away").text


def is_killed_under_load_and_loses_nothing_that_it_took(deb):
    with Load() as load:
        for _ in range(3):
            restarts = int(show("NRestarts"))
            os.kill(machine.main_pid(), signal.SIGKILL)
            load.ledger.killed()
            machine.wait_for_restart(restarts)
            load.wait_for_more()
    # Requests in flight break with the process; what was answered counts.
    accounts = load.account()
    assert not [r for r in load.refused if "Refused" in r], load.refused
    for name, account in accounts.items():
        assert not account.problems(), (name, account.problems())


def is_restarted_by_the_watchdog_when_one_thread_is_stuck(deb):
    service.scrape("away")
    with machine.drop_in("[Service]\nWatchdogSec=2\n"):
        systemctl("restart")
        service.event("type=before_hang")
        pid, restarts = machine.main_pid(), int(show("NRestarts"))
        with freeze_thread(pid, threads(pid)[-1]):
            wait_until(lambda: machine.main_pid() != pid or show("ActiveState") != "active", "the watchdog bites", 30)
        machine.wait_for_restart(restarts)
        machine.logged("a worker thread does not answer")
        assert "watchdog" in machine.run("journalctl", "-u", machine.NAME, "--no-pager", "-g", "[Ww]atchdog").lower()
        assert 'type="before_hang"' in service.get("/metrics?scraper=away").text
    systemctl("restart")
    pid, restarts = machine.main_pid(), int(show("NRestarts"))
    with machine.drop_in("[Service]\nWatchdogSec=2\n"):
        systemctl("restart")
        pid, restarts = machine.main_pid(), int(show("NRestarts"))
        os.kill(pid, signal.SIGSTOP)  # the whole process
        machine.wait_for_restart(restarts)
    systemctl("restart")


def is_not_started_again_with_a_bad_config(deb):
    with machine.other_config(level="loud"):
        systemctl("restart", status=1)
        wait_until(lambda: show("ActiveState") == "failed", "failed")
        assert (show("ExecMainStatus"), show("NRestarts")) == ("2", "0")
    systemctl("start")
    assert service.get("/readyz").status == 200


def waits_for_a_port_that_is_taken(deb):
    systemctl("stop")
    with socket.create_server(("0.0.0.0", PORT)) as taken:
        systemctl("start", "--no-block")
        machine.logged(r"cannot listen on .*:8090: Address already in use")
        wait_until(lambda: int(show("NRestarts")) > 1, "tried again and again", 30)
        taken.close()
    machine.wait_until_active()
    assert service.get("/readyz").status == 200
