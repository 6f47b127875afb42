# SPDX-License-Identifier: MIT
"""Scrapes over gzip: every client that people scrape with reads them, and nobody else has to wait for them."""

import gzip
import os
import subprocess
import tempfile
import time
import unittest
import urllib.request

from harness import filling, programs, runner
from harness.client import request
from harness.exposition import parse
from harness.oracle import Oracle
from harness.processes import waited_for_processor, waited_for_processor_by_thread
from harness.prometheus import Job, Prometheus
from harness.scraping import delivered, next_scrape_begun
from harness.server import Server

PADDED = 16 * 1024
GZIP = [("Accept-Encoding", "gzip")]
THIN = dict(count=80, padding=1000, fill=filling.thin)  # a body that is padding for the most part
DENSE = dict(count=2000, padding=400)                   # one of several hundred KiB

GO = """package main

import ("fmt"; "io"; "net/http"; "os")

func main() {
  reply, err := http.Get(os.Args[1])
  if err != nil { panic(err) }
  body, err := io.ReadAll(reply.Body)
  if err != nil { panic(err) }
  if !reply.Uncompressed { panic("it did not come compressed") }
  fmt.Print(string(body))
}
"""
NODE = """
fetch(process.argv[1]).then(async reply => {
  if (reply.headers.get('content-encoding') !== 'gzip') throw 'it did not come compressed';
  process.stdout.write(await reply.text());
}).catch(fault => { console.error(fault); process.exit(1); });
"""


def output(*command, **options):
    done = subprocess.run(command, capture_output=True, timeout=120, **options)
    assert done.returncode == 0, (command, done.stderr.decode())
    return done.stdout


