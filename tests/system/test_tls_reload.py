# SPDX-License-Identifier: MIT
"""Certificates are renewed while the server works: nobody is refused, no connection breaks, and what is bad changes
nothing."""

import os
import shutil
import signal
import ssl
import time
import unittest

from harness import load, runner
from harness.certificates import Authority
from harness.crew import Crew, Work
from harness.exactly_once import ExactlyOnce
from harness.poster import Poster
from harness.preload import Preload
from harness.scraper import Scraper
from harness.server import Server
from harness.site import Site
from harness.tls_client import plain_socket
from harness.waiting import HANG, TICK, wait_until

SOON = 2.0        # seconds until a renewed certificate is served, where the server has a processor
PATIENCE = 10.0   # for a renewal that is not whole
GOOD = "oneshot_web_config_last_reload_successful"
EXPIRY = "oneshot_tls_certificate_expiry_timestamp_seconds"
FAILED = "the web config could not be read again"


class Place:
    """Where posters and a scraper work; each connection that they lose fails the test."""

    def __init__(self, server):
        self.server, self.ledger = server, ExactlyOnce()

    def connect(self, **options):
        return self.server.connect(**options)


class Reload(unittest.TestCase):
    def setUp(self):
        self.site = Site()
        self.addCleanup(self.site.stop)

    def start(self, **settings):
        server = Server({**self.site.settings, **settings})
        self.addCleanup(server.stop)
        server.tls = self.site.authority.trusted_by()
        server.scrape("p")
        return server

    @staticmethod
    def served(server):
        """The certificate that a new connection is shown."""
        with server.connect() as connection:
            return connection.tls.getpeercert(binary_form=True)

    @staticmethod
    def of_file(pair):
        with open(pair.certificate, encoding="ascii") as file:
            return ssl.PEM_cert_to_DER_cert(file.read())

    def soon(self, server, condition, what, seconds=SOON):
        """Waits for it; how long that took, without the time in which the machine had no processor for it."""
        watch = load.stopwatch(server)
        with watch:
            wait_until(condition, what, HANG, 0.02)
        self.assertLess(watch.fed_seconds[0], seconds, what)
        return watch.fed_seconds[0]

    def comes(self, server, pair, seconds=SOON):
        wanted = self.of_file(pair)
        return self.soon(server, lambda: self.served(server) == wanted, "the new certificate is served", seconds)

    def number(self, server, name):
        return server.peek("p").value(name)

    def failures(self, server):
        return [line for line in server.log_lines() if FAILED in line["msg"]]

    def two_looks(self, server):
        """Waits until the server has surely looked at its files, which it does once a second."""
        time.sleep(2.2)  # is the time after which nothing may have happened
        self.assertEqual(server.get("/healthz").status, 200)

    # -- under load ----------------------------------------------------------------------------------------

    def test_under_load_a_renewed_certificate_is_served_soon_and_no_connection_breaks(self):
        server = self.start(**{"scrapers.names": ["kept", "new"]})
        place = Place(server)
        workers = [Poster(place, f"poster-{n}", keeps=n % 2 == 0, pause=0.002) for n in range(4)]
        scrapers = [Scraper(place, name, keeps=name == "kept", pause=0.02) for name in ("kept", "new")]
        faults = []

        def guarded(one, act):
            def work(stop):
                while not stop.is_set():
                    act(one)
                    if one.fault is not None:
                        faults.append(one.fault)
                    stop.wait(one.pause)
                one.close()
            return work
        crew = Crew()
        for poster in workers:
            crew.add(guarded(poster, Poster.post))
        for scraper in scrapers:
            crew.add(guarded(scraper, Scraper.try_to_scrape))
        took = []
        for _ in range(4):
            took.append(self.comes(server, self.site.renew()))
            crew.stop.wait(0.2)
        crew.finish()
        for scraper in scrapers:
            self.assertTrue(scraper.drain())
            place.ledger.check(scraper.name)
        self.assertEqual(faults, [])
        self.assertFalse(place.ledger.refused or place.ledger.unknown)
        self.assertGreater(len(place.ledger.accepted), 300)
        self.assertEqual(self.number(server, "oneshot_tls_handshake_errors_total"), 0)
        print(f"        {len(place.ledger.accepted)} events, renewed after {', '.join(f'{t:.2f} s' for t in took)}",
              flush=True)

    def test_a_connection_that_has_begun_keeps_its_certificate_and_goes_on(self):
        server = self.start()
        old = self.of_file(self.site.served)
        with server.connect() as connection:
            self.assertEqual(connection.get("/healthz").status, 200)
            self.comes(server, self.site.renew())
            self.assertEqual(connection.get("/healthz").status, 200)
            self.assertEqual(connection.tls.getpeercert(binary_form=True), old)

    def test_a_handshake_in_the_middle_of_a_renewal_ends_well(self):
        server = self.start()
        into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = server.tls.wrap_bio(into, out, server_hostname="localhost")
        with plain_socket(server.port) as connection:
            with self.assertRaises(ssl.SSLWantReadError):
                client.do_handshake()
            hello = out.read()
            connection.sendall(hello[:50])
            old = self.of_file(self.site.served)
            self.comes(server, self.site.renew())
            connection.sendall(hello[50:])
            while True:
                try:
                    client.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    into.write(connection.recv(65536))
            self.assertEqual(client.getpeercert(binary_form=True), old)

    # -- how files come ------------------------------------------------------------------------------------

    def test_the_metric_follows(self):
        server = self.start()
        self.assertEqual(self.number(server, EXPIRY), self.site.served.expires())
        later = self.site.authority.issue("server", ends=20 * 86400)
        later.copy_to(self.site.pair)
        self.comes(server, later)
        self.assertEqual(self.number(server, EXPIRY), later.expires())
        self.assertEqual(self.number(server, GOOD), 1)
        line = server.wait_for_log(lambda l: l["msg"] == "reloaded", "that it was reloaded")
        self.assertEqual(line["web_config"], self.site.web_config)
        self.assertEqual(line["changed"], "what server.web_config_file says (certificate)")
        self.assertEqual(line["certificate"], "CN=server")
        self.assertEqual(line["certificate_expires"],
                         time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(later.expires())))

    def test_a_pair_that_comes_one_file_after_the_other(self):
        for order in (("certificate", "key"), ("key", "certificate")):
            server = self.start()
            old = self.of_file(self.site.served)

            def between():
                wait_until(lambda: self.number(server, GOOD) == 0, "half a pair is noticed", HANG, 0.05)
                self.assertEqual(self.served(server), old)
            new = self.site.renew(order=order, between=between)
            self.comes(server, new)
            self.assertEqual(self.number(server, GOOD), 1)
            self.assertEqual(self.failures(server), [])

    def test_one_that_comes_while_the_server_starts(self):
        # Settings are read first; an event log that is long takes seconds until it is open.
        asked, given = self.site.path("asked"), self.site.path("given")
        new = []

        def renew():
            wait_until(lambda: os.path.exists(asked), "the event log is being opened", 20)
            new.append(self.site.renew())
            with open(given, "w", encoding="ascii"):
                pass
        with Preload("waiting_lock.c") as preload:
            renewal = Work(renew)
            with Server({**self.site.settings, "storage.path": self.site.path("log")},
                        preload.env(LOCK_IS_ASKED_FOR=asked, LOCK_IS_GIVEN_WHEN=given)) as server:
                renewal.finish()
                server.tls = self.site.authority.trusted_by()
                self.comes(server, new[0])

    def test_files_written_in_their_places(self):
        server = self.start()
        new = self.site.authority.issue("server")
        shutil.copyfile(new.certificate, self.site.pair.certificate)
        shutil.copyfile(new.key, self.site.pair.key)
        self.comes(server, new, SOON + 1)

    def test_as_kubernetes_swaps_a_folder_by_its_link(self):
        def version(number, pair):
            folder = self.site.path(f"..{number}")
            os.mkdir(folder)
            for name, path in (("tls.crt", pair.certificate), ("tls.key", pair.key)):
                shutil.copyfile(path, os.path.join(folder, name))
            os.symlink(f"..{number}", self.site.path("..data_tmp"))
            os.rename(self.site.path("..data_tmp"), self.site.path("..data"))
        version(1, self.site.served)
        for name in ("tls.crt", "tls.key"):
            os.symlink(f"..data/{name}", self.site.path(name))
        self.site.configure({"cert_file": "tls.crt", "key_file": "tls.key"})
        server = self.start()
        self.assertEqual(self.served(server), self.of_file(self.site.served))
        for number in (2, 3):
            new = self.site.authority.issue("server")
            version(number, new)
            self.comes(server, new)
            shutil.rmtree(self.site.path(f"..{number - 1}"))
        self.assertEqual(self.failures(server), [])

    def test_a_new_client_ca_refuses_those_of_the_old_one(self):
        other = Authority(self.site.folder, "other")
        mine, theirs = self.site.authority.issue("client"), other.issue("client")
        shutil.copyfile(self.site.authority.certificate, self.site.path("clients.pem"))
        self.site.configure({"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "clients.pem"})
        server = Server(self.site.settings)
        self.addCleanup(server.stop)
        old, new = (self.site.authority.trusted_by(pair) for pair in (mine, theirs))
        server.tls = old
        server.scrape("p")

        def gets_in(context):
            try:
                return server.get("/healthz", tls=context).status == 200
            except (ssl.SSLError, ConnectionError):
                return False
        self.assertFalse(gets_in(new))
        shutil.copyfile(other.certificate, self.site.path("clients.new"))
        os.rename(self.site.path("clients.new"), self.site.path("clients.pem"))
        self.soon(server, lambda: gets_in(new), "who belongs to the new CA gets in")
        self.assertFalse(gets_in(old))

    def test_the_web_config_itself(self):
        server = self.start()
        self.site.configure({"min_version": "TLS13"}, {"http_server_config": {"headers": {"X-Frame-Options": "deny"}}})
        self.soon(server, lambda: server.get("/healthz").header("X-Frame-Options") == "deny", "the header")
        old = self.site.authority.trusted_by(maximum_version=ssl.TLSVersion.TLSv1_2)
        with self.assertRaises(ssl.SSLError):
            server.get("/healthz", tls=old)
        self.site.configure()
        self.soon(server, lambda: server.get("/healthz").header("X-Frame-Options") is None, "no header")
        self.assertEqual(server.get("/healthz", tls=old).status, 200)

    # -- what is bad ---------------------------------------------------------------------------------------

    def test_a_bad_one_keeps_the_old_and_is_said_once_after_its_patience(self):
        server = self.start()
        old = self.of_file(self.site.served)
        bad = self.site.authority.issue("server")
        began = time.monotonic()
        shutil.copyfile(bad.certificate, self.site.pair.certificate)  # and its key never comes
        wait_until(lambda: self.number(server, GOOD) == 0, "it is noticed", HANG, 0.05)
        line = server.wait_for_log(lambda l: FAILED in l["msg"], "about it", PATIENCE + HANG)
        self.assertGreaterEqual(time.monotonic() - began, PATIENCE - TICK)
        self.assertEqual(line["level"], "error")
        for word in (self.site.web_config, "key_file", "does not belong to the certificate"):
            self.assertIn(word, line["reason"])
        self.two_looks(server)
        self.assertEqual(len(self.failures(server)), 1)
        shutil.copyfile(self.site.authority.issue("server").certificate, self.site.pair.certificate)  # and so again
        wait_until(lambda: len(self.failures(server)) == 2, "what changed is said as well", PATIENCE + HANG, 0.1)
        self.two_looks(server)
        self.assertEqual(len(self.failures(server)), 2)
        self.assertEqual(self.served(server), old)
        self.assertEqual(self.number(server, EXPIRY), self.site.served.expires())
        new = self.site.renew()
        self.comes(server, new)
        self.assertEqual(self.number(server, GOOD), 1)

    def test_one_that_would_let_in_more_is_taken_by_sighup_alone(self):
        """As a file that is half written would, or one that a full disk has cut off."""
        verified = {"client_auth_type": "RequireAndVerifyClientCert", "client_allowed_sans": ["client"]}
        users = {"basic_auth_users": {"ann": "$2y$04$gNiuhXdXs6zyuSAFAcDnQu1CjFE1jYFMjOHanyR4sheNqmk/VIQty"}}
        less = {"plain HTTP": "", "ask nobody": {**verified}, "client_auth_type": {"client_auth_type": "NoClientCert"},
                "client_allowed_sans": {"client_auth_type": verified["client_auth_type"]}}
        servers = {}
        for word, tls in less.items():
            site = Site(verified, users)
            self.addCleanup(site.stop)
            servers[word] = server = Server(site.settings)
            self.addCleanup(server.stop)
            server.tls, server.site = site.authority.trusted_by(), site  # without a certificate of its own
            if tls == "":
                site.write("")
            else:
                site.configure(tls, users if "client" in word else None)
        for word, server in servers.items():
            with self.subTest(word):
                line = server.wait_for_log(lambda l: FAILED in l["msg"], "about it", PATIENCE + HANG)
                for said in (word, server.site.web_config, "SIGHUP"):
                    self.assertIn(said, line["reason"])
                with self.assertRaises((ssl.SSLError, OSError)):
                    server.get("/metrics")
                server.signal(signal.SIGHUP)
                server.wait_for_log(lambda l: l["msg"] == "reloaded", "of the reload")

    def test_one_that_is_gone_or_broken_for_a_while_keeps_the_old(self):
        server = self.start()
        old = self.of_file(self.site.served)
        for path in (self.site.pair.certificate, self.site.pair.key, self.site.web_config):
            with self.subTest(path=path):
                os.rename(path, path + ".away")
                wait_until(lambda: self.number(server, GOOD) == 0, "it is noticed", HANG, 0.05)
                self.assertEqual(self.served(server), old)
                os.rename(path + ".away", path)
                wait_until(lambda: self.number(server, GOOD) == 1, "it is back", HANG, 0.05)
        with open(self.site.web_config, "a", encoding="ascii") as file:
            file.write("\nnonsense: 1\n")
        wait_until(lambda: self.number(server, GOOD) == 0, "it is noticed", HANG, 0.05)
        self.assertEqual(self.served(server), old)
        new = self.site.renew()  # which the web config is too bad for
        self.two_looks(server)
        self.assertEqual(self.served(server), old)
        self.site.configure()
        self.comes(server, new)
        self.assertEqual(self.number(server, GOOD), 1)

    def test_files_that_are_only_touched_change_nothing(self):
        server = self.start()
        for path in (*self.site.pair, self.site.web_config):
            os.utime(path)
        self.two_looks(server)
        self.assertEqual((self.served(server), self.number(server, GOOD)), (self.of_file(self.site.served), 1))
        self.assertEqual(self.failures(server), [])

    # -- SIGHUP --------------------------------------------------------------------------------------------

    def test_sighup_reads_them_too(self):
        # Once a second they would be read anyway: what shows is that SIGHUP says how it went, at once.
        server = self.start()
        new = self.site.renew()
        server.signal(signal.SIGHUP)
        server.wait_for_log(lambda l: "reloaded" in l["msg"], "that it was reloaded")
        self.assertEqual(self.served(server), self.of_file(new))

    def test_sighup_with_a_bad_one_changes_nothing_and_says_why_at_once(self):
        server = self.start()
        old = self.of_file(self.site.served)
        self.site.write("tls_server_config:\n  cert_file: server.pem\n")
        server.signal(signal.SIGHUP)
        line = server.wait_for_log(lambda l: "missing one of key or key_file" in str(l), "why")
        self.assertIn(line["level"], ("error", "warn"))
        self.assertEqual(self.served(server), old)
        self.assertEqual(server.scrape("p").value("oneshot_config_last_reload_successful"), 0)
        self.site.configure()
        server.signal(signal.SIGHUP)
        server.wait_for_log(lambda l: "reloaded" in l["msg"], "that it was reloaded")
        self.assertEqual(self.number(server, GOOD), 1)

    def test_sighup_may_name_another_web_config(self):
        server = self.start()
        new = self.site.authority.issue("server")
        other = self.site.path("other.yml")
        with open(other, "w", encoding="ascii") as file:
            file.write(f"tls_server_config:\n  cert_file: {new.certificate}\n  key_file: {new.key}\n")
        server.configure({"server.web_config_file": other})
        server.signal(signal.SIGHUP)
        self.comes(server, new)
        server.configure()
        server.signal(signal.SIGHUP)
        wait_until(lambda: sum("web_config_file" in line.get("changed", "") and "reloaded" in line["msg"]
                               for line in server.log_lines()) == 2, "the second change", 5)
        server.tls = None
        self.assertEqual(server.get("/healthz").status, 200)


if __name__ == "__main__":
    runner.main()
