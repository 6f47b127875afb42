# SPDX-License-Identifier: MIT
"""oneshotctl post and run: an event from a script reaches the scraper once, and no event holds up or fails a job."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time

from harness import certificates, runner
from harness.oneshotctl import Case, environment, program, run, start
from harness.scripted_server import ScriptedServer
from harness.server import Server
from harness.sockets import free_port
from harness.waiting import wait_until


def url(server):
    return f"http://127.0.0.1:{server.port}"


def seen(server, scraper="prom-a", metric="events_to_metrics"):
    """{labels as a sorted tuple: value} of what the scraper gets next."""
    exposition = server.scrape(scraper)
    return {tuple(sorted(sample.labels.items())): sample.value for sample in exposition.samples
            if sample.name == metric}


class Post(Case):
    def setUp(self):
        self.server = Server({"scrapers.names": ["prom-a"]})
        self.addCleanup(self.server.stop)
        self.url = url(self.server)

    def post(self, *args, **options):
        return self.done("post", "--url", self.url, *args, **options)

    def test_a_posted_event_is_in_the_next_scrape_and_nothing_is_printed(self):
        self.assertEqual(self.post("type=deploy", "service=check&out", "note=50% off, \"now\"\n+1"), "")
        self.assertEqual(seen(self.server), {
            (("note", "50% off, \"now\"\n+1"), ("service", "check&out"), ("type", "deploy")): 1})

    def test_value_time_and_metric_are_the_events(self):
        self.server.stop()
        self.server = Server({"scrapers.names": ["prom-a"], "events.use_explicit_timestamps": True,
                              "metrics.deploys.help": "x"})
        self.addCleanup(self.server.stop)
        self.url = url(self.server)
        now = int(time.time()) - 60
        self.post("deploys", "service=a", "--value", "-42.5", "--at", str(now))
        sample = next(s for s in self.server.scrape("prom-a").samples if s.name == "deploys")
        self.assertEqual((sample.value, sample.timestamp), (-42.5, now * 1000))

    def test_the_address_and_the_token_come_from_the_environment_too(self):
        self.assertEqual(run("post", "type=x", env={"ONESHOT_URL": self.url + "/"}).status, 0)
        with ScriptedServer(lambda asked: 200) as fake:
            run("post", "type=x", env={"ONESHOT_URL": fake.url, "ONESHOT_TOKEN": "s3cret"})
            self.assertEqual(fake.asked[0].headers["Authorization"], "Bearer s3cret")
            with tempfile.NamedTemporaryFile("w") as file:
                file.write("other\n")
                file.flush()
                run("post", "type=x", "--url", fake.url, "--token-file", file.name, env={"ONESHOT_TOKEN": "s3cret"})
                self.assertEqual(fake.asked[1].headers["Authorization"], "Bearer other")
                run("post", "type=x", "--url", fake.url, "--user", "me", "--password-file", file.name)
                self.assertEqual(fake.asked[2].headers["Authorization"], "Basic bWU6b3RoZXI=")

    def test_a_refusal_is_told_with_the_servers_words_and_not_repeated(self):
        err = self.failed("post", "--url", self.url, "a-b=1", words=["status 400", "a_b", "the event is not stored"])
        self.assertEqual(err.count("\n"), 1)
        with ScriptedServer(lambda asked: (400, b"no")) as fake:
            self.failed("post", "--url", fake.url, "a=1", words=["status 400"])
        self.assertEqual(len(fake.asked), 1)
        self.failed("post", "--url", self.url, "nope", "a=1",
                    words=["status 404", "if nope was to be a label, write nope=VALUE"])

    def test_wrong_usage_asks_nobody(self):
        self.refused("post", words=["needs a label"])
        self.refused("post", "=x", words=["must stand before the ="])
        self.refused("post", "m", "n", "a=b", words=["must be label=value"])
        self.refused("post", "a=b", "--retry-seconds", "-1", words=["--retry-seconds"])
        self.refused("post", "a=b", "--time", "1", "--at", "2", words=["give one of them"])

    def test_a_password_in_an_address_is_refused_and_not_shown(self):
        for there in ("http://me:s3cret@localhost:1", "https://s3cret@localhost/below"):
            for args, env in ((("--url", there), {}), ((), {"ONESHOT_URL": there})):
                done = run("post", "type=x", *args, env=env)
                self.assertEqual((done.status, done.out), (2, ""))
                self.assertNotIn("s3cret", done.err)
                self.assertIn("--password-file", done.err)

    def test_a_socket_file_that_nobody_serves_is_named(self):
        self.failed("post", "type=x", "--url", "http://localhost", "--unix-socket", "/no/such.sock",
                    "--retry-seconds", "0", words=["/no/such.sock"])

    def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_key(self):
        def lose_two(asked):
            return None if len(fake.asked) < 3 else (200, b"", {"Event-Id": "3f2a-91c8"})
        with ScriptedServer(lose_two) as fake:
            self.assertEqual(json.loads(self.done("post", "--url", fake.url, "type=x", "--json")), {"id": "3f2a-91c8"})
        self.assertEqual(len({asked.headers["Idempotency-Key"] for asked in fake.asked}), 1)
        self.assertEqual({asked.body for asked in fake.asked}, {b"type=x"})

    def test_a_busy_server_is_asked_again_when_it_says(self):
        times = []

        def busy(asked):
            times.append(time.monotonic())
            return (503, b"full", {"Retry-After": "1"}) if len(times) == 1 else 200
        with ScriptedServer(busy) as fake:
            self.done("post", "--url", fake.url, "type=x")
        self.assertGreaterEqual(times[1] - times[0], 1)

    def test_a_server_that_starts_meanwhile_gets_the_event(self):
        port = free_port()
        process = start("post", "type=late", "--url", f"http://127.0.0.1:{port}")
        server = Server({"server.port": port, "scrapers.names": ["prom-a"]})
        self.addCleanup(server.stop)
        out, err = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out, err), (0, b"", b""))
        self.assertEqual(list(seen(server)), [(("type", "late"),)])

    def test_events_of_a_server_that_is_killed_again_and_again_are_stored_once(self):
        """The log is in a file; each post repeats until it is answered."""
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            settings = {"server.port": port, "scrapers.names": ["prom-a"], "storage.path": f"{folder}/events.log",
                        "storage.capacity_mib": 1}
            posts = [start("post", f"number={n}", "--url", f"http://127.0.0.1:{port}") for n in range(12)]
            for _ in range(4):
                server = Server(settings)
                wait_until(lambda: any(p.poll() is not None for p in posts), "one is stored", 20)
                server.signal(signal.SIGKILL)
                server.stop()
            with Server(settings) as server:
                for post in posts:
                    out, err = post.communicate(timeout=60)
                    self.assertEqual((post.returncode, err), (0, b""))
                self.assertEqual(seen(server), {(("number", str(n)),): 1 for n in range(12)})

    def test_when_the_time_is_over_it_says_whether_the_event_may_be_stored(self):
        self.failed("post", "a=b", "--url", f"http://127.0.0.1:{free_port()}", "--retry-seconds", "0.5",
                    words=["no answer from", "the event is not stored"])
        with ScriptedServer(lambda asked: None) as fake:
            self.failed("post", "a=b", "--url", fake.url, "--retry-seconds", "0.5", words=["may be stored, or not"])
            self.assertGreater(len(fake.asked), 1)
        with ScriptedServer(lambda asked: (503, b"the log is full")) as fake:
            self.failed("post", "a=b", "--url", fake.url, "--retry-seconds", "0", words=["503: the log is full", "not"])
            self.assertEqual(len(fake.asked), 1)

    def test_a_socket_file_is_connected_to_instead_of_the_host(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
            path = os.path.join(folder, "post.sock")
            listener.bind(path)
            listener.listen()
            process = start("post", "type=x", "--url", "http://events.example", "--unix-socket", path)
            connection, _ = listener.accept()
            with connection:
                said = b""
                while not said.endswith(b"\r\n\r\ntype=x"):
                    said += connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                self.assertEqual(process.wait(20), 0)
            self.assertIn(b"\r\nHost: events.example\r\n", said)
            process.communicate()

    def test_a_redirect_is_told_and_not_followed(self):
        with ScriptedServer(lambda asked: (301, b"", {"Location": "https://events.example/event"})) as fake:
            self.failed("post", "a=b", "--url", fake.url, words=["status 301: https://events.example/event", "--url"])
            self.assertEqual(len(fake.asked), 1)


class Encrypted(Case):
    """Over TLS, with a client certificate."""

    def test_both_sides_show_certificates_and_no_others_are_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            authority = certificates.Authority(folder)
            pair, mine = authority.issue("server"), authority.issue("ci", sans=("DNS:ci.example",))
            web = os.path.join(folder, "web.yml")
            with open(web, "w", encoding="utf-8") as file:
                file.write(f"tls_server_config:\n  cert_file: {pair.certificate}\n  key_file: {pair.key}\n"
                           f"  client_ca_file: {authority.certificate}\n"
                           "  client_auth_type: RequireAndVerifyClientCert\n")
            with Server({"server.web_config_file": web}) as server:
                post = ("post", "a=b", "--url", f"https://127.0.0.1:{server.port}", "--retry-seconds", "0")
                self.done(*post, "--cacert", authority.certificate, "--cert", mine.certificate, "--key", mine.key)
                self.failed(*post, words=["certificate", "the event is not stored"])
                self.failed(*post, "--cacert", authority.certificate, words=["no answer from https://"])


class Run(Case):
    def setUp(self):
        self.server = Server({"scrapers.names": ["prom-a"], "events.repeats": "last"})
        self.addCleanup(self.server.stop)

    def run_job(self, *args, **options):
        return run("run", "--url", url(self.server), *args, **options)

    def test_a_job_is_an_event_at_its_start_and_one_at_its_end(self):
        began = time.monotonic()
        done = self.run_job("type=backup", "--", "sh", "-c", "cat; echo err >&2; sleep 0.2; exit 3", said=b"in")
        seconds = time.monotonic() - began
        self.assertEqual((done.status, done.out, done.err), (3, "in", "err\n"))
        events = seen(self.server)
        start_labels = (("phase", "start"), ("type", "backup"))
        end_labels = (("exit_status", "3"), ("phase", "end"), ("type", "backup"))
        self.assertEqual(set(events), {start_labels, end_labels})
        self.assertEqual(events[start_labels], 1)
        self.assertTrue(0.2 <= events[end_labels] <= seconds, events)

    def test_without_labels_the_type_is_the_command(self):
        self.assertEqual(self.run_job("--", "/bin/true").status, 0)
        self.assertEqual({dict(labels)["type"] for labels in seen(self.server)}, {"true"})

    def test_what_cannot_be_run_ends_as_in_a_shell_and_is_an_event_too(self):
        done = self.run_job("type=x", "--", "no-such-program")
        self.assertEqual((done.status, done.err), (127, "oneshotctl: cannot run no-such-program: No such file or "
                                                        "directory\n"))
        self.assertEqual(self.run_job("type=x", "--", "/dev/null").status, 126)
        self.assertIn((("exit_status", "127"), ("phase", "end"), ("type", "x")), seen(self.server))

    def test_it_ends_by_the_signal_that_ended_the_command(self):
        done = self.run_job("type=x", "--", "sh", "-c", "kill -USR1 $$")
        self.assertEqual(done.status, -signal.SIGUSR1)
        self.assertIn((("exit_status", str(128 + signal.SIGUSR1)), ("phase", "end"), ("type", "x")), seen(self.server))

    def test_a_signal_goes_on_to_the_command_which_may_live_on(self):
        script = "trap 'echo told' TERM; echo ready; while :; do read line || exit 4; done"
        process = start("run", "--url", url(self.server), "type=x", "--", "sh", "-c", script, stdin=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.send_signal(signal.SIGTERM)
        process.stdin.write(b"go on\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), b"told\n")
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 4)

    def test_the_command_has_the_signals_as_they_were(self):
        script = "import signal; print(sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, []))))"
        self.assertEqual(self.run_job("--", "python3", "-c", script).out, "[]\n")

    def test_a_server_that_is_away_neither_holds_up_nor_fails_the_command(self):
        away = f"http://127.0.0.1:{free_port()}"
        done = run("run", "--url", away, "type=x", "--retry-seconds", "0", "--", "sh", "-c", "echo done; exit 5")
        self.assertEqual((done.status, done.out), (5, "done\n"))
        self.assertEqual(done.err.count("oneshotctl: run: no answer from"), 2, done.err)

    def test_a_server_that_never_answers_does_not_hold_up_the_start(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            process = start("run", "--url", f"http://127.0.0.1:{silent.getsockname()[1]}", "type=x", "--timeout", "30",
                            "--", "echo", "at once")
            self.assertEqual(process.stdout.readline(), b"at once\n")
            process.kill()
            process.communicate(timeout=20)

    def test_when_the_command_is_over_a_signal_ends_the_waiting_for_the_server(self):
        process = start("run", "--url", f"http://127.0.0.1:{free_port()}", "type=x", "--", "true")
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        blocked = 1 << (signal.SIGTERM - 1)

        def is_over():
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                mask = next(int(line.split()[1], 16) for line in status if line.startswith("SigBlk"))
            with open(children, encoding="ascii") as file:
                return os.path.exists(f"/proc/{process.pid}") and not file.read() and not mask & blocked \
                    and self.started(process)
        wait_until(is_over, "the command has ended")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, -signal.SIGTERM)

    @staticmethod
    def started(process):
        """The thread that tells of the start is there: so was the command."""
        return len(os.listdir(f"/proc/{process.pid}/task")) > 1

    def test_wrong_usage_runs_nothing(self):
        self.refused("run", "type=x", "true", words=["-- and a command must follow"])
        self.refused("run", "type=x", "--", words=["-- and a command must follow"])
        self.refused("run", "value=3", "--", "true", words=["value is the seconds"])
        for own in ("phase", "exit_status"):
            self.refused("run", "type=b", own + "=9", "--", "true", words=[f"{own} is a label that run sets itself"])
        self.refused("run", "type=b", "a=1", "type=c", "--", "true", words=['"type" is there twice'])
        self.refused("run", "a", "b", "--", "true", words=["must be label=value"])


if __name__ == "__main__":
    runner.main()
