# SPDX-License-Identifier: MIT
"""What a row came to: what the ledger counts, and whether every counter of the server agrees with it."""

from dataclasses import dataclass, field

from harness.exposition import parse
from harness.waiting import wait_until

_OF_A_SCRAPER = ("waiting", "in_flight", "delivered_total", "redelivered_total", "given_up_total")
_FULL = ("log_full", "over_share")  # of refusals: for want of room
_REASONS = ("full", "forgotten", "damaged", "refused")
# An event log that holds nothing may still hold what is left of a page, and nothing that could be an event's
# record.
_EMPTY_LOG = 4096


@dataclass
class Outcome:
    scrapers: int = 0
    events: int = 0
    whole: int = 0
    spoiled: int = 0
    sent_again: int = 0
    lost: int = 0
    twice: int = 0
    posted_twice: int = 0
    complaints: list = field(default_factory=list)


class Numbers:
    """The server's own metrics at one moment."""

    def __init__(self, shown):
        self._shown = shown

    @classmethod
    def read(cls, server, scraper):
        return cls(parse(server.get(f"/metrics?peek=1&scraper={scraper}").body))

    def of(self, name, **labels):
        return int(self._shown.value(name, **labels))

    def of_scraper(self, name):
        return {kind: self.of(f"oneshot_events_{kind}", scraper=name) for kind in _OF_A_SCRAPER}

    def dropped(self, name, reason):
        return self.of("oneshot_events_dropped_total", scraper=name, reason=reason)

    def dropped_in_all(self, name):
        return sum(self.dropped(name, reason) for reason in _REASONS)

    def family(self, name):
        return self._shown.family(name)


def look(row):
    """After the drain: the outcome of the row, with a complaint for each number that cannot be explained."""
    outcome = Outcome(scrapers=len(row.team), events=len(row.world.ledger.accepted),
                      whole=sum(s.whole for s in row.team), spoiled=sum(s.spoiled for s in row.team))
    if row.world.ledger.still_open():
        outcome.complaints.append(f"posted until 200, and never answered with it: {row.world.ledger.still_open()[:6]}")
    numbers = _at_rest(row, outcome)
    outcome.posted_twice = _posted_twice(row, numbers)
    for name in row.scrapers:
        _count_for_scraper(row, numbers, name, outcome)
        for complaint in _about_scraper(row, numbers, name):
            outcome.complaints.append(f"{name}: {complaint}")
    outcome.complaints += _about_all(row, numbers)
    outcome.complaints += _about_replies(row, numbers)
    outcome.complaints += row.complaints(numbers)
    if not outcome.spoiled and not row.shortened:
        outcome.complaints.append("nothing was spoiled: this row shows nothing")
    return outcome


def _posted_twice(row, numbers):
    """Where scrapers may get things again, all of them may, and only the server's count tells."""
    ledger = row.world.ledger
    if not row.may_repeat:
        return len(ledger.posted_twice())
    return max(0, numbers.of("oneshot_events_accepted_total") - len(ledger.accepted) - len(ledger.unknown))


def _at_rest(row, outcome):
    """The numbers when the last receipts have come in and a tick of the server's own clock has ended the
    startup hold; the numbers as they are where that does not come."""
    def read():
        return Numbers.read(row.world.server, row.scrapers[0])

    def quiet():
        numbers = read()
        in_flight = sum(numbers.of_scraper(name)["in_flight"] for name in row.scrapers)
        return not in_flight and numbers.of("oneshot_event_log_used_bytes") <= _EMPTY_LOG and numbers
    try:
        return wait_until(quiet, "nothing in flight, and an empty event log", 15, 0.05)
    except AssertionError as complaint:
        outcome.complaints.append(str(complaint))
        return read()


def _count_for_scraper(row, numbers, name, outcome):
    account = row.world.ledger.account(name, numbers.dropped_in_all(name))
    outcome.lost += len(account.lost)
    outcome.twice += len(account.twice)
    outcome.sent_again += numbers.of_scraper(name)["redelivered_total"]
    for word, ids in account.problems().items():
        if not {"lost": row.may_lose, "twice": row.may_repeat}.get(word):
            outcome.complaints.append(f"{name}: {word}, among them {ids[:8]}")


