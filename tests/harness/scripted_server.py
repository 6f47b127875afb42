# SPDX-License-Identifier: MIT
"""An HTTP server that answers as a test tells it to, and notes what it was asked."""

import dataclasses
import http.server
import json
import threading


@dataclasses.dataclass
class Asked:
    method: str
    path: str
    headers: dict
    body: bytes


class ScriptedServer:
    """`answer(asked)` returns a status, or (status, body), or (status, body, headers); None closes the connection. A
    body that is no bytes goes out as JSON. A context manager; on a free port of 127.0.0.1."""

    def __init__(self, answer):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _handle(self):
                size = int(self.headers.get("Content-Length") or 0)
                asked = Asked(self.command, self.path, dict(self.headers.items()), self.rfile.read(size))
                outer.asked.append(asked)
                outer._reply(self, answer(asked))

            do_GET = do_POST = do_DELETE = _handle

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # a client that was killed
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @staticmethod
    def _reply(handler, given):
        if given is None:
            handler.close_connection = True
            return
        status, body, headers = (given, b"", {}) if isinstance(given, int) else (*given, {})[:3]
        headers = dict(headers)
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": len(body)}.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(body)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
