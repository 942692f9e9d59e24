"""HTTP with a server that may do anything: one request, bounded in time and size.

A connection per request, no redirects, no retries, no proxies. Whatever the server
does comes back as a value.
"""

import http.client
import io
import socket
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from time import monotonic
from urllib.parse import urlsplit

from sre_course.domain.errors import UsageError
from sre_course.domain.signals import ScrapeProblem


PIECE = 65_536  # bytes per read
OVERHEAD = 1_048_576  # bytes that headers and chunk framing may add to a body

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Server:
    """Where a base URL points; `prefix` is its path, put before every other."""

    host: str
    port: int
    prefix: str = ""

    @property
    def authority(self) -> str:
        """Return what the Host header carries."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def listens(self, timeout: float = 2.0) -> bool:
        """Whether a connection can be made; no request is sent, so none is counted."""
        try:
            socket.create_connection((self.host, self.port), timeout).close()
        except (OSError, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no whole answer; `status` if at least that arrived."""

    problem: ScrapeProblem
    detail: str
    status: int | None = None


def server_at(url: str) -> Server:
    """Return where a base URL points. Raises UsageError for one that is not http."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme != "http" or not host or parts.query or parts.fragment:
        raise UsageError(
            f"{printable(url)} is not the address of an app",
            fix="Give it as http://HOST:PORT, for example http://127.0.0.1:8000",
        )
    return Server(host, port or 80, parts.path.rstrip("/"))


def fetch(
    base_url: str, path: str, timeout: float, limit: int, headers: Headers = ()
) -> Answer | NoAnswer:
    """GET a path: within `timeout` seconds, at most `limit` bytes once unpacked.

    Raises UsageError only, for a base URL that is none.
    """
    server = server_at(base_url)
    message = request_bytes("GET", path, server, headers)
    ends = monotonic() + timeout
    answer = exchange(server, message, ends=ends, limit=limit)
    if isinstance(answer, NoAnswer):
        return answer
    return _unpacked(answer, limit)


def request_bytes(
    method: str,
    path: str,
    server: Server,
    headers: Headers = (),
    body: bytes | None = None,
) -> bytes:
    """Write a request as it stands, however odd; what it lacks to be HTTP is added."""
    given = list(headers)
    names = {name.lower() for name, _ in given}
    usual = [
        ("Host", server.authority),
        ("User-Agent", "sre-course"),
        ("Accept", "*/*"),
        ("Connection", "close"),
    ]
    if body is not None:
        usual.append(("Content-Length", str(len(body))))
    lines = [f"{method} {server.prefix}{path} HTTP/1.1"]
    lines += [f"{n}: {v}" for n, v in usual if n.lower() not in names]
    lines += [f"{n}: {v}" for n, v in given]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + (body or b"")


def exchange(
    server: Server,
    message: bytes,
    *,
    ends: float,
    limit: int,
    opened: Callable[[socket.socket], None] = lambda _connection: None,
) -> Answer | NoAnswer:
    """Send a message over a connection of its own and read the whole answer.

    `ends` is a point on the monotonic clock that holds for connecting, sending and
    every byte of the answer together. `limit` is for the body as transferred.
    `opened` is told the socket, so that somebody else can break it.
    """
    reader: _Reader | None = None
    status: int | None = None
    try:
        address = (server.host, server.port)
        with socket.create_connection(address, _left(ends)) as connection:
            opened(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.settimeout(_left(ends))
            _send(connection, message)
            reader = _Reader(connection, ends, limit + OVERHEAD)
            method = message.partition(b" ")[0].decode()  # HEAD has no body
            response = http.client.HTTPResponse(reader, method=method)  # type: ignore[arg-type] # it only calls makefile
            response.begin()
            status = response.status
            body = _body(response, limit)
            headers = {n.lower(): v for n, v in response.getheaders()}
            return Answer(status, headers, body)
    except TimeoutError:
        return NoAnswer(ScrapeProblem.TIMEOUT, _how_far(reader), status)
    except _TooLargeError:
        size = f"{limit / 2**20:g} MiB" if limit >= OVERHEAD else f"{limit} bytes"
        return NoAnswer(
            ScrapeProblem.TOO_LARGE, f"the answer is larger than {size}", status
        )
    except (OSError, http.client.HTTPException, ValueError) as error:
        return NoAnswer(ScrapeProblem.UNREACHABLE, _why(error, server), status)


class _TooLargeError(Exception):
    """More than was agreed to."""


class _Reader(io.RawIOBase):
    """The reading side of a socket, up to a point in time and a number of bytes."""

    def __init__(self, connection: socket.socket, ends: float, limit: int) -> None:
        super().__init__()
        self._connection = connection
        self._ends = ends
        self._limit = limit
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # a buffer of BufferedReader's own
        self._connection.settimeout(_left(self._ends))
        count = self._connection.recv_into(buffer)
        self.count += count
        if self.count > self._limit:
            raise _TooLargeError
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what http.client reads from."""
        del mode  # always "rb"
        return io.BufferedReader(self, PIECE)


