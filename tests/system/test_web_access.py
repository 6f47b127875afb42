# SPDX-License-Identifier: MIT
"""Who a request is by server.web_config_file: its basic_auth_users, and verified client certificates. The matrix of
rights, routes and credentials is that of test_access."""

import itertools
import signal
import ssl
import subprocess
import urllib.error
import urllib.request

from harness import programs, runner
from harness.certificates import Authority
from harness.server import Server
from harness.site import Site
from harness.waiting import wait_until
from system import test_access
from system.test_access import (CHALLENGES, HASH, PASSWORD, RIGHTS, ROUTES, SUBSETS, basic, bearer, client, digest,
                                name_of, send)

OTHER_PASSWORD = "the second"
# htpasswd -nbBC 4 x 'the second'
OTHER_HASH = "$2y$04$gNiuhXdXs6zyuSAFAcDnQu1CjFE1jYFMjOHanyR4sheNqmk/VIQty"
WRONG = (basic("ann", "wrong"), basic("bob"), basic("ann", ""), basic("ann", PASSWORD + " "), bearer("ann"))


class WithSite(test_access.Access):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.stop)

    def serve(self, settings=None, tls=False, **users):
        """A server whose web config has these users."""
        more = {"basic_auth_users": users}
        if tls:
            self.site.configure(more=more)
        else:
            self.site.write(more)
        server = Server({**self.site.settings, **(settings or {})})
        self.addCleanup(server.stop)
        if tls:
            server.tls = self.site.authority.trusted_by()
        return server


