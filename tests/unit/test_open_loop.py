"""Requests on a schedule, and latency from when they were due."""

import asyncio
import gzip
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from itertools import repeat
from threading import Timer

import pytest

from sre_course.adapters.traffic.open_loop import Schedule, drive
from sre_course.adapters.traffic.tally import Tally, latency
from sre_course.domain.errors import UsageError
from sre_course.domain.ledger import Request
from sre_course.domain.load import Load
from tests.hostile import Behave, answers, sends, serving


GET = Request("GET /a", "GET", "/a", 200)
OK_HEAD = b"HTTP/1.1 200 OK\r\n"
SOON = Schedule(100, 0.2, grace=20)  # a busy machine may be late


def load(
    behave: Behave, schedule: Schedule | None = None, request: Request = GET
) -> Load:
    """Load such a server for a short time."""
    with serving(behave) as url:
        return drive(url, repeat(request), schedule or SOON, lambda _t, _s: None)


def test_requests_are_sent_as_scheduled() -> None:
    """As many as rate times time, evenly spread, over connections of their own."""
    at: list[float] = []

    def behave(connection: socket.socket, head: bytes) -> None:
        at.append(time.monotonic())
        answers(b"ok")(connection, head)

    made = load(behave, Schedule(100, 0.5, grace=20))
    assert (made.planned, made.total.requests, made.not_sent) == (50, 50, 0)
    assert made.total.statuses == {"200": 50}
    assert 0.45 < max(at) - min(at) < 10
    assert not made.interrupted


def test_routes_are_told_apart() -> None:
    """Each with its statuses and latencies."""

    def behave(connection: socket.socket, head: bytes) -> None:
        if b"/slow" in head:
            time.sleep(0.1)
        status = "500 Oh" if b"/bad" in head else "200 OK"
        answers(b"ok", status=status)(connection, head)

    cells = ("/slow", "/bad", "/ok")
    requests = (Request(cells[n % 3], "GET", cells[n % 3], 200) for n in range(60))
    with serving(behave) as url:
        made = drive(url, requests, Schedule(100, 0.6, grace=20), lambda _t, _s: None)
    slow, bad, ok = (next(r for r in made.routes if r.name == c) for c in cells)
    assert (slow.requests, bad.requests, ok.requests) == (20, 20, 20)
    assert bad.statuses == {"500": 20}
    assert slow.due.p50 >= 0.1 > ok.due.p50
    assert made.total.statuses == {"200": 40, "500": 20}


def test_latency_counts_from_when_a_request_was_due() -> None:
    """A stall is felt by all that were due meanwhile (coordinated omission)."""
    lock = threading.Lock()
    asked: list[bytes] = []

    def behave(connection: socket.socket, head: bytes) -> None:
        with lock:  # one at a time, and the tenth takes long
            asked.append(head)
            time.sleep(0.4 if len(asked) == 10 else 0.001)
        answers(b"ok")(connection, head)

    made = load(behave, Schedule(100, 1.0, most_open=1, grace=20))
    assert made.total.due.p95 > 0.2
    assert made.total.sent.p95 < 0.1
    assert made.total.due.max >= made.total.sent.max


def hang(connection: socket.socket, head: bytes) -> None:
    """Never answer."""
    connection.recv(1)


def test_connections_are_bounded() -> None:
    """What was due and got none is told as not sent."""
    made = load(hang, Schedule(100, 0.3, timeout=0.2, most_open=3, grace=0))
    assert made.planned == 30
    assert made.total.requests < 12
    assert made.not_sent == 30 - made.total.requests
    assert made.problems == {"no answer within 0.2 s": made.total.requests}
    assert made.total.statuses == {"no answer": made.total.requests}
    assert made.total.due.max == 0


@pytest.mark.parametrize(
    "raw",
    [
        OK_HEAD + b"Content-Length: 2\r\n\r\nok",
        OK_HEAD + b"\r\nuntil closed",
        OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
        + OK_HEAD
        + b"Content-Length: 0\r\n\r\n",
        OK_HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x"),
        OK_HEAD + b"\r\n" + b"x" * 3_000_000,
        OK_HEAD + b"Content-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
        OK_HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"ffff\r\n%b\r\n" % (b"x" * 0xFFFF) * 40,
    ],
    ids=[
        "length",
        "close",
        "chunked",
        "1xx",
        "gzip",
        "long",
        "long length",
        "long chunks",
    ],
)
def test_every_framing_is_an_answer(raw: bytes) -> None:
    """Bodies are read, though never more than a mebibyte."""
    assert load(sends(raw)).total.statuses == {"200": 20}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"SSH-2.0\r\n\r\n",
        b"SSH/2.0 200 OK\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        OK_HEAD + b"Content-Length: nine\r\n\r\n",
        OK_HEAD + b"Content-Length: 9\r\n\r\nhi",
        OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhi",
        OK_HEAD + b"X: " + b"y" * 100_000,
    ],
)
def test_what_is_no_answer_is_counted_as_none(raw: bytes) -> None:
    """With the reason; the load goes on."""
    made = load(sends(raw))
    assert made.total.statuses == {"no answer": 20}
    assert made.problems == {"the answer was broken off or is not HTTP": 20}


