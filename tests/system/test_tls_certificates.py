# SPDX-License-Identifier: MIT
"""Certificates of both sides, and what the web config lets clients choose."""

import ssl
import subprocess
import unittest

from harness import certificates, programs, runner
from harness.server import Server
from harness.site import Site

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
ERRORS = "oneshot_tls_handshake_errors_total"
EXPIRY = "oneshot_tls_certificate_expiry_timestamp_seconds"
REFUSED = (ssl.SSLError, ConnectionError)


class WithSite(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.stop)
        cls.trust = cls.site.authority.trusted_by()

    def serve(self, tls=None, more=None, **settings):
        """A server by a web config of these keys, of which a client without a certificate need not get in."""
        self.site.configure(tls, more)
        server = Server({**self.site.settings, **settings})
        server.tls = self.trust
        self.addCleanup(server.stop)
        return server

    def gets_in(self, server, context):
        """Whether an event gets in. Under TLS 1.3 a client learns only then that it was refused."""
        try:
            return server.post("/event?type=in", tls=context).status == 200
        except REFUSED:
            return False

    def curl(self, server, *args, host="localhost", status=0):
        done = subprocess.run([programs.need("curl"), "-sS", "--max-time", "10", "--cacert",
                               self.site.authority.certificate, *args, f"https://{host}:{server.port}/healthz"],
                              capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, status, done)
        return (done.stdout + done.stderr).decode()


