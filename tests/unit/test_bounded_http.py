"""One request to a server that may do anything."""

import contextlib
import gzip
import itertools
import os
import socket
import struct
import time

import pytest

from sre_course.adapters.bounded_http import (
    Answer,
    NoAnswer,
    Server,
    fetch,
    printable,
    request_bytes,
    server_at,
)
from sre_course.domain.errors import UsageError
from sre_course.domain.signals import ScrapeProblem as Problem
from tests.hostile import Behave, answers, sends, serving


MIB = 2**20
OK_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKED = OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def ask(
    behave: Behave, *, timeout: float = 5.0, limit: int = MIB
) -> tuple[Answer | NoAnswer, float]:
    """Fetch from such a server; return the outcome and how long it took."""
    with serving(behave) as url:
        started = time.monotonic()
        outcome = fetch(url, "/metrics", timeout, limit)
        return outcome, time.monotonic() - started


def refused(behave: Behave, *, timeout: float = 5.0, limit: int = MIB) -> NoAnswer:
    """Fetch and expect no answer."""
    outcome, took = ask(behave, timeout=timeout, limit=limit)
    assert isinstance(outcome, NoAnswer), outcome
    assert took < timeout + 1
    return outcome


def test_an_ordinary_answer_comes_back_whole() -> None:
    """Status, headers with names in lower case, and body."""
    outcome, _ = ask(answers(b"hello", headers="X-Trace: a\r\n"))
    assert isinstance(outcome, Answer)
    assert (outcome.status, outcome.body) == (200, b"hello")
    assert outcome.headers["x-trace"] == "a"


@pytest.mark.parametrize(
    "raw",
    [
        OK_HEAD + b"\r\nhello",
        OK_HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
        OK_HEAD + b"Content-Length: 5\r\n\r\nhello and more",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK_HEAD + b"\r\nhello",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
    ],
    ids=["until closed", "chunked", "length", "after a 100", "HTTP/1.0"],
)
def test_every_framing_is_understood(raw: bytes) -> None:
    """The body ends where HTTP says."""
    outcome, _ = ask(sends(raw))
    assert isinstance(outcome, Answer)
    assert outcome.body == b"hello"


def test_a_server_that_keeps_the_connection_open_is_not_waited_for() -> None:
    """The body's length says where it ends, not the connection's end."""

    def behave(connection: socket.socket, head: bytes) -> None:
        connection.sendall(OK_HEAD + b"Content-Length: 2\r\n\r\nok")
        connection.recv(1)  # until the client goes

    outcome, took = ask(behave)
    assert isinstance(outcome, Answer)
    assert took < 2


