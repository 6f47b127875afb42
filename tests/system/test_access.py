# SPDX-License-Identifier: MIT
"""[clients.NAME]: who may do what. The matrix of rights, routes and credentials comes out of the tables below, which
are those of docs/security.md."""

import base64
import hashlib
import itertools
import json
import os
import signal
import statistics
import tempfile
import unittest

from harness import load, programs, runner
from harness.client import request
from harness.processes import ran_by_thread, waited_for_processor_by_thread
from harness.prometheus import Job, Prometheus
from harness.server import Server
from harness.waiting import wait_until

RIGHTS = ("post", "scrape", "view", "admin")
WORDS = {"view": "look at this server", "admin": "change this server"}
PASSWORD = "open sesame"
# htpasswd -nbBC 4 x 'open sesame', and with the cost 10: what checks a password must not be what makes the test's.
HASH = "$2y$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"
HASH_OF_COST_10 = "$2y$10$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK"
CHALLENGES = ['Bearer realm="oneshot-metrics-server"', 'Basic realm="oneshot-metrics-server", charset="UTF-8"']

JSON = ("Content-Type", "application/json")
LINES = ("Content-Type", "application/x-ndjson")
BROWSER = ("Sec-Fetch-Site", "cross-site")
# Method, path, headers, body; which right is needed, and which other one does as well.
ROUTES = [
    ("POST", "/event?type=a", (), None, "post", None),
    ("POST", "/event/deploys?type=a", (), None, "post", None),
    ("POST", "/events", (LINES,), b'{"type":"a"}\n', "post", None),
    ("POST", "/events/deploys", (JSON,), b'[{"type":"a"}]', "post", None),
    ("POST", "/hook/open", (JSON,), b'{"t":"a"}', "post", None),
    ("POST", "/hook/signed", (JSON, ("X-Token", "s3cret")), b'{"t":"a"}', None, None),
    ("GET", "/metrics?scraper=known", (), None, "scrape", None),
    ("HEAD", "/metrics?scraper=known", (), None, "scrape", None),
    ("GET", "/metrics?scraper=known&peek=1", (), None, "scrape", "view"),
    ("HEAD", "/metrics?scraper=known&peek=1", (), None, "scrape", "view"),
    ("GET", "/metrics?scraper=known", (BROWSER,), None, "scrape", "view"),
    ("GET", "/metrics?events=0", (), None, "scrape", "view"),
    *((method, path, (), None, "view", None) for method in ("GET", "HEAD")
      for path in ("/api/v1/status", "/api/v1/scrapers", "/api/v1/top?by=type", "/ui/", "/ui/main.js")),
    ("POST", "/api/v1/scrapers/known/skip", (), None, "admin", None),
    ("POST", "/api/v1/scrapers/known/replay?since=1h", (), None, "admin", None),
    *((method, path, (), None, None, None) for method in ("GET", "HEAD")
      for path in ("/", "/healthz", "/readyz", "/-/healthy", "/-/ready", "/hook", "/hook/open")),
]
SUBSETS = [subset for size in range(len(RIGHTS) + 1) for subset in itertools.combinations(RIGHTS, size)]


def name_of(rights):
    return "-".join(("has", *rights))


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(token):
    return "Authorization", "Bearer " + token


def basic(user, password=PASSWORD):
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


WRONG = [bearer("nobody's"), bearer(""), bearer("a b"), ("Authorization", "Digest x"), ("Authorization", "Basic !"),
         basic("nobody"), basic(name_of(RIGHTS), "wrong"), basic(name_of(RIGHTS), PASSWORD + "\0"),
         ("Authorization", "Basic " + base64.b64encode(b"no colon").decode())]


def client(name, **keys):
    return {f"clients.{name}.{key}": value for key, value in keys.items()}


def send(connection, method, path, headers=(), body=None):
    connection.send(request(method, path, headers, body))
    return connection.read_reply(method)


