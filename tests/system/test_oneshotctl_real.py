# SPDX-License-Identifier: MIT
"""oneshotctl from end to end: events from scripts, the real server, scrapers, and what it says of them all."""

import hashlib
import json

from harness import runner
from harness.oneshotctl import Case, run, start
from harness.server import Server
from harness.waiting import wait_until

SETTINGS = {"scrapers.names": ["prom-a", "prom-b"],
            "clients.boss.token_sha256": hashlib.sha256(b"boss").hexdigest(),
            "clients.boss.rights": ["admin", "view"], "clients.anonymous.rights": ["post", "scrape", "view"]}


class RealServer(Case):
    def setUp(self):
        self.server = Server(SETTINGS)
        self.addCleanup(self.server.stop)
        self.url = f"http://127.0.0.1:{self.server.port}"

    def ctl(self, *args, **options):
        return self.done(*args, "--url", self.url, **options)

    def as_boss(self, *args):
        return self.ctl(*args, env={"ONESHOT_TOKEN": "boss"})

    def scrapers(self):
        return {one["name"]: one for one in json.loads(self.ctl("scrapers", "--json"))["scrapers"]}

    def deliver(self, name):
        """A scrape, and its receipt."""
        events = self.server.scrape(name).events()
        wait_until(lambda: self.scrapers()[name]["in_flight"] == 0, "the receipt")
        return events

    def why(self, *args):
        done = run("why", *args, "--url", self.url)
        self.assertEqual(done.err, "")
        return done.status, done.out

    def test_the_id_that_post_prints_is_that_of_the_event(self):
        posted = json.loads(self.ctl("post", "type=deploy", "service=a\"b", "--value", "42.5", "--json"))["id"]
        page = json.loads(self.ctl("events", "--json"))
        self.assertEqual([event["id"] for event in page["events"]], [posted])
        self.assertRegex(self.ctl("events", "--ids", "type=deploy", "--since", "1h"),
                         rf'UTC  {posted}  events_to_metrics{{service="a\\"b",type="deploy"}} 42.5  '
                         r"waits for prom-a, prom-b\n$")
        self.assertIn("no events that fit", run("events", "type=x", "--url", self.url).err)
        self.assertRegex(self.ctl("events", posted), r"(?m)^prom-a +waiting +")

    def test_why_follows_an_event_until_it_is_delivered(self):
        self.ctl("post", "type=deploy")
        self.assertEqual(self.why("prom-a", "type=deploy")[0], 1)
        self.assertIn("not scraped this server since that was started", self.why("prom-a", "type=deploy")[1])
        self.assertEqual(len(self.deliver("prom-a")), 1)
        status, sentence = self.why("prom-a", "type=deploy")
        self.assertEqual(status, 0, sentence)
        self.assertIn("prom-a has it: delivered at", sentence)
        self.assertEqual(self.why("prom-b", "type=deploy")[0], 1)
        self.failed("why", "prom-x", "type=deploy", "--url", self.url, words=["there are prom-a, prom-b"])

    def test_a_cut_scrape_is_named_as_the_reason(self):
        for n in range(300):
            self.server.event(f"type=deploy&n={n}&text={'x' * 2000}")
        self.server.scrape("prom-a")  # the first batch of a new scraper is the largest
        for n in range(300):
            self.server.event(f"type=late&n={n}&text={'x' * 2000}")
        with self.server.connect() as connection:
            connection.send(b"GET /metrics?scraper=prom-a HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.read_some(1)
            connection.reset()
        wait_until(lambda: (self.scrapers()["prom-a"]["last_batch"] or {}).get("outcome") not in (None, "delivered"),
                   "the batch has failed")
        self.assertIn("its last batch failed", self.why("prom-a", "type=late", "n=299")[1])
        self.assertIn("did not get its last batch", run("doctor", "--url", self.url).out)

    def test_tail_shows_events_as_they_come(self):
        process = start("tail", "-f", "--url", self.url, "type=deploy")
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        for n in range(3):
            self.ctl("post", "type=deploy", f"n={n}")
            self.ctl("post", "type=other", f"n={n}")
            self.assertIn(f'n="{n}",type="deploy"'.encode(), process.stdout.readline())
        process.stdout.close()

    def test_scrapers_and_top_are_tables(self):
        for n in range(3):
            self.ctl("post", f"type={'deploy' if n else 'backup'}")
        self.assertRegex(self.ctl("scrapers"), r"(?m)^prom-a +yes +not yet +3 ")
        self.assertRegex(self.ctl("top"), r"type +EVENTS +SHARE +BYTES\ndeploy +2 +67% +\d+\nbackup +1 +33% +\d+\n$")
        self.assertRegex(self.ctl("top", "--by", "nope"), r"\(without it\) +3 +100%\n$")

    def test_changes_need_the_right_and_are_made(self):
        self.ctl("post", "type=deploy")
        self.failed("skip", "prom-a", "--url", self.url, words=["status 40"])
        self.deliver("prom-a")
        self.assertRegex(self.as_boss("replay", "prom-a", "--since", "1h"), "^1 event since .* again, as a new sample")
        self.assertEqual(len(self.deliver("prom-a")), 1)
        self.assertEqual(self.as_boss("skip", "prom-b"), "prom-b begins at the newest event; dropped for it: 1 event\n")
        self.assertIn("somebody dropped", self.why("prom-b", "type=deploy")[1])
        self.deliver("me")
        self.assertEqual(self.as_boss("forget", "me"), "me is forgotten; dropped for it: 0 events\n")
        self.failed("forget", "prom-a", "--url", self.url, env={"ONESHOT_TOKEN": "boss"},
                    words=["status 409", "scrapers.names"])
        self.failed("forget", "nobody", "--url", self.url, env={"ONESHOT_TOKEN": "boss"}, words=["status 404"])

    def test_doctor_names_what_was_refused_and_who_never_came(self):
        run("post", "a-b=1", "--url", self.url)
        done = run("doctor", "--url", self.url)
        self.assertEqual(done.status, 0)  # the server is young
        self.assertIn("warning: scraper prom-a has not come since the server was started", done.out)
        self.assertIn("a_b", done.out)


if __name__ == "__main__":
    runner.main()