class OfTheServer(WithSite):
    def test_the_metric_says_when_it_expires(self):
        with self.serve() as server:
            self.assertEqual(server.scrape("p").value(EXPIRY), self.site.served.expires())
        with Server() as plain:
            self.assertEqual(plain.scrape("p").value(EXPIRY), 0)

    def test_an_expired_one_is_served_and_no_client_takes_it(self):
        expired = self.site.authority.issue("server", begins=-1000, ends=-500)
        server = self.serve({"cert_file": expired.certificate, "key_file": expired.key})
        with self.assertRaisesRegex(ssl.SSLCertVerificationError, "certificate has expired"):
            server.get("/healthz")
        self.curl(server, status=60)
        blind = self.site.authority.trusted_by(check_hostname=False, verify_mode=ssl.CERT_NONE)
        self.assertEqual(server.get("/healthz", tls=blind).status, 200)
        server.tls = blind
        shown = server.scrape("p")
        self.assertEqual(shown.value(EXPIRY), expired.expires())
        self.assertGreaterEqual(shown.value(ERRORS), 2)  # the alerts of those that refused it

    def test_one_for_another_host_no_client_takes(self):
        elsewhere = self.site.authority.issue("server", sans=["DNS:elsewhere.example"])
        server = self.serve({"cert_file": elsewhere.certificate, "key_file": elsewhere.key})
        with self.assertRaisesRegex(ssl.SSLCertVerificationError, "(?i)ip address mismatch"):
            server.get("/healthz")
        with self.assertRaisesRegex(ssl.SSLCertVerificationError, "Hostname mismatch"):
            server.get("/healthz", server_name="localhost")
        self.curl(server, status=60)
        self.assertEqual(server.get("/healthz", server_name="elsewhere.example").status, 200)
        self.curl(server, "--connect-to", f"::127.0.0.1:{server.port}", host="elsewhere.example")

    def test_a_chain_is_sent_whole(self):
        middle = certificates.Authority(self.site.folder, "middle")
        below = self.site.authority.issue("middle", sans=(), key=middle.key, ca=True)
        leaf = middle.issue("server")
        both = self.site.path("chain.pem")
        with open(both, "w", encoding="ascii") as chain:
            for one in (leaf.certificate, below.certificate):
                with open(one, encoding="ascii") as part:
                    chain.write(part.read())
        server = self.serve({"cert_file": both, "key_file": leaf.key})
        self.assertEqual(server.get("/healthz").status, 200)
        self.assertEqual(server.scrape("p").value(EXPIRY), leaf.expires())

    def test_an_rsa_key_and_pem_in_the_web_config_itself(self):
        key, certificate = self.site.path("rsa.key"), self.site.path("rsa.pem")
        subprocess.run([certificates.need(), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        texts = {}
        for name, path in (("cert", certificate), ("key", key)):
            with open(path, encoding="ascii") as file:
                texts[name] = file.read()
        self.site.write({"tls_server_config": texts})
        with Server(self.site.settings) as server:
            server.tls = ssl.create_default_context(cafile=certificate)
            self.assertEqual(server.get("/healthz").status, 200)


class OfClients(WithSite):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ours, stranger = cls.site.authority, certificates.Authority(cls.site.folder, "stranger")
        cls.stranger = stranger
        cls.pairs = {"none": None, "ours": ours.issue("client"), "stranger": stranger.issue("client")}

    def context(self, pair, version=None):
        options = {} if version is None else {"minimum_version": version, "maximum_version": version}
        return self.site.authority.trusted_by(pair, **options)

    def verdicts(self, server):
        """For TLS 1.2 and 1.3: the clients that get in."""
        return {word: {name for name, pair in self.pairs.items() if self.gets_in(server, self.context(pair, version))}
                for word, version in VERSIONS.items()}

    def test_each_client_auth_type_lets_in_whom_it_says(self):
        everybody = {"none", "ours", "stranger"}
        for auth, wanted in (("NoClientCert", everybody), ("RequestClientCert", everybody),
                             ("RequireAnyClientCert", {"ours", "stranger"}),
                             ("RequireClientCert", {"ours", "stranger"}),
                             ("VerifyClientCertIfGiven", {"none", "ours"}), ("RequireAndVerifyClientCert", {"ours"}),
                             ("", everybody)):
            with self.subTest(auth=auth):
                server = self.serve({"client_auth_type": auth})
                server.tls = self.context(self.pairs["ours"])
                server.scrape("p")
                self.assertEqual(self.verdicts(server), {"1.2": wanted, "1.3": wanted})
                shown = server.scrape("p")
                self.assertEqual(sum(event.value for event in shown.events()), 2 * len(wanted))
                self.assertEqual(shown.value(ERRORS), 2 * (3 - len(wanted)))

    def test_whoever_is_refused_is_told_why(self):
        server = self.serve({"client_auth_type": "RequireAndVerifyClientCert"})
        tls12 = VERSIONS["1.2"]
        with self.assertRaisesRegex(ssl.SSLError, "(?i)handshake.failure|certificate.required"):
            server.get("/healthz", tls=self.context(None, tls12))
        with self.assertRaisesRegex(ssl.SSLError, "(?i)unknown.ca"):
            server.get("/healthz", tls=self.context(self.pairs["stranger"], tls12))
        said = self.curl(server, status=56)
        self.assertIn("certificate required", said)

    def test_expired_ones_and_such_as_are_for_servers_only_are_not_verified(self):
        ours = self.site.authority
        bad = {"expired": ours.issue("client", begins=-1000, ends=-500),
               "to come": ours.issue("client", begins=500, ends=1000),
               "for servers": ours.issue("client", more="extendedKeyUsage = serverAuth\n")}
        good = {"for clients": ours.issue("client", more="extendedKeyUsage = clientAuth\n"),
                "without names": ours.issue("client", sans=())}
        for auth, takes_bad in (("RequireAndVerifyClientCert", False), ("VerifyClientCertIfGiven", False),
                                ("RequireAnyClientCert", True), ("RequestClientCert", True)):
            server = self.serve({"client_auth_type": auth})
            for version in VERSIONS.values():
                for name, pair in {**bad, **good}.items():
                    with self.subTest(auth=auth, name=name, version=version):
                        self.assertEqual(self.gets_in(server, self.context(pair, version)), name in good or takes_bad)

    def test_allowed_sans_are_exact_and_any_of_them_will_do(self):
        ours = self.site.authority
        names = {"DNS:good.example": "good.example", "email:ops@good.example": "ops@good.example",
                 "IP:192.0.2.7": "192.0.2.7", "IP:2001:db8::7": "2001:db8::7",
                 "URI:spiffe://good/agent": "spiffe://good/agent"}
        bad = ["DNS:xgood.example", "DNS:good.example.x", "DNS:GOOD.example", "DNS:*.example", "IP:192.0.2.8",
               "email:good.example@x", "URI:spiffe://good/agent2", "URI:spiffe://good"]
        clients = {name: ours.issue("client", sans=[name]) for name in (*names, *bad)}
        several = ours.issue("client", sans=["DNS:first.example", "IP:192.0.2.7"])
        nameless = ours.issue("good.example", sans=())  # a CN is no SAN
        stranger = self.stranger.issue("client", sans=["DNS:good.example"])
        server = self.serve({"client_auth_type": "RequireAndVerifyClientCert",
                             "client_allowed_sans": list(names.values())})
        for version in VERSIONS.values():
            verdicts = {name: self.gets_in(server, self.context(pair, version)) for name, pair in clients.items()}
            self.assertEqual(verdicts, {**dict.fromkeys(names, True), **dict.fromkeys(bad, False)})
            self.assertTrue(self.gets_in(server, self.context(several, version)))
            for pair in (nameless, stranger, None):
                self.assertFalse(self.gets_in(server, self.context(pair, version)))

    def test_one_allowed_san_refuses_all_others(self):
        ours = self.site.authority
        server = self.serve({"client_auth_type": "RequireAndVerifyClientCert", "client_allowed_sans": ["a.example"]})
        self.assertTrue(self.gets_in(server, self.context(ours.issue("client", sans=["DNS:a.example"]))))
        self.assertFalse(self.gets_in(server, self.context(ours.issue("client", sans=["DNS:b.example"]))))


class Choices(WithSite):
    def version(self, server, least=None, most=None):
        """The version that such a client gets; nothing where it gets none."""
        context = self.site.authority.trusted_by()
        if least:
            context.minimum_version = VERSIONS[least]
        if most:
            context.maximum_version = VERSIONS[most]
        try:
            with server.connect(tls=context) as connection:
                self.assertEqual(connection.get("/healthz").status, 200)
                return connection.tls.version()
        except REFUSED:
            return None

    def test_min_and_max_version(self):
        for keys, tls12, tls13 in (({}, True, True), ({"min_version": "TLS13"}, False, True),
                                   ({"min_version": "TLS12"}, True, True), ({"max_version": "TLS12"}, True, False),
                                   ({"min_version": "TLS10"}, True, True), ({"min_version": "TLS11"}, True, True),
                                   ({"min_version": "TLS12", "max_version": "TLS12"}, True, False),
                                   ({"min_version": "TLS13", "max_version": "TLS13"}, False, True)):
            with self.subTest(keys=keys):
                server = self.serve(keys)
                self.assertEqual(self.version(server, most="1.2"), "TLSv1.2" if tls12 else None)
                self.assertEqual(self.version(server, least="1.3"), "TLSv1.3" if tls13 else None)
                warned = any("TLS12" in line["msg"] or "min_version" in line["msg"] for line in server.log_lines())
                self.assertEqual(warned, keys.get("min_version") in ("TLS10", "TLS11"))

    def cipher(self, server, offered):
        context = self.site.authority.trusted_by(maximum_version=VERSIONS["1.2"])
        context.set_ciphers(offered)
        try:
            with server.connect(tls=context) as connection:
                return connection.tls.cipher()[0]
        except REFUSED:
            return None

    def test_cipher_suites(self):
        aes128, aes256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
        both = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
        server = self.serve({"cipher_suites": both[1:]})
        self.assertEqual(self.cipher(server, f"{aes256}:{aes128}"), aes128)
        self.assertIsNone(self.cipher(server, aes256))
        self.assertEqual(self.version(server), "TLSv1.3")  # whose ciphers it says nothing about
        client_order = f"{aes128}:{aes256}"
        self.assertEqual(self.cipher(self.serve({"cipher_suites": both}), client_order), aes256)
        self.assertEqual(self.cipher(self.serve({"cipher_suites": both, "prefer_server_cipher_suites": True}),
                                     client_order), aes256)
        self.assertEqual(self.cipher(self.serve({"cipher_suites": both, "prefer_server_cipher_suites": False}),
                                     client_order), aes128)

    def test_names_of_tls13_ciphers_alone_change_nothing(self):
        server = self.serve({"cipher_suites": ["TLS_AES_128_GCM_SHA256"]})
        self.assertEqual(self.version(server), "TLSv1.3")
        self.assertEqual(self.version(server, most="1.2"), "TLSv1.2")

    def test_each_cipher_of_the_family_is_known(self):
        names = ["TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_GCM_SHA256",
                 "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
                 "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
                 "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                 "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                 "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                 "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                 "TLS_CHACHA20_POLY1305_SHA256"]
        self.assertEqual(self.version(self.serve({"cipher_suites": names}), most="1.2"), "TLSv1.2")

    def test_curve_preferences(self):
        def curve(server, *offered):
            done = subprocess.run([programs.need("openssl"), "s_client", "-connect", f"127.0.0.1:{server.port}",
                                   "-groups", ":".join(offered)], input=b"", capture_output=True, timeout=20,
                                  check=False)
            found = [line for line in done.stdout.decode().splitlines() if line.startswith("Server Temp Key: ")]
            return found[0].split(": ")[1].replace("ECDH, ", "").split(",")[0] if found else None
        curves = {"X25519": ("X25519", "X25519"), "CurveP256": ("P-256", "prime256v1"),
                  "CurveP384": ("P-384", "secp384r1"), "CurveP521": ("P-521", "secp521r1")}
        for name, (offered, shown) in curves.items():
            with self.subTest(curve=name):
                server = self.serve({"curve_preferences": [name]})
                others = [one for other, (one, _) in curves.items() if other != name]
                self.assertIn(curve(server, *others, offered), (shown, offered))
                self.assertIsNone(curve(server, *others))


if __name__ == "__main__":
    runner.main()
