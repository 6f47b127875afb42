# SPDX-License-Identifier: MIT
"""server.web_config_file: what is refused at the start and with which words, and its sections beside TLS."""

import os
import subprocess
import time
import unittest

from harness import certificates, programs, runner
from harness.client import request
from harness.server import Server, environment
from harness.site import Site
from harness.waiting import TICK, wait_until

PAIR = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"
HASH = "$2y$10$" + "a" * 53
HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "X-Content-Type-Options": "nosniff",
           "X-Frame-Options": "DENY", "X-XSS-Protection": "1; mode=block",
           "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
SUITE, CURVE = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA255", "CurveP255"

# Name: (the web config, what stands behind the name of the file, further words). "{pem}" and so on are paths.
BAD = {
    "an unknown section": ("tls_server_conf:\n  cert_file: x\n", ":1: ", ["tls_server_conf: unknown key",
                                                                         "tls_server_config"]),
    "an unknown key": (PAIR + "  cert_fil: x\n", ":4: ", ["tls_server_config.cert_fil: unknown key", "cert_file"]),
    "an unknown key of http": ("http_server_config:\n  http3: true\n", ":2: ", ["http_server_config.http3"]),
    "an unknown key of the limit": ("rate_limit:\n  brust: 3\n", ":2: ", ["rate_limit.brust", "burst"]),
    "a key twice": (PAIR + "  key_file: server.key\n", ":4: ", ['"key_file" stands twice']),
    "a section twice": (PAIR + PAIR, ":4: ", ['"tls_server_config" stands twice']),
    "no YAML": ("tls_server_config: {\n", ":", ["not valid YAML"]),
    "a tab": ("tls_server_config:\n\tcert_file: x\n", ":2: ", ["not valid YAML"]),
    "a list": ("- a\n- b\n", "", ["table"]),
    "a text": ("hello\n", "", ["table"]),
    "an alias": ("tls_server_config: &a\n  cert_file: x\nhttp_server_config: *a\n", ":1: ", ["anchor"]),
    "a tag": (PAIR.replace("server.pem", "!secret server.pem"), ":2: ", ["tag"]),
    "two documents": (PAIR + "---\n" + PAIR, ":", ["a second document"]),
    "no certificate": ("tls_server_config:\n  key_file: server.key\n", "",
                       ["tls_server_config", "missing one of cert or cert_file"]),
    "no key": ("tls_server_config:\n  cert_file: server.pem\n", "",
               ["tls_server_config", "missing one of key or key_file"]),
    "neither of both": ("tls_server_config:\n  min_version: TLS13\n", "", ["missing one of cert or cert_file"]),
    "no such certificate": (PAIR.replace("server.pem", "none.pem"), "", ["cert_file", "none.pem", "No such file"]),
    "no such key": (PAIR.replace("server.key", "none.key"), "", ["key_file", "none.key", "No such file"]),
    "no such CA": (PAIR + "  client_ca_file: none.ca\n  client_auth_type: RequireAndVerifyClientCert\n", "",
                   ["client_ca_file", "none.ca", "No such file"]),
    "a folder": (PAIR.replace("server.pem", "."), "", ["cert_file"]),
    "the certificate of another key": (PAIR.replace("server.key", "{other_key}"), "",
                                       ["tls_server_config.key_file", "does not belong to the certificate"]),
    "an RSA key to an EC certificate": (PAIR.replace("server.key", "{rsa_key}"), "",
                                        ["tls_server_config.key_file", "does not belong to the certificate"]),
    "a key for a certificate": (PAIR.replace("server.pem", "server.key"), "",
                                ["tls_server_config.cert_file", "has no certificate"]),
    "a certificate for a key": (PAIR.replace("server.key", "server.pem"), "",
                                ["tls_server_config.key_file", "has no private key"]),
    "an empty certificate": (PAIR.replace("server.pem", "{empty}"), "",
                             ["tls_server_config.cert_file", "has no certificate"]),
    "a damaged certificate": (PAIR.replace("server.pem", "{damaged}"), "", ["tls_server_config.cert_file", "damaged"]),
    "a damaged key": (PAIR.replace("server.key", "{damaged_key}"), "", ["tls_server_config.key_file", "damaged"]),
    "a key with a passphrase": (PAIR.replace("server.key", "{locked_key}"), "",
                                ["tls_server_config.key_file", "passphrase"]),
    "a CA that is none": (PAIR + "  client_ca_file: server.key\n  client_auth_type: VerifyClientCertIfGiven\n", "",
                          ["tls_server_config.client_ca_file", "has no certificate"]),
    "a CA that nobody is asked for": (PAIR + "  client_ca_file: server.pem\n", "", ["client_auth_type",
                                                                                   "NoClientCert"]),
    "names that nobody is asked for": (PAIR + "  client_allowed_sans: [gw.example]\n", "",
                                       ["client_allowed_sans needs a client_auth_type", "NoClientCert"]),
    "an unknown client_auth_type": (PAIR + "  client_auth_type: Require\n", ":4: ",
                                    ["tls_server_config.client_auth_type", '"Require"', "RequireAndVerifyClientCert"]),
    "an unknown min_version": (PAIR + "  min_version: TLS9\n", ":4: ", ["tls_server_config.min_version", "TLS12",
                                                                      "TLS13"]),
    "no version is left": (PAIR + "  max_version: TLS11\n", ":4: ",
                           ["tls_server_config.max_version", "no version is left: this server speaks TLS12 and TLS13"]),
    "min above max": (PAIR + "  min_version: TLS13\n  max_version: TLS12\n", "", ["min_version", "max_version"]),
    "an unknown cipher": (PAIR + f"  cipher_suites: [{SUITE}]\n", "", ["tls_server_config.cipher_suites", SUITE]),
    "a cipher that is no list": (PAIR + "  cipher_suites: TLS_AES_128_GCM_SHA256\n", ":4: ",
                                 ["tls_server_config.cipher_suites", "list"]),
    "an unknown curve": (PAIR + f"  curve_preferences: [{CURVE}]\n", "", ["tls_server_config.curve_preferences", CURVE,
                                                                         "CurveP256"]),
    "SANs that are no list": (PAIR + "  client_allowed_sans: a\n", ":4: ", ["tls_server_config.client_allowed_sans"]),
    "a flag that is none": (PAIR + "  prefer_server_cipher_suites: sometimes\n", ":4: ",
                            ["tls_server_config.prefer_server_cipher_suites", "true or false"]),
    "a header of one's own": ("http_server_config:\n  headers:\n    X-Mine: a\n", ":",
                              ['HTTP header "X-Mine" can not be configured']),
    "a header's bad value": ("http_server_config:\n  headers:\n    X-Frame-Options: maybe\n", ":",
                             ["X-Frame-Options", "sameorigin"]),
    "a header with a line end": ('http_server_config:\n  headers:\n    X-XSS-Protection: "a\\r\\nB: c"\n', ":",
                                 ["X-XSS-Protection", "control"]),
    "a bad interval": ("rate_limit:\n  interval: 1 second\n  burst: 3\n", ":2: ", ["rate_limit.interval", "100ms"]),
    "a negative interval": ("rate_limit:\n  interval: -1s\n  burst: 3\n", ":2: ", ["rate_limit.interval"]),
    "a burst of 0": ("rate_limit:\n  interval: 1s\n  burst: 0\n", "", ["rate_limit", "burst"]),
    "an interval without a burst": ("rate_limit:\n  interval: 1s\n", "", ["rate_limit", "burst"]),
    "a password instead of a hash": ("basic_auth_users:\n  ann: topsecret\n", ":2: ", ['"ann"', "bcrypt"]),
    "another hash than bcrypt": ("basic_auth_users:\n  ann: $6$salt$topsecret\n", ":2: ", ['"ann"', "bcrypt"]),
    "a bcrypt that takes hours": (f"basic_auth_users:\n  ann: {HASH.replace('$10$', '$31$')}\n", ":2: ",
                                  ['"ann"', "31"]),
    "a name with a colon": (f'basic_auth_users:\n  "a:b": {HASH}\n', ":2: ", ['"a:b"', "colon"]),
}


