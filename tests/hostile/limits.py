# SPDX-License-Identifier: MIT
"""What a row is held to: a number and the reason for it, by name. A row states what differs from these."""

from collections import namedtuple

from harness import programs

Limit = namedtuple("Limit", "number why")

USUAL = {
    # Of the well-behaved, while the attack goes on.
    "answered": Limit(0.98, "who behaves is answered; beside one POST, one request in fifty may need more than its "
                            "patience on a machine that is busy with the attack itself"),
    "p50_ms": Limit(1000, "of all of the time: some milliseconds, but attackers, clients and server share two cores "
                          "here, which may be busy with other work too; a lock-out is seconds"),
    "p99_ms": Limit(1000, "a second is what a script waits without anybody noticing; scrape timeouts are 10 s"),
    "scraper_ended": Limit(0, "a scraper that was there before keeps its connection before strangers"),
    # Of the server.
    "rss_peak_mib": Limit(50, "8 MiB at rest, the event log of 16 MiB, and what connections and scrapes hold"),
    "rss_after_mib": Limit(42, "within 10 s of the attack: 8 MiB at rest, as much as the event log may still hold, and "
                               "what is not worth giving back (net::MemoryTrim, 8 MiB), with the holes between pieces"),
    "sockets_mib": Limit(32, "bytes in the server's sockets, sent and not acknowledged or come and not read: the "
                             "kernel's memory for them is the service's under cgroup v2"),
    "kernel_mib": Limit(600, "TCP memory of the whole machine, the attacker's own ends too: it was 985; sockets_mib is "
                             "the sharp one"),
    "pinned_mib": Limit(1, "what lies unsent or unacknowledged in the server's sockets 12 s after the attack began"),
    "log_bytes_s": Limit(4000, "some lines a second: 345 MB a day at the worst"),
    "cpu_cores": Limit(2, "both cores of the machine; rows whose requests must be cheap state less"),
}


BUDGET = Limit(128, "server.max_memory_mib is 64; beside it 8 MiB at rest, the event log of 16 MiB, the fixed share of "
                    "1,000 connections, and what the allocator keeps between two ticks")
_OF_THE_PRODUCT = {"p50_ms", "p99_ms", "rss_peak_mib", "rss_after_mib", "cpu_cores"}  # and not of a sanitizer


def over(limits, shown):
    """A complaint for each number of `shown` {name: number} that is beyond its limit in {name: Limit}. `answered` is
    the only one that must not be below."""
    for name, number in shown.items():
        if name in _OF_THE_PRODUCT and programs.sanitized():
            continue
        limit = limits[name]
        if number < limit.number if name == "answered" else number > limit.number:
            yield f"{name} is {number:.4g}, and the limit is {limit.number:g}: {limit.why}"
