# SPDX-License-Identifier: MIT
"""The listening socket outlives the process, and follows the config."""

import os

from harness.client import Connection
from harness.remote import Remote
from systemd import machine
from systemd.load import Load
from systemd.machine import NAME, PORT, logged, run, show, systemctl

RESTARTS = 10
OTHER_PORT, LOW_PORT = 18090, 1011


def answers(port):
    try:
        return Remote(port).get("/healthz").status == 200
    except ConnectionRefusedError:
        return False


def is_restarted_under_load_without_a_gap(deb):
    with Load() as load:
        for _ in range(RESTARTS):
            pid = machine.main_pid()
            systemctl("restart")
            assert machine.main_pid() != pid
            load.ledger.stopped()
            load.wait_for_more()
    load.check()


def moves_to_another_port_with_the_config(deb):
    with machine.other_config(port=OTHER_PORT):
        systemctl("restart")
        assert answers(OTHER_PORT) and not answers(PORT)
        systemctl("restart")
        assert answers(OTHER_PORT) and show("NFileDescriptorStore") == "1"
    with machine.other_config(host="127.0.0.1"):
        systemctl("restart")
        assert answers(PORT) and not answers(OTHER_PORT)
    systemctl("stop")
    assert not answers(PORT)
    systemctl("start")
    assert answers(PORT)
    with Connection(PORT, host="::1") as connection:
        assert connection.get("/healthz").status == 200


def listens_on_a_port_below_1024_with_the_lines_that_the_unit_names(deb):
    lines = ("[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n"
             "PrivateUsers=no\n")
    with machine.other_config(port=LOW_PORT):
        systemctl("restart", "--no-block")
        logged(f"cannot listen on .*:{LOW_PORT}: Permission denied")
        with machine.drop_in(lines):
            systemctl("restart")
            assert answers(LOW_PORT)
    systemctl("restart")
    assert answers(PORT)


def listens_on_the_socket_of_a_socket_unit_and_says_what_differs(deb):
    path = f"/etc/systemd/system/{NAME}.socket"
    systemctl("stop")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"[Socket]\nListenStream=127.0.0.1:{OTHER_PORT}\n[Install]\nWantedBy=sockets.target\n")
    try:
        run("systemctl", "daemon-reload")
        run("systemctl", "start", f"{NAME}.socket")
        assert answers(OTHER_PORT)  # which starts the service
        machine.wait_until_active()
        assert not answers(PORT)
        line = logged(r"the given socket is used")
        assert f"/etc/systemd/system/{NAME}.socket.d/override.conf" in line, line
        with Connection(OTHER_PORT) as waiting:
            assert waiting.get("/healthz").status == 200
        run("systemctl", "restart", f"{NAME}.service")
        assert answers(OTHER_PORT)
    finally:
        run("systemctl", "stop", f"{NAME}.socket", f"{NAME}.service")
        os.unlink(path)
        run("systemctl", "daemon-reload")
        systemctl("start")
    assert answers(PORT)
