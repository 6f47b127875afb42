# SPDX-License-Identifier: MIT
"""Unix sockets: programs of the same machine post without a port, and the kernel says who they are."""

import grp
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

from harness import programs, runner
from harness.manager import Manager, give, listening
from harness.server import Server
from harness.waiting import wait_until

NOBODY = 65534
AS_ROOT = os.geteuid() == 0

# Speaks HTTP to a Unix socket, as the user whose number comes first; 0: as whoever runs it.
CALLER = r"""
import http.client, json, os, socket, sys
uid, path, method, target, body, headers = json.loads(sys.argv[1])
if uid:
    os.setgid(uid)
    os.setuid(uid)
connection = http.client.HTTPConnection("localhost", timeout=20)
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.settimeout(20)
connection.sock.connect(path)
connection.request(method, target, body, headers)
reply = connection.getresponse()
print(json.dumps([reply.status, reply.read().decode()]))
"""


def call(path, method, target, body=None, headers=None, uid=0):
    done = subprocess.run([sys.executable, "-c", CALLER, json.dumps([uid, path, method, target, body, headers or {}])],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def connect(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(path)
    return connection


class UnixSockets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oneshot-unix-")
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.path = os.path.join(folder.name, "post.sock")
        self.settings = {"listeners.local.address": f"unix:{self.path}", "listeners.local.rights": ["post", "view"]}

    def test_an_event_posted_there_arrives_at_a_scraper_once(self):
        with Server(self.settings) as server:
            server.get("/metrics?scraper=p")
            self.assertEqual(call(self.path, "POST", "/event", "type=local",
                                  {"Content-Type": "application/x-www-form-urlencoded"})[0], 200)
            self.assertIn('events_to_metrics{type="local"} 1', server.get("/metrics?scraper=p").text)
            self.assertNotIn("events_to_metrics{", server.get("/metrics?scraper=p").text)
            line = next(l for l in server.log_lines() if l["msg"] == "listening")
            self.assertEqual(line["listeners"], f"local unix:{self.path}")

    def test_a_scrape_there_takes_nothing_and_says_where_to_scrape(self):
        with Server(self.settings) as server:
            server.get("/metrics?scraper=p")
            server.post("/event?type=a")
            status, text = call(self.path, "GET", "/metrics?scraper=p")
            self.assertEqual(status, 403)
            self.assertIn("not at this address: listeners.local.rights allows post, view", text)
            self.assertIn('events_to_metrics{type="a"} 1', call(self.path, "GET", "/metrics?scraper=p&peek=1")[1])
            self.assertIn('events_to_metrics{type="a"} 1', server.get("/metrics?scraper=p").text)

    def test_a_socket_with_all_rights_lets_nobody_scrape_either(self):
        del self.settings["listeners.local.rights"]
        with Server(self.settings) as server:
            server.get("/metrics?scraper=p")
            server.post("/event?type=a")
            self.assertEqual(call(self.path, "GET", "/metrics?scraper=p"), (
                403, "not at a Unix socket, which cannot take a batch back from a scraper that gave up: scrape by TCP; "
                     "peek=1 may look\n"))
            self.assertIn('events_to_metrics{type="a"} 1', server.get("/metrics?scraper=p").text)

    def test_the_file_has_the_rights_and_the_group_of_the_config(self):
        with Server(self.settings):
            self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o660)
        group = grp.getgrgid(os.getgroups()[-1] if os.getgroups() else os.getgid()).gr_name
        with Server({**self.settings, "listeners.local.mode": "0606", "listeners.local.group": group}):
            status = os.stat(self.path)
            self.assertEqual((stat.S_IMODE(status.st_mode), grp.getgrgid(status.st_gid).gr_name), (0o606, group))

    def refused_start(self, settings, pattern):
        with self.assertRaisesRegex(AssertionError, pattern):
            with Server(settings):
                pass

    def test_what_an_earlier_program_left_is_replaced(self):
        left = socket.socket(socket.AF_UNIX)
        left.bind(self.path)
        left.close()
        for end in (signal.SIGKILL, signal.SIGTERM):
            with Server(self.settings) as server:
                self.assertEqual(call(self.path, "POST", "/event?type=a")[0], 200)
                if end == signal.SIGKILL:
                    server.signal(signal.SIGKILL)

    def test_a_path_that_is_taken_or_cannot_be_made_ends_the_start_and_says_why(self):
        start = rf"\[listeners\.local\]: cannot listen on unix:{re.escape(self.path)}: "
        with Server(self.settings):
            self.refused_start(self.settings, start + "another program listens there")
        os.unlink(self.path)
        with open(self.path, "w", encoding="ascii") as file:
            file.write("of somebody else")
        self.refused_start(self.settings, start + "there is a file that is no socket; remove it, or choose another")
        with open(self.path, encoding="ascii") as file:
            self.assertEqual(file.read(), "of somebody else")
        deeper = self.path + ".d/post.sock"
        self.refused_start({"listeners.local.address": f"unix:{deeper}"},
                           r"No such file or directory \(the folder has to be there")
        self.refused_start({**self.settings, "listeners.local.address": f"unix:{self.path}2",
                            "listeners.local.group": "no-such-group"}, r'there is no group ."no-such-group')

    @unittest.skipUnless(AS_ROOT, "needs to be root, to be several users")
    def test_each_user_is_the_client_that_the_config_says(self):
        settings = {**self.settings, "listeners.local.mode": "0666",
                    "clients.deploy.unix_user": "nobody", "clients.deploy.rights": ["post"],
                    "clients.prom.token_sha256": "0" * 64,
                    "clients.prom.rights": ["scrape"], "clients.root.unix_user": "0",
                    "clients.root.rights": ["scrape", "view"], "clients.anonymous.rights": ["scrape"]}
        with Server(settings) as server:
            server.get("/metrics?scraper=p")
            self.assertEqual(call(self.path, "POST", "/event?type=a", uid=NOBODY)[0], 200)
            status, text = call(self.path, "POST", "/event?type=b")
            self.assertEqual((status, text), (403, 'client "root" may not post (its rights: scrape, view)\n'))
            self.assertEqual(server.post("/event?type=c").status, 401)
            self.assertEqual(call(self.path, "POST", "/event?type=d", uid=12345)[0], 401)
            self.assertEqual(call(self.path, "POST", "/event?type=e", None, {"Authorization": "Bearer wrong"},
                                  uid=NOBODY)[0], 401)
            text = server.get("/metrics?scraper=p").text
            self.assertIn('events_to_metrics{type="a"} 1', text)
            self.assertIn('oneshot_client_events_accepted_total{client="deploy"} 1', text)
            peers = {line.get("peer") for line in server.log_lines()}
            self.assertLessEqual({"unix:0", "unix:12345", "unix:65534"}, peers)

    def test_a_user_that_is_not_there_is_named(self):
        config = self.path + ".toml"
        with open(config, "w", encoding="ascii") as file:
            file.write('[clients.x]\nrights = []\nunix_user = "no-such-user"\n')
        done = subprocess.run([programs.server_binary(), "--config", config, "--check-config"], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn('[clients.x] unix_user: there is no user "no-such-user" on this machine', done.stderr)

    def test_a_connection_lives_on_takes_pipelined_posts_and_ends_in_order(self):
        with Server(self.settings) as server:
            with connect(self.path) as connection:
                request = b"POST /event?type=a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
                connection.sendall(request * 500)
                connection.shutdown(socket.SHUT_WR)
                got = b"".join(iter(lambda: connection.recv(65536), b""))
            self.assertEqual(got.count(b"HTTP/1.1 200"), 500)
            self.assertEqual(server.scrape("p").value("oneshot_events_accepted_total"), 500)

    def test_a_long_answer_waits_for_a_slow_reader_and_is_whole(self):
        with Server(self.settings) as server:
            server.get("/metrics?scraper=p")
            for i in range(40):
                server.post("/events", "\n".join(json.dumps({"labels": {"n": f"{i}.{j}", "text": "x" * 900}})
                                                 for j in range(100)).encode(),
                            [("Content-Type", "application/x-ndjson")])
            with connect(self.path) as connection:
                connection.sendall(b"GET /metrics?scraper=p&peek=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                got = b"".join(iter(lambda: connection.recv(1024), b""))
            self.assertEqual(got.count(b"events_to_metrics{n="), 4000)

    def test_who_reads_nothing_is_closed_and_harms_nobody(self):
        with Server({**self.settings, "server.header_timeout_seconds": 1}) as server:
            with connect(self.path) as stuck:
                request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
                try:
                    while True:
                        stuck.sendall(request * 100)
                except OSError:
                    pass  # the server has closed
                self.assertEqual(call(self.path, "POST", "/event?type=a")[0], 200)
            wait_until(lambda: server.scrape("p").value("oneshot_connections") == 1, "that leaves the one that asks")

    def test_a_stop_answers_who_is_connected(self):
        with Server(self.settings) as server:
            connections = [connect(self.path) for _ in range(5)]
            for connection in connections:
                connection.sendall(b"POST /event?type=a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            for connection in connections:
                self.assertIn(b"200 OK", connection.recv(1000))
            server.signal()
            for connection in connections:
                self.assertEqual(connection.recv(1000), b"")
                connection.close()

    def test_a_service_manager_may_open_it_and_keeps_it_over_a_restart(self):
        with socket.socket(socket.AF_UNIX) as given, listening() as tcp:
            given.bind(self.path)
            given.listen()
            with Server(**give([given.fileno(), tcp.fileno()], ["post.socket", "events.socket"])) as server:
                self.assertEqual(call(self.path, "POST", "/event?type=a")[0], 200)
                self.assertTrue(server.address.startswith(f"unix:{self.path}, "), server.address)
        os.unlink(self.path)
        with Manager() as manager:
            with Server(self.settings, env=manager.variables):
                manager.wait_for(lambda m: m.get("FDNAME") == "oneshot-listener.local", "of the socket")
            with connect(self.path) as early:  # while no server runs
                early.sendall(b"POST /event?type=a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                with Server(self.settings, **manager.given()):
                    self.assertIn(b"200 OK", early.recv(1000))
                    early.close()
            os.unlink(self.path)  # as a unit without RuntimeDirectoryPreserve= does
            with Server(self.settings, **manager.given()):
                self.assertEqual(call(self.path, "POST", "/event?type=a")[0], 200)


if __name__ == "__main__":
    runner.main()
