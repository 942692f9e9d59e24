"""Rounds of requests, each sent exactly once."""

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Sequence
from threading import Lock, Timer

import pytest

from sre_course.adapters.traffic.closed_loop import NOT_SENT, drive
from sre_course.domain.errors import UsageError
from sre_course.domain.ledger import Exchange, Request
from tests.hostile import Behave, answers, sends, serving


def get(path: str) -> Request:
    """Return a plain request."""
    return Request("cell", "GET", path, 200)


def send(
    behave: Behave,
    requests: Sequence[Request],
    *,
    timeout: float = 5.0,
    round_timeout: float = 20.0,
) -> tuple[Exchange, ...]:
    """Drive such a server."""
    with serving(behave) as url:
        return drive(
            url,
            requests,
            lambda _done: None,
            timeout=timeout,
            round_timeout=round_timeout,
        )


def test_every_request_is_sent_once_and_results_keep_their_order() -> None:
    """Over a connection each, several at a time."""
    seen: list[str] = []
    at_once: list[int] = []
    busy = 0
    lock = Lock()

    def behave(connection: socket.socket, head: bytes) -> None:
        nonlocal busy
        number = int(head.split()[1][1:])
        with lock:
            seen.append(head.split()[1].decode())
            busy += 1
            at_once.append(busy)
        time.sleep(0.02 if number % 3 else 0.001)
        with lock:
            busy -= 1
        answers(b"x", status=f"{200 + number} Fine")(connection, head)

    requests = [get(f"/{n}") for n in range(60)]
    before = time.time()
    done = send(behave, requests)
    assert [e.request for e in done] == requests
    assert [e.status for e in done] == [200 + n for n in range(60)]
    assert sorted(seen) == sorted(r.path for r in requests)
    assert 4 < max(at_once) <= 16
    for exchange in done:
        assert before <= exchange.sent_at <= time.time()
        assert exchange.problem == ""


def test_seconds_are_from_connecting_to_the_last_byte() -> None:
    """A body that dribbles counts in full."""

    def behave(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        for _ in range(3):
            time.sleep(0.05)
            connection.sendall(b"x")

    (exchange,) = send(behave, [get("/")])
    assert 0.15 <= exchange.seconds < 1


def test_requests_go_out_as_they_are() -> None:
    """Odd methods, headers and bodies."""
    heads: list[bytes] = []

    def behave(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        answers(b"")(connection, head)

    request = Request(
        "odd", "BREW", "/pot?x=%0a", None, (("Content-Type", "x/y"),), b'{"a": 1}'
    )
    send(behave, [request])
    head = heads[0]
    assert head.startswith(b"BREW /pot?x=%0a HTTP/1.1\r\n")
    assert b"\r\nContent-Type: x/y\r\n" in head
    assert b"\r\nContent-Length: 8\r\n" in head
    assert head.endswith(b'\r\n\r\n{"a": 1}')


def test_an_answer_to_head_has_no_body() -> None:
    """Whatever its Content-Length says."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    (exchange,) = send(sends(raw), [Request("c", "HEAD", "/", 200)])
    assert (exchange.status, exchange.problem) == (200, "")


def test_a_failure_is_an_exchange_without_a_status() -> None:
    """And says what was the matter; the others go on."""

    def behave(connection: socket.socket, head: bytes) -> None:
        if head.startswith(b"GET /bad"):
            return
        answers(b"ok")(connection, head)

    done = send(behave, [get("/1"), get("/bad"), get("/2")])
    assert [e.status for e in done] == [200, None, 200]
    assert done[1].problem == "the connection was closed without an answer"


def test_nobody_listens() -> None:
    """Each request says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = drive(f"http://127.0.0.1:{port}", [get("/")] * 3, lambda _done: None)
    assert {e.problem for e in done} == {f"nothing listens at 127.0.0.1:{port}"}


def test_a_redirect_is_an_answer() -> None:
    """It is counted as the app's, and nobody goes there."""
    behave = answers(b"", status="302 Found", headers="Location: /elsewhere\r\n")
    (exchange,) = send(behave, [get("/")])
    assert exchange.status == 302


def test_a_long_body_is_not_read_to_its_end() -> None:
    """Its status counts all the same."""

    def behave(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65_536)

    (exchange,) = send(behave, [get("/")])
    assert exchange.status == 200
    assert exchange.problem == "the answer is larger than 1 MiB"


def hang(connection: socket.socket, head: bytes) -> None:
    """Never answer."""
    connection.recv(1)


def test_a_request_has_its_time_out() -> None:
    """The rest of the round goes on."""

    def behave(connection: socket.socket, head: bytes) -> None:
        (hang if b"/slow" in head else answers(b"ok"))(connection, head)

    done = send(behave, [get("/slow"), *[get("/")] * 5], timeout=0.2)
    assert done[0].problem == "no answer came in time"
    assert [e.status for e in done] == [None, *[200] * 5]


def test_a_round_has_its_time_out() -> None:
    """An app that hangs cannot hang us: what is left is not sent."""
    started = time.monotonic()
    done = send(hang, [get("/")] * 40, round_timeout=0.4)
    assert time.monotonic() - started < 2
    problems = [e.problem for e in done]
    assert problems == ["no answer came in time"] * 16 + [NOT_SENT] * 24


def test_the_end_of_the_round_is_told() -> None:
    """Ticks grow and end with the number of requests."""
    ticks: list[int] = []
    with serving(answers(b"ok")) as url:
        drive(url, [get("/")] * 20, ticks.append)
    assert ticks == sorted(set(ticks))
    assert ticks[-1] == 20


def test_an_empty_round_is_done_at_once() -> None:
    """Nothing to send, nothing to wait for."""
    assert drive("http://127.0.0.1:1", [], lambda _done: None) == ()


def test_a_base_url_that_is_none_is_refused() -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError):
        drive("ftp://a", [get("/")], lambda _done: None)


def test_ctrl_c_stops_all_threads_promptly() -> None:
    """Requests under way are broken off."""
    before = threading.active_count()
    with serving(hang) as url:
        timer = Timer(0.2, signal.raise_signal, [signal.SIGINT])
        timer.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            drive(url, [get("/")] * 40, lambda _done: None)
        assert time.monotonic() - started < 1
        timer.join()
    assert threading.active_count() <= before


def test_what_the_caller_raises_stops_the_round() -> None:
    """A tick that raises ends it as Ctrl-C does."""

    def tick(done: int) -> None:
        if done:
            raise LookupError

    def behave(connection: socket.socket, head: bytes) -> None:
        with contextlib.suppress(OSError):
            (hang if b"/slow" in head else answers(b"ok"))(connection, head)

    with serving(behave) as url, pytest.raises(LookupError):
        drive(url, [get("/"), *[get("/slow")] * 40], tick)