def _about_scraper(row, numbers, name):
    """What is wrong with the counters of one scraper."""
    found, dropped = numbers.of_scraper(name), numbers.dropped_in_all(name)
    delivered, accepted = found["delivered_total"], numbers.of("oneshot_events_accepted_total")
    for reason in _REASONS:
        if reason not in row.drops and numbers.dropped(name, reason):
            yield f"dropped{{{reason}}} is {numbers.dropped(name, reason)}"
    if found["waiting"]:
        yield f"{found['waiting']} still wait after the drain"
    elif numbers.of("oneshot_oldest_waiting_seconds", scraper=name):
        yield "oldest_waiting_seconds is not 0 with nothing waiting"
    if delivered + dropped != accepted:
        yield f"delivered {delivered} + dropped {dropped}, of {accepted} accepted"
    if found["given_up_total"] and not row.gives_up:
        yield f"{found['given_up_total']} given up"
    seen = len(row.world.ledger.seen.get(name, ()))
    if not row.may_lose and not row.may_repeat and seen + dropped != accepted:
        yield f"saw {seen} and {dropped} were dropped, of {accepted} accepted"
    sent, counted = _sent(row, name), delivered + found["redelivered_total"]
    # What was sent but never delivered, and dropped then, counts neither as delivered nor as sent again.
    if not counted <= sent <= counted + dropped:
        yield f"{sent} were sent, but delivered + redelivered is {counted}, and {dropped} were dropped"


def _sent(row, name):
    """Events in all batches that were sent to this scraper, as many times as they were."""
    if not row.unseen_replies and not row.cannot_read():
        return row.world.middle.sent[name]
    return sum(int(line["events"]) for line in row.world.server.log_lines()
               if line["msg"] == "scrape" and line["scraper"] == name)


def _about_all(row, numbers):
    """What is wrong with the counters that are nobody's."""
    ledger = row.world.ledger
    known, unknown, refused = len(ledger.accepted), len(ledger.unknown), len(ledger.refused)
    accepted = numbers.of("oneshot_events_accepted_total")
    if not known <= accepted <= known + unknown:
        yield f"accepted_total is {accepted}, answered 200: {known}, unknown: {unknown}"
    if numbers.of("events_to_metrics_event_count") != accepted:
        yield "events_to_metrics_event_count is not accepted_total"
    full = 0.0
    for sample in numbers.family("oneshot_events_rejected_total"):
        if sample.labels["reason"] in _FULL:
            full += sample.value
        elif sample.value:
            yield f"rejected{sample.labels} is {sample.value}"
    if not refused <= full <= refused + unknown:
        yield f"{full:.0f} are rejected for want of room, answered 503: {refused}, unknown: {unknown}"
    if numbers.of("oneshot_events_unclaimed_total"):
        yield f"unclaimed_total is {numbers.of('oneshot_events_unclaimed_total')}"
    if numbers.of("oneshot_scrapers") != len(row.scrapers):
        yield f"oneshot_scrapers is {numbers.of('oneshot_scrapers')}"


def _about_replies(row, numbers):
    """Each reply is counted when it is made; the one that says so is not in it yet. Of what is made for a
    connection that is broken already the middle sees nothing. Where it cannot read it says nothing of how many more
    there are."""
    codes = row.world.middle.codes
    unseen = len(row.world.ledger.unknown) + sum(s.unseen_replies for s in row.team)
    unseen += sum(poster.unread for poster in row.steady_team)
    unseen += sum(s.spoiled for s in row.team) if row.unseen_replies else 0
    for sample in numbers.family("oneshot_http_responses_total"):
        code, counted = int(sample.labels["code"]), int(sample.value)
        seen = codes[code] - (1 if code == 200 else 0)
        if row.cannot_read() and counted >= seen:
            continue
        if not seen <= counted <= seen + (unseen if code in (200, 408, 409, 503) else 0):
            yield f"http_responses_total{{{code}}} is {counted}, the middle saw {seen}"