class Users(WithSite):
    def curl(self, server, *args):
        """(status, all that curl shows) of a scrape."""
        scheme = "http" if server.tls is None else "https"
        done = subprocess.run([programs.need("curl"), "-sS", "-i", "--max-time", "10", "--cacert",
                               self.site.authority.certificate, *args, f"{scheme}://localhost:{server.port}/metrics"],
                              capture_output=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 0, done)
        said = done.stdout.decode()
        return int(said.split()[1]), said

    def test_curl_gets_in_with_its_password_and_with_no_other(self):
        for tls in (False, True):
            server = self.serve(tls=tls, ann=HASH)
            self.assertEqual(self.curl(server, "-u", f"ann:{PASSWORD}")[0], 200)
            for args in ((), ("-u", "ann:wrong"), ("-u", f"bob:{PASSWORD}"), ("-u", "ann:")):
                status, said = self.curl(server, *args)
                self.assertEqual(status, 401, said)
                for challenge in CHALLENGES:
                    self.assertIn("WWW-Authenticate: " + challenge, said)

    def test_pythons_own_client_answers_the_challenge(self):
        server = self.serve(ann=HASH)
        url = f"http://127.0.0.1:{server.port}/metrics"
        for password, status in ((PASSWORD, 200), ("wrong", 401)):
            known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
            known.add_password(None, url, "ann", password)
            opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(known))
            try:
                with opener.open(url, timeout=10) as reply:
                    found = reply.status
            except urllib.error.HTTPError as error:
                found = error.code
            self.assertEqual(found, status)

    def test_users_alone_leave_nothing_to_who_shows_nothing_but_probes(self):
        server = self.serve(ann=HASH)
        with server.connect() as connection:
            for method, path, headers, body, right, _ in ROUTES:
                if path.startswith(("/event/deploys", "/events/deploys", "/hook")):
                    continue  # of settings that are not here
                with self.subTest(f"{method} {path}"):
                    self.check(send(connection, method, path, headers, body), 200 if right is None else 401)
                    self.check(send(connection, method, path, (*headers, basic("ann")), body), 200)
                    for wrong in WRONG:
                        reply = send(connection, method, path, (*headers, wrong), body)
                        self.check(reply, 200 if right is None else 401)

    def test_a_section_with_the_name_of_a_user_narrows_it(self):
        server = self.serve(client("ann", rights=["scrape"], scraper="prom-a"), ann=HASH, bob=HASH)
        self.check(server.get("/metrics", [basic("ann")]), 200)
        self.check(server.post("/event?a=1", headers=[basic("ann")]), 403,
                   'client "ann" may not post (its rights: scrape)')
        self.check(server.get("/metrics?scraper=x", [basic("ann")]), 403)
        self.check(server.post("/event?a=1", headers=[basic("bob")]), 200)

    def test_a_password_in_both_places_and_an_anonymous_user_are_refused(self):
        for settings, users, words in (
                (client("ann", rights=["post"], password_bcrypt=HASH), {"ann": HASH}, "[clients.ann] password_bcrypt"),
                ({}, {"anonymous": HASH}, 'basic_auth_users "anonymous"')):
            self.site.write({"basic_auth_users": users})
            with self.assertRaises(Exception) as caught:
                Server({**self.site.settings, **settings}).stop()
            self.assertIn(words, str(caught.exception))

    def becomes(self, server, password, status):
        wait_until(lambda: server.get("/metrics", [basic("ann", password)]).status == status,
                   f"{status} for {password}")

    def test_a_changed_file_changes_passwords_and_forgets_what_was_found_out(self):
        server = self.serve(ann=HASH)
        self.check(server.get("/metrics", [basic("ann")]), 200)
        self.check(server.get("/metrics", [basic("ann", OTHER_PASSWORD)]), 401)
        self.site.write({"basic_auth_users": {"ann": OTHER_HASH}})
        self.becomes(server, OTHER_PASSWORD, 200)
        self.check(server.get("/metrics", [basic("ann")]), 401)
        line = server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the change")
        self.assertEqual((line["web_config"], line["changed"]),
                         (self.site.web_config, "what server.web_config_file says (basic_auth_users)"))
        self.site.write({"basic_auth_users": {"ann": "no hash"}})
        wait_until(lambda: server.get("/metrics", [basic("ann", OTHER_PASSWORD)]).text.find(
            "oneshot_web_config_last_reload_successful 0") >= 0, "it is noticed")
        self.check(server.post("/event?a=1"), 401)
        self.site.write({"basic_auth_users": {}})
        server.signal(signal.SIGHUP)
        wait_until(lambda: server.post("/event?a=1").status == 200, "nobody is asked")
        for secret in (PASSWORD, OTHER_PASSWORD, HASH, OTHER_HASH):
            self.assertNotIn(secret, server.log())

    def test_sighup_changes_passwords_too(self):
        server = self.serve(ann=HASH)
        self.check(server.get("/metrics", [basic("ann")]), 200)
        self.site.write({"basic_auth_users": {"ann": OTHER_HASH}})
        server.signal(signal.SIGHUP)
        self.becomes(server, OTHER_PASSWORD, 200)
        self.check(server.get("/metrics", [basic("ann")]), 401)

    def test_a_renewed_certificate_has_no_password_checked_again(self):
        server = self.serve(tls=True, ann=HASH)
        self.check(server.get("/metrics", [basic("ann")]), 200)
        self.site.renew()
        line = server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the change")
        self.assertEqual(line["changed"], "what server.web_config_file says (certificate)")
        self.check(server.get("/metrics", [basic("ann")]), 200)


