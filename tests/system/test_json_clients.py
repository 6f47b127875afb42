# SPDX-License-Identifier: MIT
"""Bodies as real clients send them by default: JSON, CloudEvents, multipart, lines, gzip. A client that is not there
skips its test by name."""

import gzip
import json
import os
import subprocess
import tempfile
import unittest

from harness import programs, runner
from harness.server import Server

EVENT = '{"type":"deploy","service":"caf\u00e9","build":7,"ok":true,"value":4.5}'
LABELS = {"type": "deploy", "service": "caf\u00e9", "build": "7", "ok": "true"}
SECONDS = 60


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        folder = tempfile.TemporaryDirectory(prefix="oneshot-clients-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    def run_client(self, *command, text=None):
        done = subprocess.run(command, cwd=self.folder, input=text, capture_output=True, timeout=SECONDS, check=False,
                              stdin=None if text is not None else subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout.decode()

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def arrived(self, *expected):
        """Each is the labels, or the labels and the value."""
        wanted = sorted((sorted(e[0].items()), e[1]) if isinstance(e, tuple) else (sorted(e.items()), 1)
                        for e in expected)
        events = self.server.scrape("clients").events()
        self.assertEqual(sorted((sorted(e.labels.items()), e.value) for e in events), wanted)

    # -- curl ----------------------------------------------------------------------------------------------------

    def curl(self, *arguments, text=None):
        return self.run_client(programs.need("curl"), "-sS", "--fail-with-body", *arguments, text=text)

    def test_curl_json(self):
        self.curl("--json", EVENT, f"{self.url}/event")
        self.arrived((LABELS, 4.5))
        self.curl("--json", "{}", f"{self.url}/event?type=alert")
        self.arrived({"type": "alert"})

    def test_curl_form_fields(self):
        file = self.write("message", "a & b\nc\n")
        self.curl("-F", "type=deploy", "-F", f"message=<{file}", "-F", "value=2", f"{self.url}/event")
        self.arrived(({"type": "deploy", "message": "a & b\nc"}, 2))
        refused = subprocess.run([programs.need("curl"), "-sS", "-F", f"log=@{file}", f"{self.url}/event"],
                                 capture_output=True, text=True, timeout=SECONDS, check=True)
        self.assertIn('field "log" is a file ("message")', refused.stdout)
        self.arrived()

    def test_curl_lines(self):
        lines = self.write("events.ndjson", '{"n":1}\n{"n":2,"value":3}\n')
        said = self.curl("-H", "Content-Type: application/x-ndjson", "--data-binary", f"@{lines}",
                         f"{self.url}/events?env=x")
        answer = json.loads(said)
        self.assertEqual(len(answer.pop("ids")), 2)
        self.assertEqual(answer, {"stored": 2, "duplicates": 0})
        self.arrived({"n": "1", "env": "x"}, ({"n": "2", "env": "x"}, 3))

    def test_curl_lines_in_gzip(self):
        packed = self.write("events.gz", gzip.compress(b"".join(b'{"n":%d}\n' % n for n in range(500))))
        said = self.curl("-H", "Content-Type: application/x-ndjson", "-H", "Content-Encoding: gzip", "--data-binary",
                         f"@{packed}", f"{self.url}/events")
        self.assertEqual(json.loads(said)["stored"], 500)
        self.assertEqual(len(self.server.scrape("clients").events()), 500)

    def test_curl_plain_text(self):
        self.curl("-H", "Content-Type: text/plain", "--data-binary", "@-", f"{self.url}/event?type=x&text=message",
                  text=b"Backup of db1 & db2\nfinished\n")
        self.arrived({"type": "x", "message": "Backup of db1 & db2\nfinished"})

    def test_wget_json(self):
        self.run_client(programs.need("wget"), "-q", "-O", "-", "--header=Content-Type: application/json",
                        f"--post-data={EVENT}", f"{self.url}/event")
        self.arrived((LABELS, 4.5))

    # -- clients whose default is JSON -----------------------------------------------------------------------------

    def test_httpie(self):
        self.run_client(programs.need("http"), "--check-status", "--ignore-stdin", "POST", f"{self.url}/event",
                        "type=deploy", "service=caf\u00e9", "build:=7", "ok:=true", "value:=4.5")
        self.arrived((LABELS, 4.5))
        self.run_client(programs.need("http"), "--check-status", "--ignore-stdin", "--multipart", "POST",
                        f"{self.url}/event", "type=deploy", "value=2")
        self.arrived(({"type": "deploy"}, 2))

    def test_python_requests(self):
        requests = programs.need_module("requests", "python3-requests")
        requests.post(f"{self.url}/event", json=json.loads(EVENT), timeout=SECONDS).raise_for_status()
        self.arrived((LABELS, 4.5))
        requests.post(f"{self.url}/events", json=[{"n": 1}, {"n": 2}], timeout=SECONDS).raise_for_status()
        self.arrived({"n": "1"}, {"n": "2"})
        requests.post(f"{self.url}/event", files={"type": (None, "deploy")}, timeout=SECONDS).raise_for_status()
        self.arrived({"type": "deploy"})

    def test_ansible_uri(self):
        self.run_client(programs.need("ansible"), "localhost", "-m", "ansible.builtin.uri", "-a", json.dumps(
            {"url": f"{self.url}/event", "method": "POST", "body_format": "json", "body": json.loads(EVENT)}))
        self.arrived((LABELS, 4.5))
        self.run_client(programs.need("ansible"), "localhost", "-m", "ansible.builtin.uri", "-a", json.dumps(
            {"url": f"{self.url}/event", "method": "POST", "body_format": "form-multipart",
             "body": {"type": "deploy"}}))
        self.arrived({"type": "deploy"})

    def node(self, script, *modules):
        program = programs.need("node")
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            for place in (os.environ.get("ONESHOT_NODE_MODULES"), "/usr/share/nodejs"):
                if place and all(os.path.isdir(os.path.join(place, name)) for name in modules):
                    os.symlink(place, os.path.join(folder, "node_modules"))
                    break
            else:
                raise unittest.SkipTest(f"{' '.join(modules)} of Node are not there (set ONESHOT_NODE_MODULES)")
            path = os.path.join(folder, "client.mjs")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"const url = {json.dumps(self.url)}; const event = {EVENT};\n{script}")
            return self.run_client(program, "--preserve-symlinks", path)

    def test_node_fetch(self):
        self.node("""
const check = async (reply) => { if (!reply.ok) throw new Error(await reply.text()); };
await check(await fetch(url + '/event', {method: 'POST', headers: {'Content-Type': 'application/json'},
                                         body: JSON.stringify(event)}));
const form = new FormData();
form.append('type', 'form');
form.append('value', '2');
await check(await fetch(url + '/event', {method: 'POST', body: form}));
await check(await fetch(url + '/event?text=message', {method: 'POST', body: 'a plain text'}));
await check(await fetch(url + '/event', {method: 'POST', body: new URLSearchParams({type: 'search'})}));
""")
        self.arrived((LABELS, 4.5), ({"type": "form"}, 2), {"message": "a plain text"}, {"type": "search"})

    def test_axios(self):
        self.node("""
import axios from 'axios';
await axios.post(url + '/event', event);
await axios.post(url + '/event?type=alert', {});
await axios.postForm(url + '/event', {type: 'form', value: 2});
await axios.post(url + '/events', [{n: 1}, {n: 2}]);
""", "axios")
        self.arrived((LABELS, 4.5), {"type": "alert"}, ({"type": "form"}, 2), {"n": "1"}, {"n": "2"})

    def test_php(self):
        script = self.write("client.php", """<?php
$curl = curl_init($argv[1] . '/event');
curl_setopt_array($curl, [CURLOPT_POSTFIELDS => ['type' => 'deploy', 'value' => '2'], CURLOPT_FAILONERROR => true]);
curl_exec($curl) or exit(1);
""")
        php = programs.need("php")
        if subprocess.run([php, "-r", "exit(function_exists('curl_init') ? 0 : 1);"], check=False).returncode != 0:
            self.skipTest("php-curl is not installed")
        self.run_client(php, script, self.url)
        self.arrived(({"type": "deploy"}, 2))

    # -- CloudEvents ---------------------------------------------------------------------------------------------

    def test_the_cloudevents_sdk_of_javascript_in_both_modes(self):
        self.node("""
import cloudevents from 'cloudevents';
const {CloudEvent, HTTP} = cloudevents;
const post = async (message, path = '/event') => {
  const reply = await fetch(url + path, {method: 'POST', headers: message.headers, body: message.body});
  if (!reply.ok) throw new Error(await reply.text());
};
const one = (id, subject) => new CloudEvent({id, source: '/shop', type: 'com.example.order', subject,
                                             time: '2026-11-26T09:30:00Z', data: {n: 5, nested: {a: 1}, value: 2.5}});
await post(HTTP.binary(one('1', 'binary')));
await post(HTTP.structured(one('2', 'caf\u00e9')));
const batch = [one('3', 'x'), one('4', 'y')].map((event) => event.toJSON());
await post({headers: {'Content-Type': 'application/cloudevents-batch+json'}, body: JSON.stringify(batch)}, '/events');
""", "cloudevents")
        labels = {"source": "/shop", "type": "com.example.order", "n": "5"}
        self.arrived(*(({**labels, "subject": subject}, 2.5) for subject in ("binary", "caf\u00e9", "x", "y")))

    def test_samples_of_cloudevents_as_other_sdks_send_them(self):
        binary = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/go"), ("ce-type", "t"),
                  ("Content-Type", "application/json")]
        self.assertEqual(self.server.post("/event", b'{"n":1}', headers=binary).status, 200)
        structured = (b'{"specversion":"1.0","id":"2","source":"/java","type":"t",'
                      b'"datacontenttype":"text/xml","data":"<a/>"}')
        self.assertEqual(self.server.post("/event", structured, headers=[
            ("Content-Type", "application/cloudevents+json; charset=UTF-8")]).status, 200)
        self.arrived({"source": "/go", "type": "t", "n": "1"}, {"source": "/java", "type": "t"})


if __name__ == "__main__":
    runner.main()
