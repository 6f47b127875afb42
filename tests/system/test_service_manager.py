# SPDX-License-Identifier: MIT
"""What a service manager such as systemd is told, and the sockets that it gives."""

import os
import signal
import socket
import subprocess
import unittest

from harness import programs, runner, sockets
from harness.freezing import freeze_thread, threads
from harness.logfmt import parse as parse_line
from harness.manager import Manager, give, listening
from harness.server import Server, environment
from harness.waiting import wait_until


class Notify(unittest.TestCase):
    def test_ready_is_said_once_the_port_listens_and_stopping_when_it_stops(self):
        for abstract in (False, True):
            with self.subTest(abstract=abstract), Manager(abstract) as manager:
                with Server(env=manager.variables) as server:
                    manager.wait_for(lambda m: m.get("READY") == "1", "of being ready")
                    self.assertEqual(server.get("/readyz").status, 200)
                    self.assertEqual(manager.told(lambda m: "STOPPING" in m), [])
                stopping = manager.wait_for(lambda m: m.get("STOPPING") == "1", "of the stop")
                self.assertGreater(int(stopping["EXTEND_TIMEOUT_USEC"]), 5_000_000)  # stop_seconds is 5

    def test_the_status_has_live_counts(self):
        with Manager() as manager, Server(env=manager.variables) as server:
            server.event("type=a")
            server.scrape("p")
            manager.wait_for(lambda m: "events: 1 accepted" in m.get("STATUS", ""), "with the event", 15)

    def test_a_notify_socket_that_cannot_be_used_is_a_warning_and_no_more(self):
        for name in ("relative", "/nowhere/at/all", "/" + "x" * 200):
            with self.subTest(name=name), Server(env={"NOTIFY_SOCKET": name}) as server:
                line = server.wait_for_log(lambda l: "service manager" in l["msg"], "about it")
                self.assertEqual(line["level"], "warn")
                self.assertEqual(server.get("/readyz").status, 200)


class Watchdog(unittest.TestCase):
    def fed(self, manager):
        return len(manager.told(lambda m: m.get("WATCHDOG") == "1"))

    def wait_until_fed(self, manager, times):
        before = self.fed(manager)
        wait_until(lambda: self.fed(manager) >= before + times, f"fed {times} times")

    def test_it_is_fed_while_all_workers_answer_and_not_while_one_is_stuck(self):
        with Manager() as manager:
            variables = {**manager.variables, "WATCHDOG_USEC": "200000"}
            with Server({"server.threads": 3}, env=variables) as server:
                self.wait_until_fed(manager, 3)
                worker = threads(server.pid)[-1]
                with freeze_thread(server.pid, worker):
                    line = server.wait_for_log(lambda l: "does not answer" in l["msg"], "of the worker")
                    self.assertEqual((line["level"], line["worker"]), ("error", "2"))
                    before = self.fed(manager)
                    with server.connect() as idle:  # the main thread lives: it accepts
                        idle.send(b"GET /healthz HTTP/1.1\r\n")
                    self.assertEqual(self.fed(manager), before)
                self.wait_until_fed(manager, 3)

    def test_a_watchdog_of_another_process_is_not_fed(self):
        with Manager() as manager:
            variables = {**manager.variables, "WATCHDOG_USEC": "2000", "WATCHDOG_PID": str(os.getpid())}
            with Server(env=variables):
                manager.wait_for(lambda m: "STATUS" in m, "of the status")
                self.assertEqual(self.fed(manager), 0)

    def test_a_time_that_is_no_number_is_a_warning(self):
        with Manager() as manager, Server(env={**manager.variables, "WATCHDOG_USEC": "soon"}) as server:
            line = server.wait_for_log(lambda l: "watchdog" in l["msg"], "about it")
            self.assertEqual(line["WATCHDOG_USEC"], "soon")


