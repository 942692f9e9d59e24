"""`check` on apps whose /metrics is made to hurt: bounded, safe, a clear verdict."""

import contextlib
import itertools
import json
import socket
import time
from collections.abc import Iterator

import pytest

from sre_course.adapters.telemetry.exposition import LIMIT
from tests.cli.course import Course
from tests.hostile import Behave, answers, sends, serving


TEXT = "text/plain; version=0.0.4"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
HOSTILE = "\x1b]0;owned\x07\x1b[2J[bold red]boo[/bold red]\x9b31m\r\u202e"


def app(metrics: Behave, others: Behave | None = None) -> Behave:
    """Return an app that answers /metrics in one way and everything else in another."""
    ordinary = others or answers(b"{}", "application/json")

    def behave(connection: socket.socket, head: bytes) -> None:
        (metrics if b" /metrics " in head else ordinary)(connection, head)

    return behave


def gigabyte(connection: socket.socket, head: bytes) -> None:
    """Announce a gigabyte, and begin to send it."""
    connection.sendall(OK + b"Content-Length: 1073741824\r\n\r\n")
    for n in range(1 << 14):
        connection.sendall(b'a{x="%08d"} 1\n' % n * 4096)


def endless(connection: socket.socket, head: bytes) -> None:
    """Send chunks for ever."""
    connection.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"#" * 0x10000 + b"\r\n")


def trickle(connection: socket.socket, head: bytes) -> None:
    """Send a byte a second."""
    connection.sendall(OK + b"Content-Length: 4000\r\n\r\n")
    while True:
        connection.sendall(b"#")
        time.sleep(1)


def silent(connection: socket.socket, head: bytes) -> None:
    """Take the request and say nothing for longer than anybody waits."""
    connection.settimeout(60)
    connection.recv(1)


class Growing:
    """Metrics that can be read, with new hostile label values at every look."""

    def __init__(self) -> None:
        self.numbers = itertools.count()

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        """Answer with ten new series."""
        lines = ["# TYPE a_total counter"]
        lines += [
            f'a_total{{x="{HOSTILE} {n}"}} 1'.replace("\r", "")
            for n in range(10 * next(self.numbers) + 10)
        ]
        answers("\n".join([*lines, ""]).encode())(connection, head)


CASES: list[tuple[str, Behave, str, str]] = [
    ("a gigabyte", app(gigabyte), "too-large", "larger than 8 MiB"),
    ("without end", app(endless), "too-large", "larger than 8 MiB"),
    (
        "many series",
        app(answers(b"".join(b"a%d 1\n" % n for n in range(100_001)))),
        "too-large",
        "past 100,000 samples",
    ),
    ("no text", app(answers(bytes(range(256)) * 9)), "unparsable", "not UTF-8"),
    ("a picture", app(answers(b"\x89PNG", "image/png")), "unparsable", "image/png"),
    ("a web page", app(answers(b"<html>", "text/html")), "unparsable", "text/html"),
    ("nothing", app(answers(b"")), "empty", "the answer is empty"),
    ("no HTTP", app(sends(b"220 smtp\x1b[31m\r\n")), "not-running", "not HTTP"),
    ("cut short", app(sends(OK + b"Content-Length: 9\r\n\r\na 1")), "not-running", ""),
    ("failures", app(*[answers(b"", status="500 No")] * 2), "no-metrics", "500"),
    ("somewhere else", app(answers(b"", status="302 No")), "redirect", "302"),
    (
        "escapes in the type",
        app(answers(b"a 1\n", "text/\x1b[2Jplain")),
        "content-type",
        "text/\\\\x1b[2Jplain",
    ),
    (
        "escapes in a line",
        app(answers(f"a{{x={HOSTILE}}} 1\n".encode())),
        "unparsable",
        "line 1",
    ),
    (
        "escapes in the address",
        app(answers(b"", status="302 No", headers="Location: \x1b[2J\r\n")),
        "redirect",
        "\\\\x1b[2J",
    ),
]


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Fail if the block takes longer; a loaded machine gets its share."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behave", "cause", "said"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_metrics_that_nobody_could_read(
    running: Course, behave: Behave, cause: str, said: str
) -> None:
    """Exit code 1, one failed criterion with its cause, and the rest is blocked."""
    with serving(behave) as url, bounded(30):
        found = running.check("--url", url, code=1)

    first = found.verdicts["serves_metrics"]
    assert (first["verdict"], first["cause"]) == ("failed", cause)
    assert said in json.dumps(first["observed"])
    others = {r["verdict"] for n, r in found.verdicts.items() if n != "serves_metrics"}
    assert "error" not in others
    if cause != "content-type":  # what is readable all the same is judged
        assert others == {"blocked"}


@pytest.mark.slow
@pytest.mark.parametrize("behave", [trickle, silent])
def test_metrics_that_take_for_ever(running: Course, behave: Behave) -> None:
    """A byte a second, or none: given up after the scrape's five seconds."""
    with serving(app(behave)) as url, bounded(30):
        found = running.check("--url", url, code=1)

    assert found.verdicts["serves_metrics"]["cause"] == "too-slow"


@pytest.mark.slow
def test_memory_is_bounded(running: Course) -> None:
    """A gigabyte is judged within much less memory than that."""
    with serving(app(gigabyte)) as url:
        found = running.run(
            "check", "beginner", "--url", url, code=1, first="ulimit -v 1500000"
        )

    assert f"larger than {LIMIT >> 20} MiB" in " ".join(found.out.split())


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--plain",)])
def test_labels_that_a_terminal_would_obey(
    running: Course, more: tuple[str, ...]
) -> None:
    """Control sequences are shown, not obeyed, and markup stays text, wherever."""
    with serving(app(Growing())) as url:
        checked = running.run("check", "--url", url, *more, code=1)
        looked = running.run("metrics", "--url", url, *more, code=0)

    for said in (checked.out, looked.out):
        assert "\\x1b" in said
        assert "[bold red]boo[/bold red]" in said.replace("\n              ", " ")
        assert not {"\x07", "\x9b", "\r", "\u202e"} & set(said)


@pytest.mark.slow
def test_an_address_where_nobody_listens(running: Course) -> None:
    """It is the app that does not run: not yet, and no fault of ours."""
    found = running.check("--url", "http://127.0.0.1:9", code=1)

    assert found.verdicts["serves_metrics"]["cause"] == "not-running"


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://a", "http://", "\x1b[2J"])
def test_an_address_that_is_none(running: Course, url: str) -> None:
    """Exit code 2, and what one looks like."""
    found = running.check("--url", url, code=2)

    assert "http://127.0.0.1:8000" in found.err