class Clients(unittest.TestCase):
    """Each takes a small batch and a large one, whole, and then there is nothing more for it."""

    def reads(self, fetch):
        with Server() as server:
            oracle = Oracle(server)
            oracle.scrape("client")
            for size in (THIN, DENSE):
                ids = oracle.post(**size)
                text = fetch(f"http://127.0.0.1:{server.port}/metrics?scraper=client")
                self.assertEqual(oracle.whole("client", parse(text)), ids)
            self.assertEqual(oracle.scrape("client"), [])
            self.assertEqual(server.peek("client").value("oneshot_events_redelivered_total", scraper="client"), 0)

    def curl(self, *options):
        curl = programs.need("curl")
        self.reads(lambda url: output(curl, "-sS", "--fail", "--compressed", *options, url))

    def test_curl(self):
        self.curl()

    def test_curl_over_http_1_0(self):
        self.curl("--http1.0")

    def test_urllib_and_gzip(self):
        def fetch(url):
            asked = urllib.request.Request(url, headers=dict(GZIP))
            with urllib.request.urlopen(asked, timeout=30) as reply:
                self.assertEqual(reply.headers["Content-Encoding"], "gzip")
                return gzip.decompress(reply.read())
        self.reads(fetch)

    def test_requests(self):
        requests = programs.need_module("requests", "python3-requests")

        def fetch(url):
            with requests.get(url, timeout=30) as reply:
                self.assertEqual(reply.headers["Content-Encoding"], "gzip")
                return reply.content
        self.reads(fetch)

    def test_go(self):
        go = programs.need("go")
        with tempfile.TemporaryDirectory(prefix="oneshot-go-") as folder:
            with open(os.path.join(folder, "main.go"), "w", encoding="ascii") as file:
                file.write(GO)
            env = {**os.environ, "GOCACHE": folder + "/cache", "GOFLAGS": "", "GO111MODULE": "off", "CGO_ENABLED": "0"}
            output(go, "build", "-o", "client", "main.go", cwd=folder, env=env)
            self.reads(lambda url: output(folder + "/client", url))

    def test_node(self):
        node = programs.need("node")
        if output(node, "-p", "typeof fetch").strip() != b"function":
            self.skipTest("node has no fetch()")
        self.reads(lambda url: output(node, "-e", NODE, url))

    def test_a_real_prometheus_stores_each_event_once_and_reads_less_than_their_text(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        with Server({"scrapers.names": ["p"]}) as server:
            oracle = Oracle(server)
            prometheus = Prometheus(program, {"p": Job(server.port, "p")})
            try:
                next_scrape_begun(server, "p")
                read_before, rounds, posted = prometheus.bytes_read(), 4, []
                for _ in range(rounds):
                    posted += oracle.post(200, padding=5000, fill=filling.thin)  # a million bytes of text
                    next_scrape_begun(server, "p")
                shown = delivered(server, "p")
                self.assertEqual(shown.value("oneshot_events_redelivered_total", scraper="p"), 0)
                self.assertLess(prometheus.bytes_read() - read_before, 1_000_000)
                oracle.whole("p", [(labels["id"], value, None) for labels, value in
                                   prometheus.query("sum_over_time(events_to_metrics[10m])")])
                oracle.check("p")
                self.assertEqual(len(posted), 200 * rounds)
            finally:
                prometheus.stop()


class Replies(unittest.TestCase):
    def test_a_client_gets_gzip_where_it_asks_for_it_and_plain_text_else(self):
        with Server() as server:
            oracle = Oracle(server)
            oracle.post(**DENSE)
            cases = (([], False), (GZIP, True), ([("Accept-Encoding", "identity")], False),
                     ([("accept-encoding", "br;q=1, X-GZIP;q=0.1")], True),
                     ([("Accept-Encoding", "br"), ("Accept-Encoding", "*;q=0.5")], True),
                     ([("Accept-Encoding", "gzip;q=0, *")], False))
            for number, (accept, compressed) in enumerate(cases):
                with self.subTest(accept=accept):
                    reply = server.get(f"/metrics?scraper=new-{number}", accept)
                    self.assertEqual(reply.compressed, compressed)
                    self.assertEqual(reply.header("vary"), "Accept, Accept-Encoding")
                    self.assertEqual(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8")
                    parse(reply.body)

    def test_short_ones_are_never_compressed_and_a_head_says_nothing_of_it(self):
        with Server() as server:
            server.event("id=1")
            reply = server.get("/metrics?scraper=p", GZIP)
            self.assertFalse(reply.compressed)
            self.assertGreaterEqual(reply.size, PADDED)
            Oracle(server).post(**DENSE)
            with server.connect() as connection:
                connection.send(request("HEAD", "/metrics?scraper=p", GZIP))
                reply = connection.read_reply("HEAD")
                self.assertEqual((reply.status, reply.header("content-encoding"), reply.header("content-length")),
                                 (200, None, None))
                self.assertEqual(reply.header("vary"), "Accept, Accept-Encoding")
                self.assertTrue(connection.get("/metrics?scraper=p", GZIP).compressed)

    def test_what_compresses_to_nearly_nothing_is_padded_and_begins_with_its_first_line_all_the_same(self):
        with Server() as server:
            ids = Oracle(server).post(**THIN)
            reply = server.get("/metrics?scraper=p", GZIP)
            self.assertEqual(int(reply.header("content-length")), PADDED)
            self.assertEqual(parse(reply.body).welcome(), ("p", "by name", len(ids)))
            self.assertTrue(reply.text.splitlines()[1].startswith("#    "))


class Others(unittest.TestCase):
    def test_a_scrape_of_a_million_events_over_gzip_keeps_nobody_waiting(self):
        if programs.sanitized():
            self.skipTest("a sanitizer's speed is not the product's")
        events, pack = 1_000_000, 500
        with Server({"server.threads": 1, "scrapers.max_events_per_scrape": events,
                     "scrapers.max_scrape_bytes": 1 << 30, "storage.capacity_mib": 256}) as server:
            server.scrape("p")
            with server.connect(timeout=60) as poster:
                for start in range(0, events, pack):
                    poster.send(b"".join(
                        request("POST", f"/event?type=deploy&service=checkout&host=web-{n % 40}&id={n}")
                        for n in range(start, start + pack)))
                    for _ in range(pack):
                        assert poster.read_reply().status == 200
            with server.connect(timeout=60) as scraper, server.connect() as other:
                self.assertEqual(other.get("/healthz").status, 200)
                scraper.send_get("/metrics?scraper=p", GZIP)
                worst, answered = 0.0, 0
                while scraper.is_open():  # nothing of the reply has come yet: it is being made
                    worst = max(worst, self.answer_time(server, other))
                    answered += 1
                scraper.socket.settimeout(60)
                reply = scraper.read_reply()
            self.assertTrue(reply.compressed)
            self.assertEqual(reply.body.count(b"\nevents_to_metrics{"), events)
            print(f"        {len(reply.body) / reply.size:.1f} times shorter; {answered} answers meanwhile, "
                  f"the slowest after {worst * 1000:.1f} ms", flush=True)
            self.assertGreater(answered, 100)
            self.assertLess(worst, 0.050)

    @staticmethod
    def answer_time(server, connection):
        """Seconds to an answer, without those in which the machine was busy with other things."""
        def lost():
            return waited_for_processor() + sum(waited_for_processor_by_thread(server.pid))
        lost_before, began = lost(), time.monotonic()
        connection.get("/healthz")
        return time.monotonic() - began - (lost() - lost_before)


if __name__ == "__main__":
    runner.main()
