"""Takes what is sent by OTLP over HTTP, and gives it back unread: `python receiver.py PORT [ADDRESS]`.

POST of any path keeps the body; GET answers all that was kept, as JSON: [{"path": …, "body": base64}, …]. The standard
library alone, so that it runs wherever a Python is.
"""

import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

kept: list[dict[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kept.append({"path": self.path, "body": base64.b64encode(body).decode()})
        # An empty body is an empty ExportTraceServiceResponse: all was taken.
        self._answer(b"", "application/x-protobuf")

    def do_GET(self) -> None:
        self._answer(json.dumps(kept).encode(), "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    port, address = int(sys.argv[1]), (sys.argv[2:] or ["0.0.0.0"])[0]  # noqa: S104  in a container
    ThreadingHTTPServer((address, port), Handler).serve_forever()