def challenges(reply):
    return [value for name, value in reply.headers if name == "www-authenticate"]


class Access(unittest.TestCase):
    def check(self, reply, status, text=None):
        self.assertEqual(reply.status, status, reply)
        if text is not None and reply.header("content-type") == "application/json":
            self.assertEqual(json.loads(reply.text), {"error": text})
        elif text is not None:
            self.assertEqual(reply.text, text + "\n")
        self.assertEqual(challenges(reply), CHALLENGES if status == 401 else [])

    def reload(self, server, settings):
        before = len(server.log_lines())
        server.configure(settings)
        server.signal(signal.SIGHUP)
        wait_until(lambda: any(l["msg"] == "reloaded" for l in server.log_lines()[before:]), "a reload")


class Matrix(Access):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        secret = os.path.join(folder, "secret")
        with open(secret, "w", encoding="ascii") as file:
            file.write("s3cret\n")
        cls.settings = {"scrapers.names": ["known"], "metrics.deploys.help": "x",
                        "webhooks.open.labels.type": "{/t}", "webhooks.signed.labels.type": "{/t}",
                        "webhooks.signed.signature": "token:X-Token", "webhooks.signed.secret_file": secret}
        for rights in SUBSETS:
            name = name_of(rights)
            cls.settings |= client(name, rights=list(rights), token_sha256=digest(name), password_bcrypt=HASH)

    def check_route(self, connection, row, name, rights, headers):
        method, path, own_headers, body, right, or_right = row
        reply = send(connection, method, path, (*own_headers, *headers), body)
        shown, needed = None, or_right or right  # the lesser right is named
        if right is None or right in rights or or_right in rights:
            status = 200
        elif name is None:
            status, shown = 401, f'this needs credentials with the right "{needed}"'
        else:
            status, has = 403, ", ".join(rights) or "nothing"
            shown = f'client "{name}" may not {WORDS.get(needed, needed)} (its rights: {has})'
        with self.subTest(f"{method} {path} of {name} with {rights}"):
            self.check(reply, status, None if method == "HEAD" else shown)

    def test_each_client_does_what_its_rights_say_and_nothing_else(self):
        with Server(self.settings) as server, server.connect() as connection:
            for rights in SUBSETS:
                name = name_of(rights)
                for row, shows in itertools.product(ROUTES, (bearer(name), basic(name))):
                    self.check_route(connection, row, name, rights, [shows])
            for row in ROUTES:
                self.check_route(connection, row, None, (), [])

    def test_anonymous_does_what_its_section_says(self):
        with Server(self.settings) as server, server.connect() as connection:
            for rights in SUBSETS:
                self.reload(server, self.settings | client("anonymous", rights=list(rights)))
                for row in ROUTES:
                    self.check_route(connection, row, None, rights, [])

    def test_wrong_credentials_are_wrong_wherever_any_count_whatever_anonymous_may(self):
        open_to_all = self.settings | client("anonymous", rights=list(RIGHTS))
        with Server(self.settings) as closed, Server(open_to_all) as opened:
            for server in (closed, opened):
                with server.connect() as connection:
                    for (method, path, headers, body, right, _), wrong in itertools.product(ROUTES, WRONG):
                        reply = send(connection, method, path, (*headers, wrong), body)
                        with self.subTest(f"{method} {path} with {wrong}"):
                            text = None if right is None or method == "HEAD" else "the credentials are wrong"
                            self.check(reply, 200 if right is None else 401, text)
                    twice = [bearer(name_of(RIGHTS))] * 2
                    self.check(send(connection, "POST", "/event?a=1", twice), 401, "the credentials are wrong")

    def test_an_address_and_a_client_both_have_to_agree(self):
        with Server(self.settings | {"server.rights": ["post"], "scrapers.allow": ["192.0.2.0/24"]}) as server:
            both = bearer(name_of(RIGHTS))
            self.assertEqual(server.post("/event?a=1", headers=[both]).status, 200)
            self.assertIn("server.rights allows post", server.get("/metrics", [both]).text)
            self.reload(server, self.settings | {"scrapers.allow": ["192.0.2.0/24"]})
            self.check(server.get("/metrics", [both]), 403, "127.0.0.1 may not scrape (scrapers.allow)")
            self.check(server.post("/event?a=1", headers=[both, BROWSER]), 403,
                       "a page of another site may not post events (Sec-Fetch-Site, Origin)")


