"""The dependency's HTTP server."""

import hmac
import json
import socket
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from sre_course.dependency.body import BadBodyError, parsed, read_body
from sre_course.dependency.documents import answer
from sre_course.dependency.ledger import CallLedger
from sre_course.domain.behaviour import Behaviour, Call, Outcome


CONTROL = "/.course/"
KEY_LIMIT = 256  # characters of a key or path that count
DIGITS = 19  # of a call's number


@dataclass(frozen=True, slots=True)
class Service:
    """What the handlers share."""

    behaviour: Behaviour
    token: str
    ledger: CallLedger


class Server(ThreadingHTTPServer):
    """Listens where told, or on a socket that is listening already."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def __init__(
        self, address: tuple[str, int], service: Service, taken: socket.socket | None
    ) -> None:
        super().__init__(address, Handler, bind_and_activate=False)
        self.service = service
        if taken is None:
            self.server_bind()
            self.server_activate()
        else:
            self.socket.close()
            self.socket = taken

    def server_bind(self) -> None:
        """Bind without asking the resolver for our own name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a client that went away go."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 75  # seconds that a connection may be idle

    def _answer(self) -> None:
        try:
            body = read_body(self.rfile, self.headers)  # type: ignore[arg-type]
        except BadBodyError:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b'{"error": "bad body"}\n')
            return
        if self.path.startswith(CONTROL):
            self._control()
        else:
            self._business(body)

    # http.server looks for a method of each name
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def _business(self, body: bytes) -> None:
        at = time.time()
        service = self.server.service
        matched = service.behaviour.match(self.command, self.path, parsed(body))
        if matched is None:
            path = self.path[:KEY_LIMIT]
            service.ledger.add(
                Call(at, path, "", 0.0, Outcome.UNKNOWN_ROUTE, slow=False)
            )
            self._send(*answer(None, "", Outcome.UNKNOWN_ROUTE))
            return
        route, key = matched[0], matched[1][:KEY_LIMIT]
        effect = service.behaviour.effect(route, key)
        # noted before it is answered: who has the answer finds the call in the ledger
        service.ledger.add(
            Call(at, route.route, key, effect.seconds, effect.outcome, effect.slow)
        )
        time.sleep(effect.seconds)
        self._send(*answer(route, key, effect.outcome))

    def _control(self) -> None:
        target = urlsplit(self.path)
        if target.path == f"{CONTROL}health":
            self._send(HTTPStatus.OK, b'{"ok": true}\n')
        elif target.path != f"{CONTROL}ledger":
            self._send(HTTPStatus.NOT_FOUND, b'{"error": "no such resource"}\n')
        elif not self._allowed():
            self._send(HTTPStatus.UNAUTHORIZED, b'{"error": "not for the app"}\n')
        else:
            start = parse_qs(target.query).get("from", ["0"])[0]
            plain = start.isascii() and start.isdecimal() and len(start) < DIGITS
            page = self.server.service.ledger.page(int(start) if plain else 0)
            self._send(HTTPStatus.OK, json.dumps(page).encode())

    def _allowed(self) -> bool:
        given = self.headers.get("Authorization", "").encode()
        wanted = f"Bearer {self.server.service.token}".encode()
        return hmac.compare_digest(given, wanted)

    def _send(self, status: int, body: bytes) -> None:
        # one write: a head and a body in two packets invite delayed acknowledgements
        phrase = HTTPStatus(status).phrase
        head = (
            f"HTTP/1.1 {int(status)} {phrase}\r\n"
            f"Date: {self.date_time_string()}\r\n"
            "Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"Connection: {'close' if self.close_connection else 'keep-alive'}\r\n\r\n"
        )
        self.wfile.write(head.encode() + (b"" if self.command == "HEAD" else body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
        """Print nothing: the ledger has it all."""