class UsersMatrix(test_access.Matrix):
    """Users of the web config, each narrowed by a section of its name; one has none, and so all rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = Site()
        cls.addClassCleanup(cls.site.stop)
        cls.site.write({"basic_auth_users": {name_of(rights): HASH for rights in SUBSETS} | {"all": HASH}})
        cls.settings = {key: value for key, value in cls.settings.items() if not key.endswith(".password_bcrypt")}
        cls.settings |= cls.site.settings

    def test_a_user_without_a_section_has_all_rights(self):
        with Server(self.settings) as server, server.connect() as connection:
            for row in ROUTES:
                self.check_route(connection, row, "all", RIGHTS, [basic("all")])


class Certificates(WithSite):
    """Each set of rights has a client that is known by its certificate."""

    @classmethod
    def setUpClass(cls):
        test_access.Matrix.setUpClass.__func__(cls)
        cls.settings = {key: value for key, value in cls.settings.items()
                        if not key.endswith((".password_bcrypt", ".token_sha256"))}
        for rights in SUBSETS:
            cls.settings[f"clients.{name_of(rights)}.certificate_san"] = f"{name_of(rights)}.example"

    check_route = test_access.Matrix.check_route

    def serve_certificates(self, auth="VerifyClientCertIfGiven", **more):
        self.site.configure({"client_auth_type": auth})
        server = Server({**self.site.settings, **self.settings, **more})
        self.addCleanup(server.stop)
        server.tls = self.site.authority.trusted_by()
        return server

    def shows(self, *sans):
        return self.site.authority.trusted_by(self.site.authority.issue("client", sans=sans))

    def of(self, *rights):
        return self.shows(f"DNS:{name_of(rights)}.example")

    def test_each_client_does_what_its_rights_say_and_nothing_else(self):
        for auth in ("VerifyClientCertIfGiven", "RequireAndVerifyClientCert"):
            server = self.serve_certificates(auth)
            for rights in SUBSETS:
                with server.connect(tls=self.of(*rights)) as connection:
                    for row in ROUTES:
                        self.check_route(connection, row, name_of(rights), rights, [])

    def test_no_certificate_and_one_that_is_nobodys_are_anonymous(self):
        server = self.serve_certificates()
        for context in (self.site.authority.trusted_by(), self.shows("DNS:other.example"), self.shows(),
                        self.shows("DNS:" + name_of(RIGHTS)), self.shows(f"DNS:*.{name_of(RIGHTS)}.example")):
            with server.connect(tls=context) as connection:
                for row in ROUTES:
                    self.check_route(connection, row, None, (), [])

    def test_all_kinds_of_names_and_any_of_several(self):
        names = {"dns": "DNS:a.example", "address": "IP:10.1.2.3", "address6": "IP:2001:db8:0:0::7",
                 "mail": "email:ann@example.org", "uri": "URI:spiffe://cluster/ns/sa"}
        settings = {}
        for name, san in names.items():
            settings |= client(name, rights=["post"], certificate_san=san.partition(":")[2])
        server = self.serve_certificates(**settings)
        for name, san in names.items():
            for sans in ((san,), ("DNS:other.example", san)):
                reply = server.get("/metrics?scraper=p", tls=self.shows(*sans))
                self.check(reply, 403, f'client "{name}" may not scrape (its rights: post)')

    def test_credentials_count_instead_of_the_certificate(self):
        server = self.serve_certificates(**client("token", rights=["scrape"], token_sha256=digest("sesam")))
        poster = self.of("post")
        with server.connect(tls=poster) as connection:
            self.check(send(connection, "POST", "/event?a=1"), 200)
            self.check(send(connection, "POST", "/event?a=1", [bearer("sesam")]), 403)
            self.check(send(connection, "GET", "/metrics?scraper=known", [bearer("sesam")]), 200)
            for wrong in (bearer("sesame"), basic(name_of(("post",)))):
                self.check(send(connection, "POST", "/event?a=1", [wrong]), 401, "the credentials are wrong")
            self.check(send(connection, "POST", "/event?a=1"), 200)

    def test_one_of_another_authority_names_nobody(self):
        other = Authority(self.site.folder, "other")
        server = self.serve_certificates()
        mine = other.issue("client", sans=[f"DNS:{name_of(RIGHTS)}.example"])
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            server.post("/event?a=1", tls=self.site.authority.trusted_by(mine))

    def test_where_none_is_verified_a_client_by_certificate_is_refused_at_the_start_and_nobody_later(self):
        for auth in ("NoClientCert", "RequestClientCert", "RequireAnyClientCert"):
            self.site.configure({"client_auth_type": auth})
            with self.assertRaises(Exception) as caught:
                Server({**self.site.settings, **self.settings}).stop()
            self.assertIn("certificate_san: needs server.web_config_file with a client_auth_type that verifies",
                          str(caught.exception))
        server = self.serve_certificates()
        self.site.configure({"client_auth_type": "RequestClientCert"})
        wait_until(lambda: "oneshot_web_config_last_reload_successful 0" in
                   server.get("/metrics?scraper=known&peek=1", tls=self.of("view")).text, "it is noticed")
        self.check(server.post("/event?a=1", tls=self.of("post")), 200)  # the old one is in use

    def test_a_listener_that_is_plain_knows_nobody_by_certificate(self):
        server = self.serve_certificates(**{"listeners.inside.address": "127.0.0.1:0", "listeners.inside.tls": False})
        address = next(l["listeners"] for l in server.log_lines() if l["msg"] == "listening")
        done = subprocess.run([programs.need("curl"), "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "POST",
                               f"http://{address.split()[1]}/event?a=1"], capture_output=True, timeout=20, check=True)
        self.assertEqual(done.stdout, b"401")


if __name__ == "__main__":
    runner.main()