class Clients(Access):
    SETTINGS = {**client("ci", rights=["post"], token_sha256=digest("sesam")), "clients.ci.labels.team": "web",
                **client("prom-a", rights=["scrape"], password_bcrypt=HASH, scraper="prom-a")}
    PROM, CI = basic("prom-a"), bearer("sesam")

    def scrape(self, server):
        server.headers = (self.PROM,)
        return server.scrape()

    def test_without_clients_anybody_posts_and_scrapes_and_no_password_is_looked_at(self):
        with Server() as server:
            threads = len(os.listdir(f"/proc/{server.pid}/task"))
            self.assertEqual(server.post("/event?type=a", headers=[basic("x", "y")]).status, 200)
            self.assertEqual(server.get("/metrics?scraper=p", [bearer("x")]).status, 200)
            self.assertEqual(len(os.listdir(f"/proc/{server.pid}/task")), threads)
            exposition = server.scrape("p")
            for reason in ("missing", "wrong", "forbidden"):
                self.assertEqual(exposition.value("oneshot_auth_failures_total", reason=reason), 0)

    def test_labels_and_scraper_of_a_client_are_the_servers_to_write(self):
        with Server(self.SETTINGS) as server:
            def post(path, *headers, body=None):
                return server.post(path, body, headers=(self.CI, *headers))

            cloud_event = ("Content-Type", "application/cloudevents+json")
            form = ("Content-Type", "application/x-www-form-urlencoded")
            for reply in (post("/event?type=query"), post("/event", form, body=b"type=form"),
                          post("/event", JSON, body=b'{"type":"json"}'),
                          post("/event", JSON, body=b'{"labels":{"type":"envelope"}}'),
                          post("/event", cloud_event, body=b'{"specversion":"1.0","id":"1","source":"s","type":"ce"}'),
                          post("/event?type=same&team=web"),
                          post("/events", LINES, body=b'{"type":"l1"}\n{"type":"l2"}\n'),
                          post("/events", JSON, body=b'[{"type":"list"}]')):
                self.check(reply, 200)
            refusal = 'label "team" is set by the server for client "ci": leave it out'
            self.check(post("/event?type=other&team=ops"), 400, refusal)
            self.check(post("/events", LINES, body=b'{"type":"l3"}\n{"type":"l4","team":"ops"}\n'), 400,
                       "line 2: " + refusal)
            self.check(post("/event"), 400)
            self.check(server.get("/metrics?scraper=x", [self.PROM]), 403,
                       'client "prom-a" scrapes as "prom-a", not as "x"')
            text = server.get("/metrics", [self.PROM]).text
            for kind in ("query", "form", "json", "envelope", "ce", "same", "l1", "l2", "list"):
                self.assertRegex(text, rf'(?m)^events_to_metrics\{{.*team="web",type="{kind}"\}} 1$')
            self.assertNotRegex(text, r'type="(other|l3|l4)"')
            self.assertIn("# scraper \"prom-a\"", text)
            exposition = self.scrape(server)
            self.assertEqual(exposition.value("oneshot_client_events_accepted_total", client="ci"), 9)
            self.assertEqual(exposition.value("oneshot_client_events_accepted_total", client="prom-a"), 0)
            self.assertEqual(exposition.value("oneshot_auth_failures_total", reason="forbidden"), 1)

    def test_metrics_and_rates_of_a_client_bound_it_alone(self):
        settings = self.SETTINGS | client("anonymous", rights=["post"]) | {
            "metrics.deploys.help": "x", "metrics.x.help": "x", "clients.ci.metrics": ["deploys"],
            "clients.ci.rate_limit": 1, "clients.ci.rate_burst": 1}
        with Server(settings) as server:
            self.check(server.post("/event/x?a=1", headers=[self.CI]), 403, 'client "ci" may not post metric "x"')
            self.check(server.post("/event?a=1", headers=[self.CI]), 403,
                       'client "ci" may not post metric "events_to_metrics"')
            self.check(server.post("/event/deploys?a=1", headers=[self.CI]), 200)
            self.assertEqual(server.post("/event/deploys?a=1", headers=[self.CI]).status, 429)
            for _ in range(3):
                self.check(server.post("/event/x?a=1"), 200)

    def test_a_reload_changes_clients_and_forgets_passwords(self):
        with tempfile.TemporaryDirectory() as folder:
            token_file = os.path.join(folder, "ci")
            with open(token_file, "w", encoding="ascii") as file:
                file.write("first\n")
            settings = {**client("ci", rights=["post"], token_file="$CREDENTIALS_DIRECTORY/ci"),
                        **client("prom-a", rights=["scrape"], password_bcrypt=HASH)}
            with Server(settings, env={"CREDENTIALS_DIRECTORY": folder}) as server:
                self.check(server.post("/event?a=1", headers=[bearer("first")]), 200)
                self.check(server.get("/metrics", [self.PROM]), 200)
                with open(token_file, "w", encoding="ascii") as file:
                    file.write("second\n")
                self.reload(server, settings | client("prom-a", password_bcrypt=HASH[:-1] + "."))
                self.check(server.post("/event?a=1", headers=[bearer("first")]), 401)
                self.check(server.post("/event?a=1", headers=[bearer("second")]), 200)
                self.check(server.get("/metrics", [self.PROM]), 401)
                self.reload(server, settings)
                self.check(server.get("/metrics", [self.PROM]), 200)
                self.reload(server, {})
                self.check(server.post("/event?a=1"), 200)
            log = server.log()
            for secret in ("first", "second", PASSWORD, HASH):
                self.assertNotIn(secret, log)

    def test_the_log_warns_of_refusals_once_a_minute_and_of_slow_passwords(self):
        slow = client("prom-a", password_bcrypt="$2y$14$" + HASH[7:])
        with Server(self.SETTINGS | slow) as server:
            for _ in range(5):
                server.post("/event?a=1")
            line = server.wait_for_log(lambda l: l["msg"] == "access refused", "of the refusal")
            self.assertEqual([l["reason"] for l in server.log_lines() if l["msg"] == "access refused"], ["missing"])
            self.assertEqual(line["level"], "warn")
            line = next(l for l in server.log_lines() if l["msg"].startswith("the password of a client takes long"))
            self.assertEqual((line["client"], line["cost"], line["seconds"]), ("prom-a", "14", "1.12"))


