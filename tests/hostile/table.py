# SPDX-License-Identifier: MIT
"""Prints what came of all rows, and all about what failed."""

from harness.columns import print_failed, print_sum, print_table

_COLUMNS = ("attack", "requests", "kept", "p50/p99", "new", "p50/p99", "scrapes", "p50/p99", "RSS MiB", "after",
            "sockets", "kernel", "log B/s", "cores", "lost", "twice", "verdict")
_SERVER = (("rss_peak_mib", 0), ("rss_after_mib", 0), ("sockets_mib", 0), ("kernel_mib", 0), ("log_bytes_s", 0),
           ("cpu_cores", 2))  # and how many digits of each are shown
_EXPLAINED = """
kept, new, scrapes: answered of asked during the attack, and how long it took in ms (p99 without the time in which
the machine had no processor for it). Of the server: memory at its peak and after, both in MiB, as what lies in its
sockets and what the kernel's TCP had for both ends; log; cores."""


def verdict(outcome):
    return "FAILED" if outcome.complaints else "ok"


def _client(shown):
    if not shown:
        return "-", "-"
    return f"{shown['ok']}/{shown['all']}", f"{shown['p50']:.0f}/{shown['p99']:.0f}"


def _requests(attack):
    """How many answers the attackers got; in brackets the connections that they made, where they got none."""
    answered = attack.get("answers", 0) + sum(number for word, number in attack.items() if word.isdigit())
    return str(answered) if answered else f"({attack.get('connections', attack.get('whole', 0))})"


def _line(row):
    outcome = row.outcome
    cells = [row.name(), _requests(outcome.attack)]
    for name in ("kept", "new", "scraper"):
        cells += _client(outcome.clients.get(name))
    cells += [f"{outcome.server.get(name, float('nan')):.{digits}f}" for name, digits in _SERVER]
    return (*cells, str(outcome.lost), str(outcome.twice), verdict(outcome))


def _total(ran):
    sums = [sum(getattr(row.outcome, key) for row in ran) for key in ("lost", "twice")]
    return ("total", *[""] * 13, *map(str, sums), "FAILED" if any(row.outcome.complaints for row in ran) else "ok")


def show(played):
    """Prints it all; returns the exit status."""
    ran = sorted((row for row in played if not row.skipped), key=lambda row: row.name())
    failed = [row for row in ran if row.outcome.complaints]
    print_failed(failed)
    print_table([_COLUMNS, *map(_line, ran), _total(ran)])
    print(_EXPLAINED)
    return print_sum(ran, failed, [row for row in played if row.skipped])
