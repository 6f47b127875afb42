# SPDX-License-Identifier: MIT
"""A scraper with a store and an API, all of it in a test's hands: what is stored, what is lost, what is answered.

It speaks as much of Prometheus' API as the server asks for.
"""

import http.server
import json
import re
import threading
import time
import urllib.parse

from .exposition import parse
from .sockets import free_port

MARKER = "oneshot_batch"
EVENTS = "events_to_metrics"
_SELECTOR = re.compile(r"(\w+)(?:\{[^}]*\})?\[(\d+)(s|ms)\](?: offset (-?\d+)s)?$")
_COUNT_AT = re.compile(r"count\(timestamp\((\w+)\{.*\}\) == (\d+\.\d+)\)$")


class FakeStore:
    """Use as a context manager. Times are seconds, rounded to milliseconds as in a real store."""

    def __init__(self, name="prom-a", target=None):
        self.name = name
        self.target = target or {"instance": "server:8090", "job": "events"}
        self.lock = threading.Lock()
        self.samples = []  # (metric, frozenset of labels, time, value)
        self.last_error = ""
        self.away = False       # the API does not answer
        self.headers = None     # of the last question
        self.asked = []         # paths, decoded
        self.under_way = self.most_at_once = 0
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = None

    def __enter__(self):
        self.come()
        return self

    def __exit__(self, *_):
        self.go()

    def settings(self, **options):
        """The section of the server's config, with dots."""
        return {f"confirm.{self.name}.{key}": value for key, value in {"url": self.url, **options}.items()}

    def come(self):
        """The API listens."""
        store = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                store._answer(self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go(self):
        """Nobody listens any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    # -- scraping ------------------------------------------------------------------------------------------

    def scrape(self, server, keep=lambda sample: True, back=0.0, error="", end="close"):
        """One scrape, read whole; the parsed exposition.

        keep:  which of its samples are stored: a function, or False for none
        back:  so many seconds the clock of the scraper is behind
        error: what the target's page says about this scrape; then nothing is stored and `up` is 0
        end:   "close" in good order, or "reset", as a proxy ends an idle connection
        """
        with server.connect() as connection:
            reply = connection.get(f"/metrics?scraper={self.name}")
            assert reply.status == 200, reply
            shown = parse(reply.body)
            now = round(time.time() - back, 3)
            stored = [] if error or keep is False else [s for s in shown.samples if keep(s)]
            with self.lock:
                self.last_error = error
                for sample in stored:
                    self.samples.append((sample.name, frozenset(sample.labels.items()), now, sample.value))
                if keep is not False:
                    self.samples.append(("up", frozenset(), now, 0 if error else 1))
            if end == "reset":
                connection.reset()
        return shown

    def forget_since(self, when):
        """As a store that is killed."""
        with self.lock:
            self.samples = [sample for sample in self.samples if sample[2] < when]

    def stored(self):
        """{id: number of stored samples} of the events."""
        counts = {}
        with self.lock:
            for metric, labels, _, value in self.samples:
                if metric == EVENTS:
                    name = dict(labels)["id"]
                    counts[name] = counts.get(name, 0) + int(value)
        return counts

    # -- the API -------------------------------------------------------------------------------------------

    def _answer(self, request):
        path = urllib.parse.unquote(request.path)
        with self.lock:
            self.asked.append(path)
            self.headers = dict(request.headers)
            self.under_way += 1
            self.most_at_once = max(self.most_at_once, self.under_way)
            status, body = (503, "away") if self.away else (200, self._body(request.path))
            self.under_way -= 1  # before the answer, which the next question may follow at once
        data = body.encode()
        try:
            request.send_response(status)
            request.send_header("Content-Length", str(len(data)))
            request.end_headers()
            request.wfile.write(data)
        except OSError:
            pass

    def _body(self, path):
        url = urllib.parse.urlsplit(path)
        if url.path == "/api/v1/targets":
            target = {"labels": self.target, "lastError": self.last_error}
            return json.dumps({"status": "success", "data": {"activeTargets": [target]}})
        if url.path == "/metrics":
            return "process_start_time_seconds 1\n"
        assert url.path == "/api/v1/query", path
        query = urllib.parse.parse_qs(url.query)
        now = float(query.get("time", [time.time()])[0])
        return json.dumps({"status": "success", "data": self._query(query["query"][0], now)})

    def _query(self, text, now):
        counted = _COUNT_AT.match(text)
        if counted:
            at = float(counted.group(2))
            number = len({labels for metric, labels, when, _ in self.samples
                          if metric == counted.group(1) and abs(when - at) < 0.0005})
            result = [{"metric": {}, "value": [now, str(number)]}] if number else []
            return {"resultType": "vector", "result": result}
        if "sum_over_time(up[" in text:
            healthy = sum(value for metric, _, _, value in self.samples if metric == "up")
            result = [{"metric": {}, "value": [now, "1"]}] if healthy >= 2 else []
            return {"resultType": "vector", "result": result}
        metric, length, unit, offset = _SELECTOR.match(text).groups()
        end = now - float(offset or 0)
        begin = end - float(length) * (0.001 if unit == "ms" else 1)
        series = {}
        for name, labels, when, value in self.samples:
            if name == metric and begin - 0.0005 <= when <= end + 0.0005:
                series.setdefault(labels, []).append([when, f"{value:.0f}"])
        result = [{"metric": self._labels(metric, labels), "values": sorted(values)}
                  for labels, values in series.items()]
        return {"resultType": "matrix", "result": result}

    def _labels(self, metric, labels):
        """As Prometheus does it: a label that the target has too is put aside."""
        own = {("exported_" + name if name in self.target else name): value for name, value in labels}
        return {"__name__": metric, **self.target, **own}