class Passwords(Access):
    def test_a_password_costs_its_check_once(self):
        settings = {**client("slow", rights=["post"], password_bcrypt=HASH_OF_COST_10),
                    **client("token", rights=["post"], token_sha256=digest("sesam")), "server.threads": 1}
        with Server(settings) as server, server.connect() as connection:
            def cpu_of(shown):
                before = sum(ran_by_thread(server.pid))
                for _ in range(100):
                    self.assertEqual(send(connection, "POST", "/event?a=1", [shown]).status, 200)
                return sum(ran_by_thread(server.pid)) - before

            self.check(send(connection, "POST", "/event?a=1", [basic("nobody")]), 401)  # now there is the thread
            watch = load.Stopwatch(lambda: waited_for_processor_by_thread(server.pid))
            with watch:
                self.check(send(connection, "POST", "/event?a=1", [basic("slow")]), 200)
            first = watch.fed_seconds[0]
            # What else the machine does makes requests dearer for a while: short turns meet it alike.
            in_turn = [(cpu_of(basic("slow")), cpu_of(bearer("sesam"))) for _ in range(101)]
            password, token = (10 * statistics.median(times) for times in zip(*in_turn))
            ratio = statistics.median(one / other for one, other in in_turn)
            print(f"        first POST {first * 1000:.0f} ms; CPU of 1,000 more: {password * 1000:.1f} ms with a "
                  f"password, {token * 1000:.1f} ms with a token, {ratio:.2f} of it in turn", flush=True)
            self.assertLess(password, 3)  # with a check for each they would take a minute
            if not programs.sanitized():
                self.assertLess(first, 0.15)
                self.assertLess(ratio, 1.1)

    def test_wrong_passwords_in_numbers_hold_up_nobody(self):
        settings = {**client("slow", rights=["post"], password_bcrypt=HASH_OF_COST_10),
                    **client("token", rights=["post"], token_sha256=digest("sesam")), "server.threads": 2}
        with Server(settings) as server:
            def waited():  # not the thread that checks passwords
                return waited_for_processor_by_thread(server.pid)[:3]

            known, healthy = server.connect(), server.connect()
            with known, healthy:
                self.check(send(known, "POST", "/event?a=1", [basic("slow")]), 200)
                attack = [server.connect(source=f"127.0.0.{2 + number // 8}") for number in range(64)]
                for number, connection in enumerate(attack):
                    connection.send(request("POST", "/event?a=1", [basic("slow", f"wrong{number}")]))
                watch = load.Stopwatch(waited)
                answers = []
                for connection in attack:
                    with watch:
                        self.check(send(healthy, "GET", "/healthz"), 200)
                    for shown in (basic("slow"), bearer("sesam")):
                        with watch:
                            self.check(send(known, "POST", "/event?a=1", [shown]), 200)
                    answers.append(connection.read_reply())
                    connection.close()
            print("        answered within", load.percentiles(watch.fed_seconds), flush=True)
            self.assertEqual({reply.status for reply in answers}, {401, 503})
            for reply in answers:
                if reply.status == 503:
                    self.check(reply, 503, "too many passwords are being checked")
                    self.assertEqual(reply.header("retry-after"), "1")
            self.assertLessEqual(sum(reply.status == 401 for reply in answers), 40)
            if not programs.sanitized():
                self.assertLess(max(watch.fed_seconds), 0.05)


