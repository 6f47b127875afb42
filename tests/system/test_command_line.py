# SPDX-License-Identifier: MIT
"""The program itself: its options, where a setting comes from, what a wrong one is told, exit statuses."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from harness import programs, runner
from harness.server import Server, environment, toml


def run(*args, env=None):
    """The program with these arguments, ended by itself: (status, stdout, stderr)."""
    done = subprocess.run([programs.server_binary(), *args], env=environment(env), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=20, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def printed(*args, env=None):
    """The settings that --print-config shows: {"server.port": "8090"}."""
    status, out, err = run(*args, "--print-config", env=env)
    assert status == 0, (status, err)
    settings, section = {}, ""
    for line in out.splitlines():
        line = line.split(" #")[0].strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            key, value = (part.strip() for part in line.split("=", 1))
            settings[f"{section}.{key}"] = value
    return settings


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-test-")
        self.addCleanup(self.folder.cleanup)

    def file(self, text, name="config.toml"):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def refused(self, *args, words=(), env=None, status=2):
        """The start is refused with this status, nothing on stdout, and one line with all these words."""
        found, out, err = run(*args, env=env)
        self.assertEqual(found, status, err)
        self.assertEqual(out, "")
        self.assertEqual(err.count("\n"), 1, f"one line was expected: {err!r}")
        for word in words:
            self.assertIn(word, err)

    def test_a_cluster_needs_the_other_program_which_is_looked_for_beside_this_one(self):
        config = self.file('[cluster]\nservers = ["nats://127.0.0.1:1"]\n')
        alone = os.path.join(self.folder.name, "oneshot-metrics-server")
        shutil.copy(programs.server_binary(), alone)
        ended = subprocess.run([alone, "--config", config], capture_output=True, text=True, timeout=30,
                               env=environment(), check=False)
        self.assertEqual(2, ended.returncode, ended.stderr)
        self.assertIn(f"a cluster needs the program {alone}-cluster: No such file or directory", ended.stderr)
        self.assertIn("Install the package oneshot-metrics-server-cluster", ended.stderr)

    def test_a_pipe_is_no_config(self):
        pipe = os.path.join(self.folder.name, "pipe")
        os.mkfifo(pipe)
        self.refused("--config", pipe, words=["pipe: is a pipe: write the settings into a file"])

    def test_version_is_printed_and_nothing_else_happens(self):
        status, out, err = run("--version")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"\Aoneshot-metrics-server \d+\.\d+\.\d+[^\n]*\n\Z")

    def test_help_names_every_option_and_every_variable(self):
        status, out, err = run("--help")
        self.assertEqual((status, err), (0, ""))
        for word in ("--config", "--host", "--port", "--log-level", "--check-config", "--print-config",
                     "--version", "--help", "PORT", "USE_EXPLICIT_TIMESTAMPS", "LOG_LEVEL"):
            self.assertIn(word, out)

    def test_an_unknown_option_a_stray_word_or_a_missing_value_exits_2(self):
        self.refused("--prot", "1", words=["--prot", "--port"])
        self.refused("serve", words=["serve"])
        self.refused("--port", words=["--port"])
        self.refused("--port", "http", words=["--port", "http", "65535"])
        self.refused("--port", "65536", words=["--port", "65536", "65535"])
        self.refused("--port", "-1", words=["--port", "-1"])
        self.refused("--port", "", words=["--port"])
        self.refused("--log-level", "loud", words=["--log-level", "loud", "error", "warn", "info", "debug"])
        self.refused("--host", "not an address", words=["--host", "not an address"])

    def test_a_good_config_is_checked_without_serving(self):
        path = self.file('[server]\nport = 1\n[events]\nrepeats = "sum"\n')
        status, _, err = run("--config", path, "--check-config")
        self.assertEqual(status, 0, err)

    def test_what_is_allowed_and_hardly_meant_is_a_warning_at_a_check_and_at_the_start(self):
        confirm = {"scrapers.names": ["prom-a"], "confirm.prom-b.url": "http://127.0.0.1:1"}
        said = "[confirm.prom-b]: scrapers.names does not have this name; did you mean [confirm.prom-a]?"
        config = self.file(toml(confirm))
        status, out, err = run("--config", config, "--check-config")
        self.assertEqual((status, out), (0, f"{config}: ok\n"))
        self.assertRegex(err, rf"^oneshot-metrics-server: warning: {re.escape(said)}[^\n]*\n$")
        with Server(confirm) as server:
            self.assertEqual([line["level"] for line in server.log_lines() if line["msg"].startswith(said)], ["warn"])

    def test_a_folder_that_is_not_there_yet_is_a_warning_at_a_check(self):
        config = self.file(toml({"storage.path": "/nonexist/events.log"}))
        status, out, err = run("--config", config, "--check-config")
        self.assertEqual((status, out), (0, f"{config}: ok\n"))
        self.assertIn('warning: storage.path = "/nonexist/events.log": there is no folder /nonexist here', err)
        self.refused("--config", config, status=1, words=["there is no folder /nonexist"])

    def test_a_listener_is_not_plain_where_its_section_says_tls(self):
        config = self.file(toml({"listeners.a.address": "127.0.0.1:0", "listeners.a.tls": True}))
        for args in ((), ("--check-config",)):
            self.refused("--config", config, *args,
                         words=["[listeners.a] tls = true: there is no server.web_config_file"])
        config = self.file(toml({"listeners.a.address": "127.0.0.1:0"}))
        again = self.file(run("--config", config, "--print-config")[1], "again.toml")
        self.assertEqual(run("--config", again, "--check-config")[0], 0)

    def test_a_password_in_a_url_is_in_no_message(self):
        for key, value in (("confirm.a.url", "http://bob:geheim@p:9090"), ("server.host", "http://bob:geheim@p"),
                           ("cluster.servers", ["nats://bob:geheim@n1:4222"])):
            self.refused("--config", self.file(toml({key: value})), words=["://***@"])
            self.assertNotIn("geheim", run("--config", self.file(toml({key: value})))[2])
        for variable in ("ONESHOT__CLUSTER__SERVERS", "ONESHOT__SERVER__HOST"):
            env = {variable: "nats://bob:geheim@n1:4222"}
            self.refused(env=env, words=[variable, "://***@"])
            self.assertNotIn("geheim", run(env=env)[2])
        self.assertNotIn("geheim", run("--host", "http://bob:geheim@p")[2])

    def test_the_shipped_example_is_a_good_config_and_equals_the_defaults(self):
        example = os.path.join(os.path.dirname(__file__), "../../config/oneshot-metrics-server.toml")
        self.assertEqual(printed("--config", example), printed())

    def test_the_built_in_defaults_are_those_of_the_contract(self):
        expected = {
            "server.host": '"::"', "server.port": "8090", "server.threads": "0",
            "server.web_config_file": '""',
            "server.rights": '["post", "scrape", "view", "admin"]',
            "server.max_connections": "4096", "server.max_connections_per_peer": "1024",
            "server.max_memory_mib": "256",
            "server.header_timeout_seconds": "10", "server.idle_timeout_seconds": "330",
            "server.stop_seconds": "10", "server.allowed_hosts": "[]", "server.gzip": '"auto"',
            "events.metric": '"events_to_metrics"', "events.use_explicit_timestamps": "false",
            "events.timestamp_max_age_seconds": "3000", "events.repeats": '"count"',
            "events.max_event_bytes": "16384", "events.label_names": '"strict"', "events.plain_labels": "[]",
            "events.sender_time": '"keep"', "events.max_labels": "0", "events.max_label_name_bytes": "0",
            "events.max_label_value_bytes": "0", "events.long_values": '"reject"',
            "events.idempotency_keys": "65536", "events.idempotency_seconds": "86400",
            "events.rate_limit": "0", "events.rate_burst": "10000",
            "events.max_series_per_hour": "0",
            "events.counter_labels": "[]", "events.counter_series": "1000", "scrapers.names": "[]",
            "scrapers.forget_after_seconds": "3600",
            "scrapers.max": "64", "scrapers.startup_hold_seconds": "600",
            "scrapers.max_events_per_scrape": "10000", "scrapers.max_scrape_bytes": "12582912",
            "scrapers.allow": '["0.0.0.0/0", "::/0"]',
            "scrapers.trusted_proxies": "[]", "scrapers.forwarded_header": '"X-Forwarded-For"', "storage.path": '""',
            "storage.capacity_mib": "64", "storage.when_full": '"drop_oldest"', "storage.sync": '"interval"',
            "history.seconds": "3600", "history.max_mib": "4", "history.senders": "false",
            "cluster.servers": "[]", "cluster.name": '"oneshot"', "cluster.replica": '""', "cluster.copies": "3",
            "cluster.timeout_seconds": "10", "cluster.credentials_file": '""', "cluster.user": '""',
            "cluster.password_file": '""', "cluster.tls_ca_file": '""', "cluster.tls_cert_file": '""',
            "cluster.tls_key_file": '""',
            "log.level": '"info"', "log.format": '"logfmt"'}
        self.assertEqual(printed(), expected)

    def test_the_printed_config_read_again_prints_the_same(self):
        path = self.file('[server]\nheader_timeout_seconds = 0.25\nhost = "127.0.0.1"\n'
                         '[scrapers]\nnames = ["a", "b:9"]\nallow = ["10.0.0.0/8"]\n[log]\nlevel = "debug"\n')
        _, first, _ = run("--config", path, "--print-config")
        self.assertIn("0.25", first)
        self.assertIn("b:9", first)
        status, second, err = run("--config", self.file(first, "printed.toml"), "--print-config")
        self.assertEqual((status, second), (0, first), err)

    def test_the_command_line_beats_the_environment_which_beats_the_file(self):
        path = self.file('[server]\nport = 1111\nhost = "127.0.0.9"\n[events]\nuse_explicit_'
                         'timestamps = true\n[log]\nlevel = "error"\n')
        found = printed("--config", path)
        self.assertEqual((found["server.port"], found["log.level"]), ("1111", '"error"'))
        env = {"PORT": "2222", "LOG_LEVEL": "warn", "USE_EXPLICIT_TIMESTAMPS": "false"}
        found = printed("--config", path, env=env)
        self.assertEqual((found["server.port"], found["log.level"]), ("2222", '"warn"'))
        self.assertEqual(found["events.use_explicit_timestamps"], "false")
        found = printed("--config", path, "--port", "3333", "--log-level", "debug", "--host", "127.0.0.8",
                        env=env)
        self.assertEqual((found["server.port"], found["log.level"]), ("3333", '"debug"'))
        self.assertEqual(found["server.host"], '"127.0.0.8"')

    def test_variables_may_be_in_any_case_and_an_empty_one_is_unset(self):
        found = printed(env={"LOG_LEVEL": "WaRn", "USE_EXPLICIT_TIMESTAMPS": "TRUE"})
        self.assertEqual((found["log.level"], found["events.use_explicit_timestamps"]), ('"warn"', "true"))
        self.assertEqual(printed(env={"PORT": "", "LOG_LEVEL": "", "USE_EXPLICIT_TIMESTAMPS": ""}), printed())

    def test_a_bad_variable_exits_2_and_the_line_names_it(self):
        self.refused(env={"PORT": "80a"}, words=["PORT", "80a", "65535"])
        self.refused(env={"PORT": "70000"}, words=["PORT", "70000", "65535"])
        self.refused(env={"LOG_LEVEL": "verbose"}, words=["LOG_LEVEL", "verbose", "error", "warn", "info",
                                                          "debug"])
        self.refused(env={"USE_EXPLICIT_TIMESTAMPS": "yes"},
                     words=["USE_EXPLICIT_TIMESTAMPS", "yes", "true", "false"])

    def test_every_key_is_a_variable_too_with_two_underscores(self):
        found = printed(env={"ONESHOT__SERVER__PORT": "9000", "ONESHOT__SERVER__MAX_CONNECTIONS": "17", "PORT": "1",
                             "ONESHOT__SERVER__HEADER_TIMEOUT_SECONDS": "2.5", "ONESHOT__LOG__LEVEL": "warning",
                             "ONESHOT__SCRAPERS__NAMES": "prom-a, prom-b", "ONESHOT__EVENTS__METRIC": "x",
                             "ONESHOT__EVENTS__USE_EXPLICIT_TIMESTAMPS": "True", "ONESHOT__STORAGE__PATH": ""})
        for key, value in {"server.port": "9000", "server.max_connections": "17", "log.level": '"warn"',
                           "server.header_timeout_seconds": "2.5", "scrapers.names": '["prom-a", "prom-b"]',
                           "events.metric": '"x"', "events.use_explicit_timestamps": "true"}.items():
            self.assertEqual(found[key], value)
        every = {key: value for key, value in printed().items() if "." in key and value not in ('""', "[]")}
        for key, value in every.items():
            name = "ONESHOT__" + key.replace(".", "__").upper()
            text = ",".join(json.loads(value)) if value[0] == "[" else value.strip('"')
            self.assertEqual(printed(env={name: text})[key], value, name)
        self.assertEqual(printed("--port", "3", env={"ONESHOT__SERVER__PORT": "2"})["server.port"], "3")

    def test_a_bad_variable_of_a_key_and_one_of_no_key_exit_2_and_are_named(self):
        self.refused(env={"ONESHOT__SERVER__PORT": "70000"},
                     words=['environment variable ONESHOT__SERVER__PORT = "70000": must be a whole number'])
        self.refused(env={"ONESHOT__SCRAPERS__NAMES": "a,a b"}, words=["ONESHOT__SCRAPERS__NAMES", 'contains "a b"'])
        self.refused(env={"ONESHOT__SERVER__PROT": "1"}, words=["did you mean ONESHOT__SERVER__PORT?"])
        self.refused(env={"ONESHOT__X": "1"}, words=["ONESHOT__X", "ONESHOT__SECTION__KEY"])
        # Kubernetes makes such ones of a service's name.
        self.assertEqual(printed(env={"ONESHOT_METRICS_SERVER_PORT": "tcp://10.0.0.1:8090"}), printed())

    def test_all_faults_of_a_config_are_said_at_once(self):
        path = self.file('[server]\nprot = 1\nhost = "a:b"\n[log]\nlevel = "loud"\n')
        status, out, err = run("--config", path, "--check-config")
        self.assertEqual((status, out), (2, ""))
        self.assertEqual([line.split(": ")[1 if line.startswith("oneshot") else 0].rsplit(":", 1)[1]
                          for line in err.splitlines()], ["2", "3", "5"], err)

    def test_lines_of_json_say_what_lines_of_logfmt_say(self):
        command = [programs.server_binary(), "--host", "127.0.0.1", "--port", "0", "--log.format=json"]
        process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
        with process:
            try:
                lines = [json.loads(process.stderr.readline()) for _ in range(2)]
            finally:
                process.terminate()
            self.assertEqual([(line["level"], line["msg"][:9]) for line in lines],
                             [("warn", "events ar"), ("info", "listening")])
            self.assertIsInstance(lines[1]["threads"], int)
            for rest in process.stderr:
                json.loads(rest)

    def test_without_config_no_file_is_read(self):
        with open(os.path.join(self.folder.name, "oneshot-metrics-server.toml"), "w",
                  encoding="utf-8") as file:
            file.write("this is no config")
        done = subprocess.run([programs.server_binary(), "--check-config"], cwd=self.folder.name,
                              env=environment(),
                              capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_bad_config_exits_2_with_one_line_that_names_file_line_key_found_and_allowed(self):
        cases = [  # text, line, words
            ("[server]\n\nprot = 8090\n", 3, ["prot", "port"]),
            ("[evnts]\nmetric = \"a\"\n", 1, ["evnts", "events"]),
            ("[events]\nrepeat = \"count\"\n", 2, ["repeat", "repeats"]),
            ("[server]\nport = \"8090\"\n", 2, ["port", '"8090"', "whole number", "65535"]),
            ("[server]\nport = 99999\n", 2, ["port", "99999", "65535"]),
            ("[server]\nport = -1\n", 2, ["port", "-1"]),
            ("[server]\nport = 1.5\n", 2, ["port"]),
            ("[server]\nhost = \"not an address\"\n", 2, ["host", "not an address"]),
            ("[server]\nheader_timeout_seconds = \"10\"\n", 2, ["header_timeout_seconds", '"10"', "number"]),
            ("[server]\nheader_timeout_seconds = -1\n", 2, ["header_timeout_seconds", "-1"]),
            ("[server]\nheader_timeout_seconds = nan\n", 2, ["header_timeout_seconds"]),
            ("[server]\nmax_connections = 0\n", 2, ["max_connections", "0"]),
            ("[events]\nrepeats = \"max\"\n", 2, ["repeats", "max", "count", "last", "sum"]),
            ("[events]\nmetric = \"a-b\"\n", 2, ["metric", "a-b"]),
            ("[events]\nmetric = \"oneshot_events_accepted_total\"\n", 2, ["metric"]),
            ("[events]\nuse_explicit_timestamps = 1\n", 2, ["use_explicit_timestamps", "true or false"]),
            ("[scrapers]\nnames = [\"a b\"]\n", 2, ["names", "a b"]),
            ("[scrapers]\nnames = \"a\"\n", 2, ["names", "list"]),
            ("[scrapers]\nnames = [\"a\", 5]\n", 2, ["names", "5", "list"]),
            ("[scrapers]\nallow = [\"10.0.0.0/33\"]\n", 2, ["allow", "10.0.0.0/33"]),
            ("[scrapers]\ntrusted_proxies = [\"10.0.0\"]\n", 2, ["trusted_proxies", "10.0.0"]),
            ("[storage]\nwhen_full = \"drop\"\n", 2, ["when_full", "drop", "drop_oldest", "reject"]),
            ("[storage]\ncapacity_mib = 0\n", 2, ["capacity_mib", "0"]),
            ("[log]\nlevel = \"trace\"\n", 2, ["level", "trace", "error", "warn", "info", "debug"]),
            ("[server]\nport = 1\nport = 2\n", 3, ["port"]),
            ("[server\nport = 1\n", 1, []),
            ("port = 1\n", 1, ["port"]),
            ("server = 1\n", 1, ["server"]),
        ]
        for text, line, words in cases:
            with self.subTest(text=text):
                path = self.file(text)
                self.refused("--config", path, words=[path, *words])
                _, _, err = run("--config", path)
                self.assertRegex(err, rf"config\.toml(:|.*line ){line}\b")

    def test_a_config_that_cannot_be_read_stops_the_start_and_is_named(self):
        for path in (os.path.join(self.folder.name, "absent.toml"), self.folder.name):
            status, out, err = run("--config", path)
            self.assertIn(status, (1, 2))
            self.assertEqual((out, err.count("\n")), ("", 1), err)
            self.assertIn(path, err)

    def test_client_like_bytes_in_a_config_do_not_reach_the_terminal(self):
        _, _, err = run("--config", self.file(b'[log]\nlevel = "\\u001b[31mred"\n'))
        self.assertNotIn("\x1b", err)
        status, _, err = run("--config", self.file(b'[log]\nlevel = "\xff"\n'))
        self.assertEqual((status, err.count("\n")), (2, 1))

    def test_a_taken_port_exits_1_and_the_line_names_it(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            status, _, err = run("--host", "127.0.0.1", "--port", str(port))
        self.assertEqual(status, 1, err)
        self.assertIn(f"127.0.0.1:{port}", err)
        self.assertIn(f"in use (another program listens there: ss -ltnp 'sport = :{port}' names it", err)

    def test_port_0_takes_a_free_one_and_the_start_line_names_the_real_one(self):
        with Server() as one, Server(args=["--port", "0"]) as other:
            self.assertNotEqual(one.port, other.port)
            for server in (one, other):
                self.assertEqual(server.get("/healthz").text.strip(), "OK")

    def test_the_start_is_logged_with_version_config_address_and_storage(self):
        with Server() as server:
            text = server.log()
            self.assertRegex(text, r"\d+\.\d+\.\d+")
            self.assertIn(server.config, text)
            self.assertIn(f"127.0.0.1:{server.port}", text)
            self.assertIn("level=warn msg=\"events are kept in memory only", text)

    def test_whoever_has_read_that_the_server_listens_has_read_all_warnings_of_the_start(self):
        doubtful = {"confirm.prom-b.url": "http://127.0.0.1:1", "scrapers.names": ["prom-a"]}
        with Server(doubtful) as server:
            server.event("type=a")  # so that the server has started, whatever it says first
            said = [line["msg"] for line in server.log_lines()]
            before = said[:said.index("listening")]
            for warning in ("events are kept in memory only", "[confirm.prom-b]: scrapers.names does not have"):
                self.assertTrue(any(line.startswith(warning) for line in before), server.log())

    def test_all_addresses_are_served_by_default_ipv4_too(self):
        with Server({"server.host": "::"}) as server:
            self.assertEqual(server.get("/healthz").status, 200)
            if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"):
                with open("/proc/net/if_inet6", encoding="ascii") as file:
                    if "00000000000000000000000000000001" in file.read():
                        self.assertEqual(server.get("/healthz", host="::1").status, 200)

    def test_sigterm_and_sigint_end_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Server() as server:
                server.signal(number)
                self.assertEqual(server.wait(), 0)

    def test_the_soft_limit_of_open_files_is_raised_to_the_hard_one(self):
        prlimit = programs.need("prlimit")
        with Server(prefix=[prlimit, "--nofile=64:512"]) as server:
            with open(f"/proc/{server.pid}/limits", encoding="ascii") as file:
                line = next(l for l in file if l.startswith("Max open files"))
            self.assertEqual(line.split()[3:5], ["512", "512"])


if __name__ == "__main__":
    runner.main()
