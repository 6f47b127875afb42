# SPDX-License-Identifier: MIT
"""The well-behaved of a row, and what came of them."""

from harness.beside import Beside
from harness.crew import together
from harness.exactly_once import ExactlyOnce
from hostile import honest

SCRAPER = "prom"
_REST = 12.0  # seconds in which the scraper fetches what is left


def percentile(ranked, share):
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else float("nan")


class Team:
    """A context manager, inside which they work. source: their address."""

    def __init__(self, server, source, keeps_times=False):
        self._server, self._where = server, (server.port, server.pid, source)
        self._members = {}
        self.tries = {}
        self.ledger = ExactlyOnce(keeps_times=keeps_times)

    def __enter__(self):
        def begin(name, work, *arguments):
            self._members[name] = Beside(work, self._where, *arguments, niceness=-5)
        try:
            self._server.scrape(SCRAPER, source=self._where[2])  # it is there before the first event comes
            together(lambda: begin("scraper", honest.scrape, SCRAPER, _REST),
                     lambda: begin("kept", honest.post, "k", True), lambda: begin("new", honest.post, "n", False))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for member in self._members.values():
            member.kill()

    def finish(self):
        """They end; the scraper when it has all."""
        for name in ("kept", "new"):
            self.tries[name] = self._members[name].finish()
        self.tries["scraper"], replies = self._members["scraper"].finish(_REST + 20)
        for name in ("kept", "new"):
            for one in self.tries[name]:
                self.ledger.posted([one.name])
                if one.said.isdigit():
                    self.ledger.answered(one.name, int(one.said))
        for reply in replies:
            self.ledger.whole(SCRAPER, reply)

    def shown(self, name, begin, end):
        """What one of them noticed between these times: {"ok", "all", "p50", "p99", "ended", "said"}. In milliseconds;
        p99 without the time in which the machine had no processor for an answer."""
        tries = [one for one in self.tries[name] if begin <= one.began < end]
        all_of_it, fed = (sorted(1000 * getattr(one, kind) for one in tries) for kind in ("seconds", "fed_seconds"))
        return {"ok": sum(one.ok for one in tries), "all": len(tries), "p50": percentile(all_of_it, 0.5),
                "p99": percentile(fed, 0.99), "ended": sum(one.ended for one in tries),
                "said": sorted({one.said for one in tries if not one.ok})}

    def account(self):
        return self.ledger.account(SCRAPER)