class RealPrometheus(Access):
    def test_prometheus_scrapes_with_a_password_and_with_a_token(self):
        program = programs.need("prometheus", "ONESHOT_PROMETHEUS")
        settings = {**client("ci", rights=["post"], token_sha256=digest("sesam")),
                    **client("by-password", rights=["scrape"], password_bcrypt=HASH, scraper="by-password"),
                    **client("by-token", rights=["scrape"], token_sha256=digest("prom"), scraper="by-token")}
        with Server(settings) as server:
            jobs = {"password": Job(server.port, basic_auth={"username": "by-password", "password": PASSWORD}),
                    "token": Job(server.port, authorization={"credentials": "prom"}),
                    "wrong": Job(server.port, basic_auth={"username": "by-password", "password": "wrong"})}
            with Prometheus(program, jobs) as prometheus:
                wait_until(lambda: len(prometheus.query("up")) == 3, "three jobs", 20)
                for number in range(50):
                    self.check(server.post(f"/event?id={number}", headers=[bearer("sesam")]), 200)
                want = {str(number): 1 for number in range(50)}
                for job in ("password", "token"):
                    wait_until(lambda job=job: prometheus.stored(job) == want, f"all events once in {job}", 20)
                self.assertEqual(prometheus.stored("wrong"), {})
                self.assertEqual({labels["job"]: up for labels, up in prometheus.query("up")},
                                 {"password": 1, "token": 1, "wrong": 0})


if __name__ == "__main__":
    runner.main()
