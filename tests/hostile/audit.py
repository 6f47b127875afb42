# SPDX-License-Identifier: MIT
"""What a row came to, held to its limits."""

from dataclasses import dataclass, field

from harness.processes import memory
from hostile import limits
from hostile.meter import MIB, in_sockets, wait_below

_AFTER = 10.0  # seconds in which the server gives its memory back
_UNREAD = 12.0  # seconds after which it holds back no reply that nobody reads


@dataclass
class Outcome:
    attack: dict = field(default_factory=dict)   # what the attackers counted
    clients: dict = field(default_factory=dict)  # see Team.shown
    server: dict = field(default_factory=dict)   # see Meter
    lost: int = 0
    twice: int = 0
    complaints: list = field(default_factory=list)


def look(row, outcome):
    """When the well-behaved have ended: completes the outcome."""
    _clients(row, outcome)
    _afterwards(row, outcome)
    outcome.complaints += row.complaints


def _limit(row, name):
    return row.limits.get(name) or limits.USUAL[name]


def _hold(row, outcome, shown, who=""):
    chosen = {name: _limit(row, name) for name in shown}
    outcome.complaints += [who + complaint for complaint in limits.over(chosen, shown)]


def _share(shown, forgiven):
    """Of the requests that were answered, where so many may not be, however few there were."""
    return min(shown["all"], shown["ok"] + forgiven) / max(1, shown["all"])


def _clients(row, outcome):
    for name in ("kept", "new", "scraper"):
        shown = outcome.clients[name] = row.team.shown(name, row.began, row.ended)
        answered = _share(shown, 0 if name == "scraper" else 1)
        held = {"answered": answered, "p50_ms": shown["p50"], "p99_ms": shown["p99"]}
        if name == "scraper":
            held["scraper_ended"] = shown["ended"]
        _hold(row, outcome, held, f"{name} ({shown['ok']} of {shown['all']}; else {shown['said']}): ")
    account = row.team.account()
    outcome.lost, outcome.twice = len(account.lost), len(account.twice)
    for word, ids in account.problems().items():
        if word == "lost" and row.may_lose:
            continue
        outcome.complaints.append(f"{len(ids)} {word}, among them {ids[:5]}")


def _afterwards(row, outcome):
    """Waits until memory is given back and nothing is held back for those who do not read, each for as long as it may
    take."""
    server = row.server
    after = wait_below(lambda: memory(server.pid) / MIB, _limit(row, "rss_after_mib").number, row.ended + _AFTER)
    held_back = wait_below(lambda: in_sockets(server.port)[0] / MIB, _limit(row, "pinned_mib").number,
                           row.began + row.seconds + _UNREAD)
    outcome.server.update(rss_after_mib=after, pinned_mib=held_back)
    _hold(row, outcome, outcome.server)
