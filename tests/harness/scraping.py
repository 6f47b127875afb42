# SPDX-License-Identifier: MIT
"""How far scrapers that scrape by themselves have come, by what the server says of them."""

from .waiting import HANG, wait_until


def of_scraper(server, metric, name):
    """What this own metric says of this scraper; 0 while it is not known."""
    shown = server.get(f"/metrics?peek=1&scraper={name}")
    _, _, value = shown.text.partition(f'\n{metric}{{scraper="{name}"}} ')
    return float(value.split("\n")[0]) if value else 0


def last_scrape(server, name):
    """When this scraper came last; 0 while it is not known."""
    return of_scraper(server, "oneshot_scraper_last_scrape_timestamp_seconds", name)


def next_scrape_begun(server, name):
    """Waits for the beginning of a scrape, which leaves nearly a second until the next; returns its time."""
    before = last_scrape(server, name)
    return wait_until(lambda: (t := last_scrape(server, name)) > before and t, f"a scrape by {name}", 20,
                      0.02)


def delivered(server, name):
    """Waits until nothing of this scraper waits or is in flight, and until it has stored that.

    One that gives up after a second does so many times over where the machine is busy, and comes again each time."""
    def done():
        if last_scrape(server, name) == 0:
            return False
        shown = server.peek(name)
        return not shown.events() and all(
            shown.value(f"oneshot_events_{state}", scraper=name) == 0 for state in ("waiting", "in_flight"))
    wait_until(done, f"all delivered to {name}", 4 * HANG, 0.1)
    next_scrape_begun(server, name)
    next_scrape_begun(server, name)
    return server.peek(name)
