# SPDX-License-Identifier: MIT
"""Installation, upgrade, purge."""

import os
import tempfile

from systemd import machine
from systemd.load import Load
from systemd.machine import CONFIG, NAME, run, service, show, systemctl

STATE = f"/var/lib/private/{NAME}"
ALERTS = f"/usr/share/{NAME}/prometheus-alerts.yml"
MAN_PAGES = (f"/usr/share/man/man8/{NAME}.8.gz", f"/usr/share/man/man5/{NAME}.toml.5.gz")


def version_installed():
    return run("dpkg-query", "-W", "-f", "${Version}", NAME)


def is_enabled_and_running_after_its_installation(deb):
    run("apt-get", "install", "-y", "--no-install-recommends", deb)
    assert systemctl("is-enabled").strip() == "enabled"
    machine.wait_until_active()
    assert service.get("/readyz").status == 200
    conffiles = run("dpkg-query", "-W", "-f", "${Conffiles}", NAME)
    assert CONFIG in conffiles and f"/etc/default/{NAME}" in conffiles, conffiles
    listed = run("dpkg-query", "-L", NAME).split()
    assert {ALERTS, *MAN_PAGES} <= set(listed), listed
    assert os.stat(STATE).st_mode & 0o777 == 0o700
    assert os.path.exists(f"/var/lib/{NAME}/events.log")
    assert run(f"/usr/bin/{NAME}", "--version").split()[1] == version_installed().rpartition("-")[0]


def is_upgraded_under_load_and_keeps_state_and_settings(deb):
    machine.set_config(forget_after_seconds=7200)
    service.scrape("away")
    service.event("type=before_upgrade")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        later, version = machine.with_higher_version(deb, folder)
        pid = machine.main_pid()
        with Load() as load:
            run("apt-get", "install", "-y", "--no-install-recommends", later)
            load.ledger.stopped()
            load.wait_for_more()
    load.check()
    assert version_installed() == version
    assert machine.main_pid() != pid, "the upgrade did not restart it"
    with open(CONFIG, encoding="utf-8") as file:
        assert "forget_after_seconds = 7200" in file.read()
    assert 'type="before_upgrade"' in service.get("/metrics?scraper=away").text


def passes_the_test_that_debian_runs_of_each_package(deb):
    run("sh", "packaging/debian/tests/smoke")


def leaves_nothing_behind_when_it_is_purged(deb):
    run("apt-get", "remove", "-y", NAME)
    assert os.path.exists(f"{STATE}/events.log"), "removing is not purging: events are kept"
    assert show("ActiveState") in ("inactive", "failed")
    run("apt-get", "purge", "-y", NAME)
    run("systemctl", "daemon-reload")
    tops = ("/etc", "/usr", "/var", "/run", "/opt", "/srv", "/home", "/root")
    searched = [top for top in tops if os.path.exists(top)]
    left = run("find", *searched, "-xdev", "-name", "*oneshot*", "-not", "-path", "/var/cache/apt/*",
               "-not", "-path", f"{os.path.dirname(deb)}/*", "-not", "-path", f"{os.getcwd()}/*")
    assert left == "", left
    assert run("getent", "passwd", NAME, status=None) == ""
    assert show("LoadState") == "not-found"
