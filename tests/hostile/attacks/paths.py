# SPDX-License-Identifier: MIT
"""Requests that mean to be another one: paths that a proxy in front does not know as /metrics, and web pages that have
the browser of somebody inside send them. Nothing of the scraper's may go to them."""

from harness.client import request
from hostile import tools
from hostile.row import Row

_PAGE = ("Sec-Fetch-Site", "cross-site")
_BROWSER = ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0")


class _Refused(Row):
    """asked: requests; those of `statuses` are the only answers that may come."""

    alone = False
    seconds = 2.0
    asked = ()
    statuses = frozenset()

    def attackers(self):
        return [(tools.flood_each, tools.InTurn(self.asked), 4)]

    def after(self, attack):
        wrong = {status: count for status, count in attack.items() if status not in self.statuses}
        self.complain_unless(attack and not wrong, f"answered with {wrong}, of {attack}")
        shown = self.metrics()
        self.complain_unless(shown.value("oneshot_scrapers") == 1, "somebody of them counts as a scraper")


class PercentEncodedPaths(_Refused):
    """Rules of a proxy that compares paths as they are sent are passed by none of these."""

    statuses = frozenset({"404"})
    asked = tuple(request("GET", path + "?scraper=prom") for path in (
        "/%6detrics", "/%6D%65trics", "/metric%73", "/%2fmetrics", "/metrics%2f", "/metrics%00", "//metrics",
        "/metrics/", "/./metrics", "/x/../metrics", "/metrics;x", "/METRICS", "/metrics%20", "/%2e/metrics",
        "/metrics%3f", "http://t//metrics", "http://t/%6Detrics")) + tuple(
            request("POST", path + "?type=passed") for path in ("/%65vent", "/event%2f", "/EVENT", "/e%76ents"))


class OddTargets(_Refused):
    """Targets that are no path at all."""

    statuses = frozenset({"400", "404", "405"})
    asked = tuple(f"GET {target} HTTP/1.1\r\nHost: t\r\n\r\n".encode() for target in (
        "*", "metrics", "http:/metrics", "ftp://t/metrics", "/metrics#x", "/%zz", "/%", "http://u@t/metrics",
        "http:///metrics", "?scraper=prom", "\\metrics")) + (
            b"CONNECT t:80 HTTP/1.1\r\nHost: t:80\r\n\r\n", b"TRACE /metrics HTTP/1.1\r\nHost: t\r\n\r\n")


class PagesThatPost(_Refused):
    """Forms and scripts of other sites."""

    statuses = frozenset({"403"})
    asked = tuple(request("POST", path + "?type=spoof", headers) for path in ("/event", "/events") for headers in (
        [_PAGE], [("Sec-Fetch-Site", "same-site"), _BROWSER], [("Origin", "http://evil.example")], [("Origin", "null")],
        [_BROWSER, ("Origin", "https://evil.example"), ("Content-Type", "text/plain")]))


class PagesThatScrape(_Refused):
    """Images, prefetches and prerendering. They may see, as whoever peeks may, and take nothing."""

    statuses = frozenset({"200", "403"})
    asked = tuple(request("GET", "/metrics?scraper=prom", headers) for headers in (
        [_PAGE, ("Sec-Fetch-Dest", "image")], [("Sec-Fetch-Site", "same-site")], [("Origin", "http://evil.example")],
        [("Sec-Fetch-Site", "none"), ("Sec-Purpose", "prefetch;prerender"), _BROWSER], [("Purpose", "prefetch")],
        [_BROWSER]))


class RebindingHosts(_Refused):
    """A page whose own name leads here for a moment (DNS rebinding) is of the same site, but names itself in Host."""

    settings = {"server.allowed_hosts": ["test", "127.0.0.1"]}
    statuses = frozenset({"403"})
    asked = tuple(request(method, path, [("Sec-Fetch-Site", "same-origin")], host=host)
                  for method, path in (("GET", "/metrics?scraper=prom"), ("POST", "/event?type=spoof"))
                  for host in ("evil.example", "test.evil.example", "evil.example:80", "test.", "[::2]"))


ROWS = (PercentEncodedPaths, OddTargets, PagesThatPost, PagesThatScrape, RebindingHosts)