def test_nothing_listens() -> None:
    """A refused connection says so, with the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = fetch(f"http://127.0.0.1:{port}", "/", 2, MIB)
    assert isinstance(outcome, NoAnswer)
    assert outcome.problem is Problem.UNREACHABLE
    assert outcome.detail == f"nothing listens at 127.0.0.1:{port}"


def silent(connection: socket.socket, head: bytes) -> None:
    """Take the request and say nothing until the client goes."""
    connection.recv(1)


def drip(*prefix: bytes, byte: bytes = b"x") -> Behave:
    """Send something, then a byte every 50 ms for ever."""

    def behave(connection: socket.socket, head: bytes) -> None:
        for piece in prefix:
            connection.sendall(piece)
        while True:
            connection.sendall(byte)
            time.sleep(0.05)

    return behave


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        drip(),
        drip(b"HTTP/1.1 200 OK\r\nX-Long: "),
        drip(b"HTTP/1.1 200 OK\r\n", byte=b"X: y\r\n"),
        drip(OK_HEAD, b"\r\n"),
        drip(OK_HEAD, b"Content-Length: 1000000\r\n\r\n"),
        drip(CHUNKED, byte=b"1\r\nx\r\n"),
        drip(CHUNKED, b"0\r\n", byte=b"T: x\r\n"),
        drip(byte=b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=[
        "silent",
        "status line",
        "header",
        "headers",
        "body",
        "body with length",
        "chunks",
        "trailers",
        "100s",
    ],
)
def test_the_deadline_holds_for_the_whole_answer(behave: Behave) -> None:
    """A byte now and then does not buy more time, wherever it is sent."""
    outcome, took = ask(behave, timeout=0.3)
    assert isinstance(outcome, NoAnswer)
    assert outcome.problem is Problem.TIMEOUT
    assert took < 1.3


def test_a_time_out_says_how_far_it_got() -> None:
    """Silence and slowness are told apart."""
    assert refused(silent, timeout=0.2).detail == "no answer came in time"
    slow = refused(drip(OK_HEAD, b"\r\n"), timeout=0.3)
    assert slow.problem is Problem.TIMEOUT
    assert slow.detail.startswith("the answer had not ended in time (")
    assert slow.status == 200


def flood(*prefix: bytes, piece: bytes = b"a 1\n" * 16_384) -> Behave:
    """Send something, then as much as the client takes."""

    def behave(connection: socket.socket, head: bytes) -> None:
        for first in prefix:
            connection.sendall(first)
        for _ in itertools.count():
            connection.sendall(piece)

    return behave


CHUNK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"


@pytest.mark.parametrize(
    "behave",
    [
        flood(OK_HEAD + b"\r\n"),
        flood(OK_HEAD + b"Content-Length: 1073741824\r\n\r\n"),
        flood(CHUNKED, piece=CHUNK),
        flood(CHUNKED, piece=b"1\r\nx\r\n" * 999),
        flood(CHUNKED + b"-1\r\n"),
        flood(
            CHUNKED + b"0\r\n",
            piece=b"T: x\r\n" * 999,
        ),
        flood(piece=b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
    ],
    ids=[
        "endless",
        "1 GB",
        "endless chunks",
        "tiny chunks",
        "chunk of -1",
        "endless trailers",
        "100s",
    ],
)
def test_a_flood_is_cut_off(behave: Behave) -> None:
    """Memory and time stay small, however the flood is framed."""
    outcome = refused(behave, limit=MIB)
    assert outcome.problem is Problem.TOO_LARGE
    assert outcome.detail == "the answer is larger than 1 MiB"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"\x00\x1b]0;owned\x07\r\n\r\n",
        CHUNKED + b"zz\r\n",
    ],
    ids=["long header", "many headers", "not HTTP", "status", "binary", "chunk size"],
)
def test_what_is_not_http_is_said_to_be_so(raw: bytes) -> None:
    """No exception, and nothing that a terminal would act on."""
    outcome = refused(sends(raw))
    assert outcome.problem is Problem.UNREACHABLE
    assert outcome.detail.isprintable()


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"", "the connection was closed without an answer"),
        (
            OK_HEAD + b"Content-Length: 10\r\n\r\nhi",
            "the connection was closed in the middle of the answer",
        ),
        (
            CHUNKED + b"5\r\nhi",
            "the connection was closed in the middle of the answer",
        ),
    ],
)
def test_half_an_answer_is_no_answer(raw: bytes, detail: str) -> None:
    """An early end is not taken for the end."""
    outcome = refused(sends(raw))
    assert (outcome.problem, outcome.detail) == (Problem.UNREACHABLE, detail)


def test_a_reset_in_the_middle_is_no_answer() -> None:
    """The kernel's words tell what happened."""

    def behave(connection: socket.socket, head: bytes) -> None:
        connection.sendall(OK_HEAD + b"Content-Length: 10\r\n\r\nhi")
        time.sleep(0.1)
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    outcome = refused(behave)
    assert outcome.problem is Problem.UNREACHABLE
    assert outcome.detail.startswith("the connection broke: ")


def zipped(body: bytes, coding: str = "gzip") -> Behave:
    """Answer with a Content-Encoding."""
    return answers(body, headers=f"Content-Encoding: {coding}\r\n")