def _left(ends: float) -> float:
    left = ends - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(connection: socket.socket, message: bytes) -> None:
    """Send all of it; a server may well answer before it has read everything."""
    try:
        connection.sendall(message)
    except (BrokenPipeError, ConnectionResetError):
        return  # what it answered, if anything, is still to be read


def _body(response: http.client.HTTPResponse, limit: int) -> bytes:
    body = bytearray()
    while piece := response.read(PIECE):
        body += piece
        if len(body) > limit:
            raise _TooLargeError
    if response.length:  # http.client takes an early end for the end
        raise http.client.IncompleteRead(bytes(body), response.length)
    return bytes(body)


def _how_far(reader: _Reader | None) -> str:
    if reader is None or not reader.count:
        return "no answer came in time"
    return f"the answer had not ended in time ({reader.count} bytes by then)"


def _why(error: Exception, server: Server) -> str:
    match error:
        case ConnectionRefusedError():
            return f"nothing listens at {server.authority}"
        case http.client.RemoteDisconnected():
            return "the connection was closed without an answer"
        case http.client.IncompleteRead():
            return "the connection was closed in the middle of the answer"
        case http.client.HTTPException() | ValueError():
            return f"the answer is not HTTP: {printable(str(error), 80)}"
        case OSError():
            return f"the connection broke: {error.strerror or error}"
    raise AssertionError(error)  # pragma: no cover - the caller catches no other


def _unpacked(answer: Answer, limit: int) -> Answer | NoAnswer:
    coding = answer.headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return answer
    if coding not in ("gzip", "x-gzip"):
        detail = f"Content-Encoding is {printable(coding, 40)}; only gzip was offered"
        return NoAnswer(ScrapeProblem.UNPARSABLE, detail, answer.status)
    try:
        body = _gunzip(answer.body, limit)
    except zlib.error as error:
        return NoAnswer(ScrapeProblem.UNPARSABLE, str(error), answer.status)
    except _TooLargeError:
        detail = f"{len(answer.body)} bytes of gzip unpack to more than {limit} bytes"
        return NoAnswer(ScrapeProblem.TOO_LARGE, detail, answer.status)
    return replace(answer, body=body)


def _gunzip(data: bytes, limit: int) -> bytes:
    """Undo gzip, never producing more than one byte past the limit."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(data, limit + 1)
    except zlib.error as error:
        raise zlib.error("Content-Encoding says gzip, but the body is not") from error
    if len(body) > limit:
        raise _TooLargeError
    if not unpacker.eof:
        raise zlib.error("the gzip data ends too early")
    if unpacker.unused_data:
        raise zlib.error("after the gzip data comes something else")
    return body


def printable(text: str, limit: int = 300, keep: str = "") -> str:
    """Return the beginning of a text with everything a terminal could act on escaped.

    `keep` are characters to leave alone, such as a newline.
    """
    shown = "".join(
        c if c.isprintable() or c in keep else c.encode("unicode_escape").decode()
        for c in text[:limit]
    )
    return shown if len(text) <= limit else f"{shown}…"
