# SPDX-License-Identifier: MIT
"""The service as an operator sees it: status, reload, sandbox, journal."""

import re

from harness.waiting import wait_until
from systemd import machine
from systemd.machine import NAME, logged, run, service, show, systemctl

HIGHEST_EXPOSURE = 1.5
LEVELS = {"error": "3", "warn": "4", "info": "6", "debug": "7"}


def takes_an_event_and_hands_it_out_once(deb):
    service.scrape("first")
    service.event("type=deploy&service=checkout")
    assert [s.labels for s in service.scrape("first").events()] == [{"service": "checkout", "type": "deploy"}]
    assert service.scrape("first").events() == []


def has_the_sandbox_it_should_have(deb):
    said = run("systemd-analyze", "verify", "--man=no", f"{NAME}.service", status=None)
    assert NAME not in said, said
    table = run("systemd-analyze", "security", "--no-pager", f"{NAME}.service")
    exposure = float(re.search(r"Overall exposure level .*: ([\d.]+)", table).group(1))
    print(f"        exposure {exposure}", flush=True)
    for line in table.splitlines():
        if line.lstrip().startswith(("✗", "Ô£ù")):
            print(f"          {line.strip()}", flush=True)
    assert exposure <= HIGHEST_EXPOSURE, table
    pid = machine.main_pid()
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines())
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, status
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1", status
    assert int(status["Uid"].split()[0]) >= 61184, status  # systemd's range for dynamic users
    assert not [e for e in machine.journal() if "limit of open files" in e["MESSAGE"]]


def says_how_it_is_in_its_status(deb):
    assert show("Type") == "notify"
    wait_until(lambda: re.search(r"events: [1-9]\d* accepted", show("StatusText")), "counts in the status", 20)
    assert show("NFileDescriptorStore") == "1"
    assert show("WatchdogUSec") == "30s"
    assert show("LimitCORE") == "0"
    assert int(show("LimitNOFILE")) == int(show("LimitNOFILESoft")) == 65536


def reloads_what_can_change_and_says_what_cannot(deb):
    pid = machine.main_pid()
    with machine.other_config(level="debug", threads=3):
        systemctl("reload")
        logged(r'msg="reloaded" .*changed=log.level')
        logged(r'changes only with a restart" key=server.threads in_use=0 config=3')
        service.event("type=seen_at_debug")
        logged(r'level=debug msg="event".*seen_at_debug')
    systemctl("reload")
    assert machine.main_pid() == pid
    assert service.scrape("first").value("oneshot_config_last_reload_successful") == 1


def keeps_its_settings_when_the_file_is_bad_and_the_reload_fails(deb):
    with machine.other_config(level="loud"):
        systemctl("reload", status=1)
        logged(r'reload failed: the settings stay as they were.*level = .*loud')
        assert show("ActiveState") == "active"
        assert service.scrape("first").value("oneshot_config_last_reload_successful") == 0
    systemctl("reload")
    assert service.scrape("first").value("oneshot_config_last_reload_successful") == 1


def takes_its_environment_from_etc_default(deb):
    path = f"/etc/default/{NAME}"
    with open(path, encoding="utf-8") as file:
        before = file.read()
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before.replace("#USE_EXPLICIT_TIMESTAMPS=false", "USE_EXPLICIT_TIMESTAMPS=TRUE"))
        systemctl("restart")
        service.event("type=timed")
        wait_until(lambda: any(s.timestamp for s in service.scrape("first").events()), "an event with its own time")
    finally:
        with open(path, "w", encoding="utf-8") as file:
            file.write(before)
    systemctl("restart")


def logs_with_the_right_priorities_and_no_line_for_each_event(deb):
    # The checks before this one posted for more than a minute.
    summary = logged(r'level=info msg="events" seconds=\d+ accepted=\d+', 90)
    print(f"        {summary}", flush=True)
    entries = [e for e in machine.journal() if isinstance(e["MESSAGE"], str)]
    for entry in entries:
        level = re.match(r"level=(\w+) msg=", entry["MESSAGE"])
        if level is None:  # what --check-config says at a reload is for people
            assert entry["MESSAGE"].startswith((f"{NAME}: ", "/etc/")), entry
            continue
        assert entry["PRIORITY"] == LEVELS[level.group(1)], entry
        assert " ts=" not in entry["MESSAGE"], entry
    times = [int(e["__REALTIME_TIMESTAMP"]) for e in entries if re.match(r'level=info msg="events" ', e["MESSAGE"])]
    # A restart begins a new minute, so only entries of one process are compared.
    by_process = {}
    for entry in entries:
        if re.match(r'level=info msg="events" ', entry["MESSAGE"]):
            by_process.setdefault(entry["_PID"], []).append(int(entry["__REALTIME_TIMESTAMP"]) / 1e6)
    for times in by_process.values():
        assert all(later - earlier > 55 for earlier, later in zip(times, times[1:])), times
    info = [e["MESSAGE"] for e in entries if e["PRIORITY"] in "0123456"]
    per_process = len(info) / max(1, len({e["_PID"] for e in entries}))
    assert per_process < 30, f"{per_process} lines at info for each start"