def test_gzip_is_undone() -> None:
    """Both of its names."""
    for coding in ("gzip", "x-gzip", "GZIP", "identity"):
        body = b"a 1\n" if coding == "identity" else gzip.compress(b"a 1\n")
        outcome, _ = ask(zipped(body, coding))
        assert isinstance(outcome, Answer)
        assert outcome.body == b"a 1\n"


def test_a_gzip_bomb_does_not_go_off() -> None:
    """A small body that unpacks to 200 MB is refused, in little time."""
    bomb = gzip.compress(bytes(200 * MIB))
    outcome = refused(zipped(bomb), timeout=2, limit=8 * MIB)
    assert outcome.problem is Problem.TOO_LARGE
    assert outcome.detail.endswith(f"unpack to more than {8 * MIB} bytes")
    assert outcome.status == 200


@pytest.mark.parametrize(
    ("body", "coding", "detail"),
    [
        (b"a 1\n", "gzip", "Content-Encoding says gzip, but the body is not"),
        (gzip.compress(os.urandom(99))[:-9], "gzip", "the gzip data ends too early"),
        (b"", "gzip", "the gzip data ends too early"),
        (gzip.compress(b"a") * 2, "gzip", "after the gzip data comes something else"),
        (b"a 1\n", "b\x1br", "Content-Encoding is b\\x1br; only gzip was offered"),
    ],
    # gzip data holds the time: by their values the tests would never be named alike
    ids=["no gzip", "cut", "empty", "two", "unknown"],
)
def test_wrong_gzip_is_said_to_be_so(body: bytes, coding: str, detail: str) -> None:
    """Never an exception of zlib."""
    outcome = refused(zipped(body, coding))
    assert (outcome.problem, outcome.detail) == (Problem.UNPARSABLE, detail)


def test_redirects_are_not_followed() -> None:
    """A redirect is an answer like another."""
    outcome, _ = ask(answers(b"", status="302 Found", headers="Location: /\r\n"))
    assert isinstance(outcome, Answer)
    assert (outcome.status, outcome.headers["location"]) == (302, "/")


def test_an_answer_before_the_request_was_read_is_read_all_the_same() -> None:
    """A server may refuse a long request early."""

    def behave(connection: socket.socket, head: bytes) -> None:
        connection.sendall(OK_HEAD + b"Content-Length: 2\r\n\r\nno")
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while connection.recv(65_536):
                pass

    outcome, _ = ask(behave)
    assert isinstance(outcome, Answer)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://127.0.0.1:8000", Server("127.0.0.1", 8000)),
        ("http://localhost/", Server("localhost", 80)),
        ("http://[::1]:9/app/", Server("::1", 9, "/app")),
    ],
)
def test_base_urls(url: str, server: Server) -> None:
    """Host, port and the path before every other."""
    assert server_at(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000",
        "https://a",
        "http://",
        "http://a:b",
        "http://a/?q",
        "http://[::1",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    """With a message that says how one looks."""
    with pytest.raises(UsageError, match="is not the address of an app"):
        server_at(url)


def test_a_request_is_written_as_it_stands() -> None:
    """Odd methods and paths too; given headers replace the usual ones."""
    server = Server("::1", 9, "/app")
    plain = request_bytes(
        "brew", "/Ä b", server, [("user-agent", "me"), ("X", "1")], b"hi"
    )
    assert (
        plain
        == (
            "brew /app/Ä b HTTP/1.1\r\nHost: [::1]:9\r\nAccept: */*\r\n"
            "Connection: close\r\nContent-Length: 2\r\nuser-agent: me\r\nX: 1\r\n\r\nhi"
        ).encode()
    )


def test_printable_leaves_nothing_for_a_terminal_to_act_on() -> None:
    """Escapes, controls and lone surrogates are shown; the rest stays."""
    assert printable("a\x1b[31m\n\ud800é") == "a\\x1b[31m\\n\\ud800é"
    assert printable("a\nb", keep="\n") == "a\nb"
    assert printable("abcdef", 3) == "abc…"
