# SPDX-License-Identifier: MIT
"""The stream that holds the log is removed, or made anew, behind the replicas' backs: they must not go on as if the new
one were theirs."""

import json

from cluster.chaos.outcome import Outcome
from cluster.chaos.row import STORES, STREAM, Row
from harness.client import Broken
from harness.exposition import parse
from harness.waiting import wait_until

EVENTS = 40


class StreamRemoved(Row):
    """By an operator's mistake."""

    has_stores = False

    def meet_faults(self):
        """One of the scrapers has its events, the other has not; then the log goes."""
        cluster = self.cluster
        for number in range(EVENTS):
            assert cluster[number % 2].post(f"/event?id=e{number}").status == 200
        first = cluster[0].scrape(STORES[0])
        assert len(first.ids()) == EVENTS, first.ids()
        self.harm(None)
        for replica in cluster.replicas:
            self.check_refusal(replica)
        self.check_restart()
        return Outcome(events=EVENTS, faults=1, complaints=self.complaints)

    def harm(self, stop):
        answer = self.ask_engine("STREAM.DELETE." + STREAM)
        assert answer.get("success"), answer

    def ask_engine(self, subject, body=""):
        return self.engine.nodes[0].request("$JS.API." + subject, body and json.dumps(body))

    def check_refusal(self, replica):
        """It says that it is not ready, takes nothing, gives nothing, and its log says why."""
        try:
            wait_until(lambda: replica.server.get("/readyz").status == 503, "not ready", 30, 0.1)
        except AssertionError:
            self.complaints.append(f"{replica.name} is still ready: {replica.server.get('/readyz').text}")
        print(f"{replica.name}: /readyz: {replica.server.get('/readyz').text.strip()}")
        try:
            status = replica.server.post("/event?id=later", timeout=30).status
            if status == 200:
                self.complaints.append(f"{replica.name} took an event")
            shown = parse(replica.server.get(f"/metrics?scraper={STORES[1]}", timeout=30).body)
            if shown.ids():
                self.complaints.append(f"{replica.name} gave {len(shown.ids())} events that are nobody's any more")
        except Broken as fault:
            self.complaints.append(f"{replica.name} did not answer: {fault}")
        lines = [line for line in replica.server.log_lines() if line.get("level") in ("warn", "error")]
        print("\n".join(f"{replica.name}: {line}" for line in lines))
        if not lines:
            self.complaints.append(f"the log of {replica.name} says nothing")

    def check_restart(self):
        """An operator has looked, and starts the replicas again: with an empty log they serve."""
        for replica in self.cluster.replicas:
            replica.stop()
        for replica in self.cluster.replicas:
            replica.start()
        one, other = self.cluster[0], self.cluster[1]
        assert one.post("/event?id=new").status == 200
        found = wait_until(lambda: other.scrape(STORES[0]).ids(), "the new event", 20, 0.2)
        if found != ["new"]:
            self.complaints.append(f"after the restart {found} came")


class StreamMadeAnew(StreamRemoved):
    """Empty, with the same settings."""

    def harm(self, stop):
        config = self.ask_engine("STREAM.INFO." + STREAM)["config"]
        super().harm(stop)
        answer = wait_until(lambda: (answer := self.ask_engine("STREAM.CREATE." + STREAM, config)).get("config")
                            and answer, "the stream is made", 20, 0.5)
        assert answer["config"]["name"] == STREAM, answer


ROWS = (StreamRemoved, StreamMadeAnew)
