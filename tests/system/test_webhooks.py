# SPDX-License-Identifier: MIT
"""Webhooks with the real binary: a real Alertmanager, signatures, reloads, and what a mapping makes of a payload."""

import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import tempfile
import unittest

from harness import programs, runner
from harness.alertmanager import Alertmanager
from harness.docker_registry import DockerRegistry
from harness.server import Server, environment
from harness.waiting import wait_until

SAMPLES = os.path.join(programs.ROOT, "tests", "unit", "ingest", "hooks", "samples")
BLUE = {"alertname": "HighMemory", "team": "blue"}
RED = {"alertname": "HighMemory", "team": "red"}


def sample(preset, name):
    """(payload, headers) of a sender."""
    with open(os.path.join(SAMPLES, preset, name + ".json"), "rb") as file:
        body = file.read()
    path = os.path.join(SAMPLES, preset, name + ".headers")
    if not os.path.exists(path):
        return body, []
    with open(path, encoding="ascii") as file:
        return body, [tuple(line.rstrip("\n").split(": ", 1)) for line in file]


class Secret:
    """A file with a secret, as somebody would write it."""

    def __init__(self, text="It's a Secret to Everybody"):
        self.folder = tempfile.TemporaryDirectory(prefix="oneshot-secret-")
        self.path = os.path.join(self.folder.name, "secret")
        self.write(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def write(self, text):
        self.text = text
        with open(self.path, "w", encoding="ascii") as file:
            file.write(text + "\n")

    def signature(self, body):
        return "sha256=" + hmac.new(self.text.encode(), body, hashlib.sha256).hexdigest()


def outcomes(server, hook):
    exposition = server.scrape("own")
    return {name: exposition.value("oneshot_webhook_events_total", hook=hook, outcome=name)
            for name in ("stored", "duplicate", "ignored", "refused")}


class RealAlertmanager(unittest.TestCase):
    HOOK = {"webhooks.alerts.preset": "alertmanager"}

    def start(self, server, **options):
        return Alertmanager(programs.need("prometheus-alertmanager"), f"http://127.0.0.1:{server.port}/hook/alerts",
                            **options)

    def wait_for(self, server, outcome, at_least):
        wait_until(lambda: outcomes(server, "alerts")[outcome] >= at_least, f"{at_least} {outcome}", 30)

    def test_each_alert_counts_once_when_it_fires_and_once_when_it_is_resolved_however_often_the_group_comes(self):
        with Server(self.HOOK) as server, self.start(server) as alertmanager:
            alertmanager.fire(BLUE, RED)
            self.wait_for(server, "duplicate", 4)  # the group came again, twice or more
            alertmanager.resolve(RED)
            self.wait_for(server, "stored", 3)
            before = outcomes(server, "alerts")["duplicate"]
            self.wait_for(server, "duplicate", before + 1)
            events = [s.labels for s in server.scrape("prom").events()]
            self.assertCountEqual(events, [{**BLUE, "status": "firing"}, {**RED, "status": "firing"},
                                           {**RED, "status": "resolved"}])
            self.assertEqual(outcomes(server, "alerts")["refused"], 0)

    def test_a_full_log_is_503_and_alertmanager_comes_again_until_there_is_room(self):
        full = {**self.HOOK, "storage.capacity_mib": 1, "storage.when_full": "reject", "scrapers.names": ["slow"],
                "events.max_event_bytes": 65536}
        with Server(full) as server:
            self.fill(server)
            with self.start(server) as alertmanager:
                alertmanager.fire(BLUE)
                self.wait_for(server, "refused", 1)
                server.scrape("slow")
                self.wait_for(server, "stored", 1)
                alerts = [s.labels for s in server.scrape("slow").events() if "alertname" in s.labels]
                self.assertEqual(alerts, [{**BLUE, "status": "firing"}])

    def fill(self, server):
        """With large events first and then with small ones, until nothing fits any more."""
        for text in ("x" * 60000, "x"):
            for n in range(100_000):
                if server.post(f"/event?n={n}", b"text=" + text.encode()).status == 503:
                    break
            else:
                self.fail("the log never was full")

    def test_the_secret_of_a_hook_may_come_as_alertmanagers_bearer_token(self):
        with Secret("s3cret") as secret:
            hook = {**self.HOOK, "webhooks.alerts.signature": "token:Authorization",
                    "webhooks.alerts.secret_file": secret.path}
            with Server(hook) as server, self.start(server, token="s3cret") as alertmanager:
                alertmanager.fire(BLUE)
                self.wait_for(server, "stored", 1)
                self.assertEqual(server.post("/hook/alerts", b"{}").status, 401)


class GitHub(unittest.TestCase):
    def settings(self, secret):
        return {"webhooks.github.preset": "github", "webhooks.github.secret_file": secret.path}

    def send(self, server, name, secret, **changes):
        body, headers = sample("github", name)
        headers = headers + [("X-Hub-Signature-256", changes.get("signature", secret.signature(body)))]
        return server.post("/hook/github", body, headers)

    def test_a_signed_delivery_is_stored_once_and_a_ping_ignored(self):
        with Secret() as secret, Server(self.settings(secret)) as server:
            for name, answer in (("ping", [0, 0, 1]), ("workflow_run_completed", [1, 0, 0]),
                                 ("workflow_run_completed", [0, 1, 0]), ("release_created", [0, 0, 1]),
                                 ("release_published", [1, 0, 0])):
                reply = self.send(server, name, secret)
                self.assertEqual(reply.status, 200, reply)
                self.assertEqual(list(json.loads(reply.body).values())[:3], answer, name)
            events = [s.labels for s in server.scrape("prom").events()]
            self.assertEqual([e["type"] for e in events], ["github_workflow_run", "github_release"])

    def test_a_delivery_without_the_secret_is_refused(self):
        with Secret() as secret, Server(self.settings(secret)) as server:
            reply = self.send(server, "release_published", secret, signature="sha256=" + "0" * 64)
            self.assertEqual((reply.status, reply.text),
                             (401, 'hook "github": the signature is wrong (header X-Hub-Signature-256)\n'))
            body, headers = sample("github", "release_published")
            reply = server.post("/hook/github", body, headers)
            self.assertEqual((reply.status, reply.text),
                             (401, 'hook "github": the signature is missing (header X-Hub-Signature-256)\n'))
            self.assertEqual(server.scrape("prom").events(), [])

    def test_a_new_secret_counts_after_a_reload_and_no_secret_is_in_the_log(self):
        with Secret("first-secret") as secret, Server(self.settings(secret)) as server:
            secret.write("second-secret")
            server.signal(signal.SIGHUP)
            line = server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the reload")
            self.assertEqual(line["changed"], "what webhooks.github.secret_file holds")
            self.assertEqual(self.send(server, "release_published", secret).status, 200)
            self.assertNotIn("-secret", server.log())


class GitLab(unittest.TestCase):
    def test_two_changes_of_one_thing_in_one_second_are_two_events_and_each_repeat_counts_once(self):
        pipeline = {"id": 99, "finished_at": "2026-11-29 17:00:00 UTC"}
        deployment = {"object_kind": "deployment", "status_changed_at": pipeline["finished_at"], "deployment_id": 99}
        payloads = [{**deployment, "status": status} for status in ("running", "success")]
        payloads += [{"object_kind": "pipeline", "object_attributes": {**pipeline, "status": status}}
                     for status in ("failed", "success")]
        with Server({"webhooks.gitlab.preset": "gitlab", "webhooks.gitlab.signature": ""}) as server:
            for _ in range(2):
                for payload in payloads:
                    self.assertEqual(server.post("/hook/gitlab", json.dumps(payload).encode()).status, 200)
            self.assertEqual([(s.labels["type"], s.labels["status"], s.value) for s in server.scrape("prom").events()],
                             [("gitlab_deployment", "running", 1), ("gitlab_deployment", "success", 1),
                              ("gitlab_pipeline", "failed", 1), ("gitlab_pipeline", "success", 1)])


class RealDockerRegistry(unittest.TestCase):
    def test_an_image_that_is_pushed_or_deleted_is_an_event_and_one_that_is_pulled_is_not(self):
        with Server({"webhooks.images.preset": "docker_registry"}) as server, DockerRegistry(
                programs.need("docker-registry"), f"http://127.0.0.1:{server.port}/hook/images") as registry:
            digest = registry.push("shop/checkout", "1.4")
            registry.pull("shop/checkout", "1.4")
            registry.delete("shop/checkout", digest)
            wait_until(lambda: outcomes(server, "images")["stored"] >= 3, "all events", 30)
            of_image = {"repository": "shop/checkout"}
            self.assertCountEqual([s.labels for s in server.scrape("prom").events()],
                                  [{"type": "docker_push", "tag": "1.4", **of_image},
                                   {"type": "docker_delete", **of_image},
                                   {"type": "docker_delete", "tag": "1.4", **of_image}])  # of the tag that went with it
            self.assertGreaterEqual(outcomes(server, "images")["ignored"], 3)  # two layers, one pull
            self.assertEqual(outcomes(server, "images")["refused"], 0)


class CloudEvents(unittest.TestCase):
    """[webhooks.cloudevents] maps what comes to /event and /events, in each mode."""

    SETTINGS = {'webhooks.cloudevents.when."/data/state"': ["done"], "webhooks.cloudevents.value": "{/data/seconds}",
                "webhooks.cloudevents.labels.type": "{/type|strip:com.example.}",
                "webhooks.cloudevents.labels.repo": "{/data/repo/name}"}

    def mapped(self, number):
        return {"type": "build", "repo": f"shop-{number}"}, number + 0.5

    def attributes(self, number):
        return {"specversion": "1.0", "id": str(number), "source": "/ci", "type": "com.example.build"}

    def data(self, number, state="done"):
        return {"state": state, "seconds": number + 0.5, "repo": {"name": f"shop-{number}"}}

    def post(self, server, path, kind, body, headers=()):
        reply = server.post(path, json.dumps(body).encode(), [("Content-Type", kind), *headers])
        return reply.status, reply.text

    def structured(self, server, number, **data):
        return self.post(server, "/event", "application/cloudevents+json",
                         {**self.attributes(number), "data": self.data(number, **data)})

    def binary(self, server, number, **data):
        headers = [("ce-" + name, value) for name, value in self.attributes(number).items()]
        return self.post(server, "/event", "application/json", self.data(number, **data), headers)

    def batch(self, server, *numbers, **data):
        status, text = self.post(server, "/events", "application/cloudevents-batch+json",
                                 [{**self.attributes(number), "data": self.data(number, **data)} for number in numbers])
        return status, re.sub(r',"ids":\[[^]]*\]', "", text)

    def events(self, server):
        return [(e.labels, e.value) for e in server.scrape("prom").events()]

    def test_all_modes_make_the_event_that_the_hook_says_and_a_repeat_in_another_mode_counts_once(self):
        with Server(self.SETTINGS) as server:
            for answer in (self.structured(server, 1), self.binary(server, 2), self.structured(server, 2)):
                self.assertEqual(answer, (200, ""))
            self.assertEqual(self.batch(server, 1, 3), (200, '{"stored":1,"duplicates":1,"ignored":0}\n'))
            self.assertEqual(self.events(server), [self.mapped(1), self.mapped(2), self.mapped(3)])
            self.assertEqual(outcomes(server, "cloudevents"),
                             {"stored": 3, "duplicate": 2, "ignored": 0, "refused": 0})

    def test_what_when_leaves_out_is_200_and_a_bad_event_400(self):
        with Server(self.SETTINGS) as server:
            self.assertEqual(self.structured(server, 1, state="running"), (200, ""))
            self.assertEqual(self.binary(server, 2, state="running"), (200, ""))
            self.assertEqual(self.batch(server, 3, state="running"),
                             (200, '{"stored":0,"duplicates":0,"ignored":1}\n'))
            status, text = self.post(server, "/event", "application/cloudevents+json",
                                     {**self.attributes(4), "data": {"state": "done", "seconds": "long"}})
            self.assertEqual(status, 400)
            self.assertIn('hook "cloudevents": value "long" is not a number', text)
            self.assertEqual(server.post("/hook/cloudevents", b"{}").status, 404)
            self.assertEqual(self.events(server), [])
            self.assertEqual(outcomes(server, "cloudevents"),
                             {"stored": 0, "duplicate": 0, "ignored": 3, "refused": 1})

    def test_a_reload_brings_the_hook_and_takes_it_away(self):
        def reload(server, settings, number):
            server.configure(settings)
            server.signal(signal.SIGHUP)
            wait_until(lambda: sum(l["msg"] == "reloaded" for l in server.log_lines()) == number, "the reload")

        def built_in(number):
            return {"type": "com.example.build", "source": "/ci", "state": "done", "seconds": f"{number}.5"}, 1

        with Server({}) as server:
            self.structured(server, 1)
            reload(server, self.SETTINGS, 1)
            self.structured(server, 1)  # a repeat, whatever the mapping is now
            self.structured(server, 2)
            reload(server, {}, 2)
            self.structured(server, 3)
            self.assertEqual(self.events(server), [built_in(1), self.mapped(2), built_in(3)])

    def test_an_event_is_durable_before_its_answer_and_counts_once_after_a_kill(self):
        with tempfile.TemporaryDirectory() as folder:
            settings = {**self.SETTINGS, "storage.path": os.path.join(folder, "events.log"), "storage.sync": "always"}
            with Server(settings) as server:
                self.assertEqual(self.binary(server, 1), (200, ""))
                server.signal(signal.SIGKILL)
                server.wait()
            with Server(settings) as server:
                self.assertEqual(self.structured(server, 1), (200, ""))
                self.assertEqual(self.events(server), [self.mapped(1)])


class Reload(unittest.TestCase):
    def test_a_broken_hook_keeps_the_old_ones_and_a_good_one_replaces_them(self):
        old = {"webhooks.x.labels.type": "old"}
        with Server(old) as server:
            server.configure({"webhooks.x.labels.type": "{/new|uper}"})
            server.signal(signal.SIGHUP)
            line = server.wait_for_log(lambda l: "reload failed" in l["msg"], "of the failure")
            self.assertIn('"type": character 7: there is no filter "uper"', line["reason"])
            self.assertEqual(server.post("/hook/x", b"{}").status, 200)
            server.configure({"webhooks.x.labels.type": "new", "webhooks.y.preset": "alertmanager"})
            server.signal(signal.SIGHUP)
            server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the reload")
            self.assertEqual(server.post("/hook/x", b"{}").status, 200)
            self.assertEqual([s.labels for s in server.scrape("prom").events()], [{"type": "old"}, {"type": "new"}])
            self.assertEqual(outcomes(server, "y")["stored"], 0)

    def test_the_list_of_hooks_is_at_both_paths_and_takes_no_post(self):
        with Server({"webhooks.x.labels.type": "x"}) as server:
            for path in ("/hook", "/hook/", "//hook//"):
                reply = server.get(path)
                self.assertEqual(reply.status, 200, path)
                self.assertIn("  /hook/x\n", reply.text)
                reply = server.post(path, b"{}")
                self.assertEqual((reply.status, reply.text),
                                 (404, "the path names no hook, as in /hook/NAME; [webhooks] has: x\n"))
            self.assertIn(" /hook ", server.get("/nothing").text)

    def test_a_hook_that_is_gone_is_404_and_keeps_its_numbers(self):
        with Server({"webhooks.x.labels.type": "x"}) as server:
            server.post("/hook/x", b"{}")
            server.configure({})
            server.signal(signal.SIGHUP)
            server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the reload")
            reply = server.post("/hook/x", b"{}")
            self.assertEqual((reply.status, reply.text),
                             (404, 'there is no hook "x"; the settings have no [webhooks.NAME]\n'))
            self.assertEqual(outcomes(server, "x")["stored"], 1)


class Durable(unittest.TestCase):
    def test_an_alert_that_comes_again_after_a_kill_counts_once(self):
        with tempfile.TemporaryDirectory() as folder:
            settings = {"webhooks.alerts.preset": "alertmanager", "storage.path": os.path.join(folder, "events.log"),
                        "storage.sync": "always"}
            body, _ = sample("alertmanager", "firing")
            with Server(settings) as server:
                self.assertEqual(json.loads(server.post("/hook/alerts", body).body)["stored"], 2)
                server.signal(signal.SIGKILL)
                server.wait()
            with Server(settings) as server:
                self.assertEqual(json.loads(server.post("/hook/alerts", body).body)["duplicates"], 2)
                self.assertEqual(len(server.scrape("prom").events()), 2)


class TryWebhook(unittest.TestCase):
    """--try-webhook shows what a person needs to write a mapping."""

    def run_server(self, config, *arguments, stdin=None):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(config)
            file.flush()
            done = subprocess.run([programs.server_binary(), "--config", file.name, *arguments], env=environment(),
                                  input=stdin, capture_output=True, timeout=20, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    CONFIG = '[webhooks.ci]\nlabels = { type = "{header:X-Event|lower}", ref = "{/ref|strip:refs/heads/}" }\n'

    def test_a_payload_of_standard_input_is_shown_as_events(self):
        status, out, err = self.run_server(self.CONFIG, "--try-webhook", "ci", "-", "-H", "X-Event: Push",
                                           stdin=b'{"ref": "refs/heads/main"}')
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out.splitlines()[-1], 'events_to_metrics{ref="main",type="push"} 1')

    def test_a_payload_of_a_file_is_shown_as_its_dry_run_is(self):
        for preset in sorted(os.listdir(SAMPLES)):
            if preset in ("github", "gitlab") or not os.path.isdir(os.path.join(SAMPLES, preset)):
                continue  # these need a secret, and have cases of their own
            config = f'[webhooks.{preset}]\npreset = "{preset}"\n'
            for file in sorted(os.listdir(os.path.join(SAMPLES, preset))):
                name, kind = os.path.splitext(file)
                if kind != ".json":
                    continue
                _, headers = sample(preset, name)
                options = [word for header in headers for word in ("-H", ": ".join(header))]
                status, out, err = self.run_server(config, "--try-webhook", preset,
                                                   os.path.join(SAMPLES, preset, file), *options)
                with open(os.path.join(SAMPLES, preset, name + ".txt"), encoding="utf-8") as expected:
                    self.assertEqual((status, out, err), (0, expected.read(), ""), (preset, name))

    def test_a_cloudevent_is_shown_in_structured_and_in_binary_mode(self):
        config = '[webhooks.cloudevents]\nlabels = { type = "{/type}", n = "{/data/n}" }\n'
        attributes = {"specversion": "1.0", "id": "7", "source": "/s", "type": "t"}
        headers = [word for name, value in attributes.items() for word in ("-H", f"ce-{name}: {value}")]
        shown = []
        for body, options in (({**attributes, "data": {"n": 1}}, []), ({"n": 1}, headers)):
            status, out, err = self.run_server(config, "--try-webhook", "cloudevents", "-", *options,
                                               stdin=json.dumps(body).encode())
            self.assertEqual((status, err), (0, ""))
            shown.append(out)
        self.assertEqual(shown[0], shown[1])
        self.assertEqual(shown[0].splitlines()[-2:],
                         ['# event 1, id "/s\\x007"', 'events_to_metrics{n="1",type="t"} 1'])
        status, out, err = self.run_server(config, "--try-webhook", "cloudevents", "-", stdin=b'{"n": 1}')
        self.assertEqual((status, out), (2, ""))
        self.assertIn('hook "cloudevents": the CloudEvent has no "specversion"', err)

    def test_an_id_without_braces_is_refused_at_the_start(self):
        for key, text in (("id", "build/id"), ("value", "/seconds"), ("time", "/at")):
            config = f'[webhooks.ci]\nlabels = {{ type = "build" }}\n{key} = "{text}"\n'
            status, out, err = self.run_server(config, "--check-config")
            self.assertEqual((status, out), (2, ""))
            self.assertIn(f'[webhooks.ci] {key}: "{text}"', err)

    def test_what_is_wrong_is_one_line(self):
        for arguments, stdin, message in (
                (("--try-webhook", "cd", "-"), b"{}", 'there is no hook "cd"; [webhooks] has: ci'),
                (("--try-webhook", "ci"), b"", "needs a file with a payload"),
                (("--try-webhook", "ci", "/no/such"), b"", "/no/such: cannot be read: No such file or directory"),
                (("--try-webhook", "ci", "-"), b"{", "-: is not valid JSON: "),
                (("--try-webhook", "ci", "-"), b"{}", 'hook "ci": event 1: '),
                (("--try-webhook", "ci", "-", "-H", "x"), b"{}", "must be NAME: VALUE"),
                (("-H", "x: y"), b"", "belongs to --try-webhook"),
                (("--try-webhook", "ci", "-", "more"), b"", '"more": only options are expected')):
            with self.subTest(arguments=arguments):
                status, out, err = self.run_server(self.CONFIG, *arguments, stdin=stdin)
                self.assertEqual((status, out), (2, ""))
                self.assertIn(message, err)
                self.assertEqual(err.count("\n"), 1)


class Curl(unittest.TestCase):
    def test_the_command_that_a_hooks_page_shows_works(self):
        programs.need("curl")
        with Server({"webhooks.alerts.preset": "alertmanager"}) as server:
            page = server.get("/hook/alerts").text
            command = page.splitlines()[-1].strip().replace("HOST:PORT", f"127.0.0.1:{server.port}")
            payload = os.path.join(SAMPLES, "alertmanager", "firing.json")
            done = subprocess.run(["sh", "-c", command.replace("payload.json", payload)], capture_output=True,
                                  env=environment({"no_proxy": "*"}), timeout=20, check=False)
            self.assertIn(b"2 to store, 0 ignored", done.stdout)


if __name__ == "__main__":
    runner.main()