def test_an_answer_to_head_has_no_body() -> None:
    """Whatever its Content-Length says."""
    head = Request("HEAD /", "HEAD", "/", 200)
    raw = OK_HEAD + b"Content-Length: 10\r\n\r\n"
    assert load(sends(raw), request=head).total.statuses == {"200": 20}


def test_nobody_listens() -> None:
    """Each request says so."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    made = drive(url, repeat(GET), Schedule(100, 0.1, grace=20), lambda _t, _s: None)
    assert made.problems == {f"nothing listens at 127.0.0.1:{port}": 10}


def test_a_connection_that_breaks_says_so() -> None:
    """In the system's words."""

    def behave(connection: socket.socket, head: bytes) -> None:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    made = load(behave)
    assert made.total.statuses == {"no answer": 20}
    assert all(p.startswith("the connection broke: ") for p in made.problems)


def test_what_is_too_late_is_not_sent() -> None:
    """A sender that cannot keep up says so instead of going on for ever."""

    def slowly() -> Iterator[Request]:
        while True:
            time.sleep(0.02)
            yield GET

    with serving(answers(b"ok")) as url:
        made = drive(url, slowly(), Schedule(1000, 0.1, grace=0), lambda _t, _s: None)
    assert 0 < made.total.requests < 20
    assert made.not_sent == 100 - made.total.requests


def test_requests_may_run_out() -> None:
    """What does not exist is not sent."""
    with serving(answers(b"ok")) as url:
        made = drive(
            url, iter([GET] * 3), Schedule(100, 0.1, grace=20), lambda _t, _s: None
        )
    assert (made.total.requests, made.planned, made.not_sent) == (3, 10, 7)


def test_progress_is_told_and_ends_with_the_whole() -> None:
    """Several times a second."""
    told: list[tuple[int, float]] = []
    with serving(answers(b"ok")) as url:
        drive(
            url,
            repeat(GET),
            Schedule(100, 0.6, grace=20),
            lambda tally, seconds: told.append((tally.done, seconds)),
        )
    assert len(told) >= 2
    assert told[-1][0] == 60
    assert told == sorted(told)


def test_ctrl_c_ends_it_with_what_was_measured_so_far() -> None:
    """Promptly, without an exception."""
    with serving(answers(b"ok")) as url:
        timer = Timer(0.3, signal.raise_signal, [signal.SIGINT])
        timer.start()
        started = time.monotonic()
        made = drive(url, repeat(GET), Schedule(100, 60), lambda _t, _s: None)
        timer.join()
    assert made.interrupted
    assert time.monotonic() - started < 2
    assert 5 < made.total.requests < 60
    assert made.not_sent == 0


def test_ctrl_c_while_the_app_hangs() -> None:
    """Requests under way are dropped."""
    with serving(hang) as url:
        timer = Timer(0.3, signal.raise_signal, [signal.SIGINT])
        timer.start()
        started = time.monotonic()
        made = drive(url, repeat(GET), Schedule(100, 0.2), lambda _t, _s: None)
        timer.join()
    assert made.interrupted
    assert time.monotonic() - started < 2
    assert made.total.requests == 0


def test_no_task_is_left_behind() -> None:
    """The loop is closed and nothing of it runs on."""
    load(hang, Schedule(100, 0.1, timeout=0.1))
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_a_base_url_that_is_none_is_refused() -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError):
        drive("nonsense", repeat(GET), Schedule(1, 1), lambda _t, _s: None)


@pytest.mark.parametrize(
    ("rate", "seconds", "planned"),
    [(20, 30, 600), (0.1, 30, 3), (0.5, 1, 1), (3, 0.1, 1)],
)
def test_the_number_of_requests(rate: float, seconds: float, planned: int) -> None:
    """Rate times time, at least one."""
    assert Schedule(rate, seconds).planned == planned


def test_percentiles_are_by_nearest_rank() -> None:
    """A percentile is always something that was measured."""
    found = latency([n / 1000 for n in range(1, 201)])
    assert (found.p50, found.p95, found.p99, found.max) == (0.1, 0.19, 0.198, 0.2)
    assert latency([5.0]).p50 == 5
    assert latency([]).max == 0


def test_a_tally_adds_up() -> None:
    """Routes in order, problems by frequency."""
    tally = Tally()
    tally.answered("b", 200, 0.2, 0.1)
    tally.answered("a", 500, 0.4, 0.3)
    tally.failure("a", "x")
    tally.failure("a", "y")
    tally.failure("a", "y")
    assert (tally.done, tally.failed) == (5, 3)
    made = tally.load(seconds=1.0, planned=7, interrupted=False)
    assert [r.name for r in made.routes] == ["a", "b"]
    assert list(made.problems.items()) == [("y", 2), ("x", 1)]
    assert made.routes[0].statuses == {"500": 1, "no answer": 3}
    assert (made.total.due.max, made.total.sent.max, made.not_sent) == (0.4, 0.3, 2)
