"""Small HTTP pages, served beside a relay."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


LIMIT = 1 << 20  # bytes of a posted document

# Method, path and body in; status, content type and body out.
Answer = tuple[HTTPStatus, str, bytes]
Page = Callable[[str, str, bytes], Answer]

NOT_FOUND: Answer = (HTTPStatus.NOT_FOUND, "text/plain", b"no such page\n")


def serve(port: int, page: Page) -> None:
    """Serve a page on every address of this container, from a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            told = self.headers.get("Content-Length", "")
            length = int(told) if told.isdecimal() and len(told) < 9 else LIMIT + 1  # noqa: PLR2004 - digits
            if length > LIMIT:
                self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            self._answer(self.rfile.read(length))

        def _answer(self, body: bytes) -> None:
            status, kind, document = page(self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    server = ThreadingHTTPServer(("0.0.0.0", port), Handler)  # noqa: S104 - a container's
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