class GivenSockets(unittest.TestCase):
    def test_a_given_socket_is_used_and_a_difference_from_the_config_names_what_to_edit(self):
        with listening() as given:
            port = given.getsockname()[1]
            arguments = give([given.fileno()], ["events.socket"])
            with Server({"server.port": 1}, **arguments) as server:
                self.assertEqual(server.address, f"127.0.0.1:{port}")
                self.assertEqual(server.get("/healthz").status, 200)
                line = server.wait_for_log(lambda l: l["level"] == "warn" and "given" in l, "of the difference")
                self.assertIn("/etc/systemd/system/events.socket.d/override.conf", line["edit"])
                self.assertIn(server.config, line["or"])
                self.assertIn("port 1", line["config"])

    def test_a_given_socket_that_is_what_the_config_says_is_no_matter_for_a_warning(self):
        with listening() as given:
            port = given.getsockname()[1]
            with Server({"server.port": port}, **give([given.fileno()], ["events.socket"])) as server:
                self.assertEqual(server.port, port)
            self.assertFalse([l for l in server.log_lines() if "given" in l])

    def test_several_given_sockets_are_all_served(self):
        with listening() as one, listening() as other:
            with Server(**give([one.fileno(), other.fileno()], ["a.socket", "a.socket"])) as server:
                for given in (one, other):
                    server.port = given.getsockname()[1]
                    self.assertEqual(server.get("/healthz").status, 200)

    def test_a_given_socket_that_cannot_be_listened_on_stops_the_start_with_a_reason(self):
        unix, datagram = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        idle = socket.socket()
        for given, what in ((unix, "Accept=no"), (datagram, "datagram"), (idle, "Accept=no")):
            with self.subTest(what=what), given:
                with self.assertRaises(AssertionError) as refused:
                    Server(**give([given.fileno()], ["x.socket"]))
                self.assertRegex(str(refused.exception), rf'ended with 1(.|\n)*descriptor 3 .*x\.socket.*{what}')

    def test_what_was_given_to_another_process_is_left_alone(self):
        variables = {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
        with Server(env=variables) as server:
            self.assertEqual(server.get("/healthz").status, 200)


class StoredSocket(unittest.TestCase):
    """The listening socket outlives the process: it is left with the manager, and comes back at a restart."""

    def assert_answered_by_the_next_server(self, manager, port):
        """Whoever connects now, while none runs."""
        with socket.create_connection(("127.0.0.1", port), 5) as waiting:
            waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n")
            with Server({"server.port": port}, **manager.given()):
                waiting.settimeout(10)
                self.assertIn(b"200 OK", waiting.recv(4096))
                waiting.close()

    def test_whoever_connects_while_no_server_runs_is_answered_by_the_next_one(self):
        with Manager() as manager:
            with Server(env=manager.variables) as server:
                manager.wait_for(lambda m: m.get("FDSTORE") == "1", "with the socket")
                port = server.port
            self.assert_answered_by_the_next_server(manager, port)

    def test_it_survives_a_killed_server_too(self):
        with Manager() as manager:
            server = Server(env=manager.variables)
            manager.wait_for(lambda m: m.get("FDSTORE") == "1", "with the socket")
            port = server.port
            server.kill()
            self.assert_answered_by_the_next_server(manager, port)

    def test_with_port_0_a_restart_keeps_the_port(self):
        with Manager() as manager:
            with Server(env=manager.variables) as server:
                manager.wait_for(lambda m: m.get("FDSTORE") == "1", "with the socket")
            with Server(**manager.given()) as again:
                self.assertEqual(again.port, server.port)

    def test_a_changed_port_in_the_config_wins_over_the_stored_socket(self):
        with Manager() as manager:
            with Server(env=manager.variables) as server:
                manager.wait_for(lambda m: m.get("FDSTORE") == "1", "with the socket")
            free = sockets.free_port()
            with Server({"server.port": free}, **manager.given()) as moved:
                self.assertEqual(moved.port, free)
                moved.wait_for_log(lambda l: l.get("was") == f"127.0.0.1:{server.port}", "of the change")
                manager.wait_for(lambda m: m.get("FDSTOREREMOVE") == "1", "of the old one")
                wait_until(lambda: len(manager.told(lambda m: m.get("FDSTORE") == "1")) == 2, "the new one is stored")
                with self.assertRaises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", server.port), 5)

    def test_a_changed_host_on_the_same_port_is_opened_although_the_manager_still_holds_the_old_socket(self):
        with Manager() as manager:
            # Of all addresses, so no client of another test may have it at any of them.
            with Server({"server.port": sockets.free_port()}, env=manager.variables) as server:
                manager.wait_for(lambda m: m.get("FDSTORE") == "1", "with the socket")
            held = manager.given()
            with Server({"server.host": "0.0.0.0", "server.port": server.port}, **held) as wide:
                self.assertEqual(wide.address, f"0.0.0.0:{server.port}")

    def test_a_listener_is_kept_as_well_and_closed_where_the_config_has_it_no_more(self):
        listener = {"listeners.l.address": "127.0.0.1:0"}
        with Manager() as manager:
            with Server(listener, env=manager.variables) as server:
                manager.wait_for(lambda m: m.get("FDNAME") == "oneshot-listener.l", "with the listener's socket")
                manager.wait_for(lambda m: m.get("FDNAME") == "oneshot-listener", "with the other socket")
                at = next(l["listeners"] for l in server.log_lines() if "listeners" in l)
            with socket.create_connection(("127.0.0.1", int(at.rsplit(":", 1)[1])), 5) as waiting:
                waiting.settimeout(10)
                waiting.sendall(b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n")
                with Server(listener, **manager.given()) as again:
                    self.assertEqual(next(l["listeners"] for l in again.log_lines() if "listeners" in l), at)
                    self.assertIn(b"200 OK", waiting.recv(4096))
                    waiting.close()
            with Server(**manager.given()) as last:
                self.assertEqual(last.port, server.port)
                manager.wait_for(lambda m: m.get("FDSTOREREMOVE") == "1" and m["FDNAME"] == "oneshot-listener.l",
                                 "of the listener's socket")
                with self.assertRaises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", int(at.rsplit(":", 1)[1])), 5)

    def test_a_given_socket_wins_over_a_stored_one(self):
        with listening() as given, listening() as stored:
            arguments = give([stored.fileno(), given.fileno()], ["oneshot-listener", "a.socket"])
            with Server(**arguments) as server:
                self.assertEqual(server.port, given.getsockname()[1])


class Terminal(unittest.TestCase):
    def test_a_terminal_that_is_closed_ends_the_server_in_order(self):
        master, slave = os.openpty()
        process = subprocess.Popen([programs.server_binary(), "--host", "127.0.0.1", "--port", "0"],
                                   env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=slave)
        os.close(slave)
        said = b""
        while b"listening" not in said or not said.endswith(b"\n"):
            said += os.read(master, 4096)
        self.assertEqual(parse_line(said.decode().splitlines()[-1])["msg"], "listening")
        os.close(master)
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.wait(10), 0)


if __name__ == "__main__":
    runner.main()