class Refused(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.stop)
        cls.paths, cls.secrets = cls.make_files()

    @classmethod
    def make_files(cls):
        """The files that the table names, and lines that stand in keys alone."""
        site, openssl = cls.site, certificates.need()
        paths = {name: site.path(name) for name in ("empty", "damaged", "damaged_key", "locked_key", "rsa_key")}
        paths["other_key"] = site.authority.issue("other").key
        certificate, key = cls.read(site.pair.certificate), cls.read(site.pair.key)
        cls.write(paths["empty"], "")
        cls.write(paths["damaged"], certificate.replace("MI", "M!", 1))
        cls.write(paths["damaged_key"], key.replace("MI", "M!", 1))
        for args in (("ec", "-in", site.pair.key, "-aes128", "-passout", "pass:x", "-out", paths["locked_key"]),
                     ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", paths["rsa_key"])):
            subprocess.run([openssl, *args], check=True, capture_output=True)
        keys = [cls.read(path) for path in (site.pair.key, *(paths[n] for n in ("other_key", "damaged_key",
                                                                              "locked_key", "rsa_key")))]
        return paths, {line for text in keys for line in text.splitlines() if line and "-----" not in line}

    @staticmethod
    def read(path):
        with open(path, encoding="ascii") as file:
            return file.read()

    @staticmethod
    def write(path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def start(self, config, *args):
        """(status, all that was said) of a start that ends by itself."""
        self.site.write(config)
        done = subprocess.run([programs.server_binary(), "--web.config.file", self.site.web_config, "--host",
                               "127.0.0.1", "--port", "0", *args], env=environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, check=False)
        said = done.stdout.decode("utf-8", "replace")
        for secret in (*self.secrets, "topsecret", HASH[7:]):
            self.assertNotIn(secret, said)
        return done.returncode, said

    def test_each_bad_one_exits_2_and_names_file_line_and_key(self):
        for name, (text, place, words) in BAD.items():
            for args in ((), ("--check-config",)):
                with self.subTest(name, args=args):
                    for path, where in self.paths.items():
                        text = text.replace("{" + path + "}", where)
                    status, said = self.start(text, *args)
                    self.assertEqual(status, 2, said)
                    self.assertEqual(said.count("\n"), 1, said)
                    self.assertIn(self.site.web_config + (place or ""), said)
                    for word in words:
                        self.assertIn(word, said)

    def test_a_key_in_the_web_config_itself_is_not_shown(self):
        key = self.read(self.site.pair.key)
        inline = "".join(f"    {line}\n" for line in key.splitlines())
        certificate = "  cert_file: server.pem\n"
        for text in (f"tls_server_config:\n{certificate}  keys: |\n{inline}",
                     f"tls_server_config:\n{certificate}  key: [\"{key.splitlines()[1]}\"]\n",
                     f"tls_server_config:\n{certificate}  key: {{\"{key.splitlines()[1]}\": 1}}\n",
                     f"tls_server_config:\n{certificate}  key: |\n{inline[:-60]}",
                     f"tls_server_config:\n{certificate}  key: |\n{inline}{inline[4:]}",
                     f"tls_server_config:\n{certificate}  key_file: |\n{inline}",
                     f"tls_server_config:\n{certificate}  min_version: |\n{inline}  key_file: server.key\n",
                     f"tls_server_config:\n{certificate}  key: |\n{inline}  key: |\n{inline}",
                     f"tls_server_config:\n  key: |\n{inline}", f"tls_server_config: |\n{inline}", f"{key}\n",
                     f"key: |\n{inline}", f"basic_auth_users:\n  ann: |\n{inline}",
                     f"http_server_config:\n  headers:\n    X-Frame-Options: |\n  {inline}"):
            with self.subTest(text=text):
                status, said = self.start(text, "--check-config")
                self.assertEqual(status, 2, said)

    def test_a_key_is_in_no_output_of_a_good_one(self):
        inline = "".join(f"    {line}\n" for line in self.read(self.site.pair.key).splitlines())
        text = f"tls_server_config:\n  cert_file: server.pem\n  key: |\n{inline}"
        for args in (("--check-config",), ("--print-config",)):
            status, said = self.start(text, *args)
            self.assertEqual(status, 0, said)
        self.assertIn(f'web_config_file = "{self.site.web_config}"', said)
        with Server({**self.site.settings, "log.level": "debug"}) as server:
            server.tls = self.site.authority.trusted_by()
            server.scrape("p")
            server.event("type=a")
            said = server.get("/metrics?scraper=p").text
            for secret in self.secrets:
                self.assertNotIn(secret, server.log())
                self.assertNotIn(secret, said)

    def test_no_such_file_a_folder_and_a_pipe_are_refused(self):
        pipe = self.site.path("pipe")
        os.mkfifo(pipe)
        for path in (self.site.path("none.yml"), self.site.folder, pipe):
            done = subprocess.run([programs.server_binary(), "--web.config.file", path, "--port", "0"],
                                  env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                                  check=False)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(path, done.stderr.decode())

    def test_an_empty_one_is_plain_http(self):
        for text in ("", "# nothing\n", "---\n", "tls_server_config:\n", "tls_server_config: {}\n"):
            self.site.write(text)
            with self.subTest(text), Server(self.site.settings) as server:
                self.assertEqual(server.get("/healthz").status, 200)


class Sections(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.stop)

    def test_the_headers_are_on_every_answer(self):
        for tls in (True, False):
            more = {"http_server_config": {"http2": False, "headers": HEADERS}}
            if tls:
                self.site.configure(more=more)
            else:
                self.site.write(more)
            with Server({**self.site.settings, "events.max_event_bytes": 64}) as server:
                server.tls = self.site.authority.trusted_by() if tls else None
                with server.connect() as connection:
                    replies = [connection.get("/metrics?scraper=p"), connection.get("/none"), connection.get("/"),
                               connection.get("/healthz"), connection.get("/metrics?peek=1&scraper=who"),
                               connection.post("/event?a=1"), connection.post("/event?a=" + "x" * 100),
                               connection.post("/metrics")]
                    for method in ("HEAD", "OPTIONS", "DELETE"):
                        connection.send(request(method, "/metrics?scraper=p"))
                        replies.append(connection.read_reply(method))
                    connection.send(b"no request\r\n\r\n")
                    replies.append(connection.read_reply())
                for reply in replies:
                    for name, value in HEADERS.items():
                        self.assertEqual(reply.header(name), value, reply)
                self.assertLessEqual({200, 400, 404, 405}, {reply.status for reply in replies})

    def test_without_any_there_are_none(self):
        with Server() as server:
            reply = server.get("/metrics?scraper=p")
            for name in HEADERS:
                self.assertIsNone(reply.header(name))

    def limited(self, interval, burst):
        self.site.write({"rate_limit": {"interval": interval, "burst": burst}})
        server = Server(self.site.settings)
        self.addCleanup(server.stop)
        return server

    def test_of_the_rate_limit_burst_is_how_many_get_in_at_once(self):
        for burst in (1, 3, 20):
            server = self.limited("1h", burst)
            statuses = [server.post("/event?a=1").status for _ in range(burst + 5)]
            self.assertEqual(statuses, [200] * burst + [429] * 5)

    def test_who_is_too_much_is_told_when_to_come_again(self):
        server = self.limited("1h", 1)
        server.get("/metrics?scraper=p")
        for reply in (server.get("/metrics?scraper=p"), server.post("/event?a=1")):
            self.assertEqual((reply.status, reply.header("Retry-After")), (429, "1"))
            self.assertIn("rate_limit", reply.text)

    def test_probes_are_not_limited_and_take_nothing(self):
        server = self.limited("1h", 2)
        for path in ("/healthz", "/readyz", "/-/healthy", "/-/ready"):
            self.assertEqual({server.get(path).status for _ in range(20)}, {200})
        self.assertEqual([server.post("/event?a=1").status for _ in range(3)], [200, 200, 429])
        self.assertEqual(server.get("/healthz").status, 200)

    def test_one_more_gets_in_after_each_interval(self):
        server, began = self.limited("150ms", 1), time.monotonic()
        for _ in range(5):
            wait_until(lambda: server.post("/event?a=1").status == 200, "one more")
        self.assertGreaterEqual(time.monotonic() - began, 4 * 0.15 - TICK)

    def test_an_interval_of_0_limits_nothing(self):
        server = self.limited("0s", 0)
        self.assertEqual({server.post("/event?a=1").status for _ in range(50)}, {200})

    def test_named_on_the_command_line_as_for_the_exporters(self):
        self.site.configure()
        for args in (("--web.config.file", self.site.web_config), (f"--web.config.file={self.site.web_config}",)):
            with Server(args=args) as server:
                server.tls = self.site.authority.trusted_by()
                self.assertEqual(server.get("/healthz").status, 200)


if __name__ == "__main__":
    runner.main()
