"""Scraping an app: what a scraper would not take, and why, in plain words."""

import dataclasses
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app

from sre_course.adapters.bounded_http import Answer
from sre_course.adapters.telemetry import reading
from sre_course.adapters.telemetry.exposition import (
    ACCEPT,
    LIMIT,
    AppMetrics,
    is_ignored,
    read,
    scrape,
)
from sre_course.domain.signals import Metrics, Sample, Scrape, ScrapeProblem
from tests.hostile import Behave, answers, serving


TEXT = "text/plain; version=0.0.4"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def scraped(behave: Behave) -> Scrape:
    """Scrape such a server."""
    with serving(behave) as url:
        return scrape(url, timeout=3)


def text(body: str, content_type: str = TEXT) -> Scrape:
    """Read such an answer."""
    return read(Answer(200, {"content-type": content_type}, body.encode()))


def test_a_good_exposition() -> None:
    """Samples, no problem, and how it looked."""
    before = time.time()
    seen = scraped(answers(b'# TYPE a counter\na_total{x="1"} 2\n', TEXT))
    assert seen.samples == (Sample("a_total", (("x", "1"),), 2.0, "a", "counter"),)
    assert (seen.problem, seen.detail, seen.status) == (None, "", 200)
    assert seen.content_type == TEXT
    assert seen.excerpt.startswith("# TYPE a counter\na_total")
    assert before <= seen.at <= time.time()


def test_it_asks_as_prometheus_3_does() -> None:
    """Formats by preference, gzip, and a connection of its own."""
    heads: list[bytes] = []

    def behave(connection: socket.socket, head: bytes) -> None:
        heads.append(head)
        answers(gzip.compress(b"a 1\n"), headers="Content-Encoding: gzip\r\n")(
            connection, head
        )

    with serving(behave) as url:
        metrics = AppMetrics(url + "/app/", "/m?x=1")
        assert metrics.direct().readable
        assert metrics.read(0).readable
    assert len(heads) == 2
    first = heads[0].decode()
    assert first.startswith("GET /app/m?x=1 HTTP/1.1\r\n")
    assert f"\r\nAccept: {ACCEPT}\r\n" in first
    assert "\r\nAccept-Encoding: gzip\r\n" in first


def test_scrapes_are_counted() -> None:
    """How many the app had seen by then, the present one included."""
    with serving(answers(b"a 1\n")) as url:
        metrics: Metrics = AppMetrics(url)
        assert [metrics.direct().ordinal, metrics.read(0).ordinal] == [1, 2]
    assert metrics.direct().problem is ScrapeProblem.UNREACHABLE
    assert metrics.direct().ordinal == 2


@pytest.mark.parametrize(
    "kind",
    [TEXT, "text/plain", "TEXT/PLAIN;charset=utf-8", "text/plain; version=1.0.0"],
)
def test_content_types_that_prometheus_takes(kind: str) -> None:
    """Parameters and letter case make no difference."""
    assert text("a 1\n", kind).problem is None


@pytest.mark.parametrize(
    "kind",
    ["text/html;charset=utf-8", "application/json", "text", "\x1b[31mtext/plain"],
)
def test_a_wrong_content_type_is_a_problem_though_the_body_reads(kind: str) -> None:
    """A scraper trusts the header; the samples are there for the other criteria."""
    seen = text("# TYPE a counter\na 1\n", kind)
    assert seen.problem is ScrapeProblem.CONTENT_TYPE
    assert seen.detail.startswith("Content-Type is ")
    assert seen.detail.isprintable()
    assert [s.type for s in seen.samples] == ["counter"]


def test_no_content_type_is_a_problem() -> None:
    """Prometheus 3 no longer guesses."""
    seen = scraped(answers(b"a 1\n", None))
    assert seen.problem is ScrapeProblem.CONTENT_TYPE
    assert seen.detail.startswith("Content-Type is missing; Prometheus 3 takes ")


def test_json_is_a_wrong_content_type_without_samples() -> None:
    """The type comes first: it is what a scraper sees first."""
    seen = text('{"requests": 5}', "application/json")
    assert (seen.problem, seen.samples) == (ScrapeProblem.CONTENT_TYPE, ())


def test_json_that_calls_itself_text_cannot_be_parsed() -> None:
    """The line is named."""
    seen = text('{"requests": 5}')
    assert seen.problem is ScrapeProblem.UNPARSABLE
    assert seen.detail == 'line 1: it is no sample: {"requests": 5}'


@pytest.mark.parametrize("body", ["", " \n\n", "# a comment\n", "# TYPE a counter\n"])
def test_nothing_is_a_problem(body: str) -> None:
    """An exposition without samples tells nothing."""
    assert text(body).problem is ScrapeProblem.EMPTY


@pytest.mark.parametrize("status", [404, 500, 204, 401])
def test_only_200_will_do(status: int) -> None:
    """Whatever the body holds."""
    seen = read(Answer(status, {"content-type": TEXT}, b"a 1\n"))
    assert (seen.problem, seen.samples) == (ScrapeProblem.STATUS, ())
    assert seen.detail == f"it answers {status} instead of 200"
    assert seen.status == status


def test_a_redirect_is_not_followed() -> None:
    """It says where it would lead, without a terminal's escapes."""
    with serving(answers(b"a 1\n")) as elsewhere:
        location = f"Location: {elsewhere}/\x1b[2J\r\n"
        seen = scraped(answers(b"", status="302 Found", headers=location))
    assert seen.problem is ScrapeProblem.REDIRECT
    assert seen.detail == f"it answers 302, a redirect to {elsewhere}/\\x1b[2J"


def test_invalid_utf8_names_the_line() -> None:
    """And the byte."""
    seen = read(Answer(200, {"content-type": TEXT}, b'a 1\nb{x="\xff"} 1\n'))
    assert seen.problem is ScrapeProblem.UNPARSABLE
    assert seen.detail == "line 2: byte 0xff is not UTF-8"


def test_what_a_terminal_would_act_on_is_shown_instead() -> None:
    """Escapes and markup in the body, in names, in values."""
    hostile = '\x1b]0;owned\x07\x1b[2Ja{x="[red]\x9b31m"} 1\n[/bold]\n'
    seen = text(hostile)
    assert seen.problem is ScrapeProblem.UNPARSABLE
    for shown in (seen.detail, *seen.excerpt.split("\n")):
        assert shown.isprintable()


def test_the_excerpt_is_short() -> None:
    """Three hundred characters, whatever the body."""
    assert len(text("a_b 1\n" * 9999).excerpt) <= 301


def test_an_endless_body_is_too_large() -> None:
    """It is cut off and said to be so."""

    def behave(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            connection.sendall(b"a 1\n" * 65_536)

    seen = scraped(behave)
    assert (seen.problem, seen.samples) == (ScrapeProblem.TOO_LARGE, ())
    assert seen.detail == "the answer is larger than 8 MiB"
    assert seen.status == 200


def test_nothing_listens() -> None:
    """A value, not an exception."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    seen = scrape(f"http://127.0.0.1:{port}")
    assert seen.problem is ScrapeProblem.UNREACHABLE
    assert seen.status is None


OM = (
    "# TYPE req counter\n# UNIT req_seconds seconds\n"
    '# TYPE lat histogram\nlat_bucket{le="1.0"} 1 # {trace_id="abc"} 0.5 1.5\n'
    'lat_bucket{le="+Inf"} 1\nlat_count 1\nlat_sum 0.5\nlat_created 1.7\n# EOF\n'
)


def test_openmetrics_with_exemplars() -> None:
    """Exemplars are legal there; creation times are left out."""
    seen = text(OM, OPENMETRICS)
    assert (seen.problem, seen.detail) == (None, "")
    assert [s.name for s in seen.samples] == [
        *("lat_bucket", "lat_bucket", "lat_count", "lat_sum")
    ]
    assert {(s.family, s.type) for s in seen.samples} == {("lat", "histogram")}


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            "a 1\n",
            "line 1: after it must come # EOF, which ends every OpenMetrics text",
        ),
        ("# EOF\na 1\n", "line 2: Received line after # EOF: a 1"),
        (
            "a 1\r\n# EOF\n",
            "line 1: it ends in CR LF; every line has to end in LF alone",
        ),
        ("a 1\n\n# EOF\n", "line 2: Received blank line: "),
        ("# TYPE a counter\na 1\n# EOF\n", "line 3: the lines of a do not stand"),
        ("a{b=1} 1\n# EOF\n", "line 1: Invalid labels: b=1"),
        ("a 1\nb 2\na 3\n# EOF\n", "line 4: the lines of a do not stand"),
        ("\x1b[2J 1\n# EOF\n", "line 1: invalid metric name:\\x1b[2J 1"),
        (
            "a " + "9" * 400 + "\n# EOF\n",
            "line 2: int too large to convert to float: # EOF",
        ),
        (f'a{{b="{"x" * 40_000}"}} 1\n# EOF\n', "line 1: it has 40009 characters"),
        ("# TYPE a histogram\na {count:x}\n# EOF\n", "line 2: "),
    ],
)
def test_openmetrics_is_read_strictly(body: str, detail: str) -> None:
    """What the library says, with the line, printable."""
    seen = text(body, OPENMETRICS)
    assert seen.problem is ScrapeProblem.UNPARSABLE
    assert seen.detail.startswith(detail)
    assert seen.detail.isprintable()


def test_equal_series_are_found_in_openmetrics_too() -> None:
    """The library drops the second one without a word."""
    seen = text('# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n# EOF\n', OPENMETRICS)
    assert seen.problem is ScrapeProblem.UNPARSABLE
    assert seen.detail == "line 3: it repeats the series of line 2"
    assert [s.value for s in seen.samples] == [1.0]


def test_native_histograms_are_passed_over() -> None:
    """They are no samples of the text formats; what is beside them is read."""
    body = (
        "# TYPE n histogram\n"
        "n {count:2,sum:3,schema:0,zero_threshold:0.1,zero_count:0,"
        "positive_spans:[0:1],positive_deltas:[2]}\n# TYPE a gauge\na 1\n# EOF\n"
    )
    seen = text(body, OPENMETRICS)
    assert [s.name for s in seen.samples] == ["a"]


def test_long_lines_do_not_hold_us_up() -> None:
    """The library's time grows with the square of a line; ours is bounded."""
    line = "a{" + ",".join(f'l{n}=""' for n in range(3000)) + "} 1\n"
    body = (line * (LIMIT // len(line))).encode()
    started = time.monotonic()
    seen = read(Answer(200, {"content-type": OPENMETRICS}, body), seconds=0.5)
    assert seen.problem is ScrapeProblem.TOO_LARGE
    assert "reading it takes too long" in seen.detail
    assert time.monotonic() - started < 2


def test_more_samples_than_anyone_needs_are_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In both formats."""
    monkeypatch.setattr(reading, "MOST_SAMPLES", 50)
    lines = "".join(f"a_{n} 1\n" for n in range(51))
    for kind in (TEXT, OPENMETRICS):
        seen = text(lines, kind)
        assert seen.problem is ScrapeProblem.TOO_LARGE
        assert seen.detail == "line 51 is past 50 samples"


def test_what_says_nothing_about_the_app() -> None:
    """Names of the process and of client libraries, by prefix."""
    assert is_ignored("process_cpu_seconds_total")
    assert not is_ignored("http_requests_total")


class Quiet(WSGIRequestHandler):
    """Prints nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Do nothing."""


@pytest.fixture
def wsgi_url() -> Iterator[str]:
    """Serve a registry with prometheus_client's own WSGI app."""
    registry = CollectorRegistry()
    requests = Counter("app_requests", "x", ["route"], registry=registry)
    requests.labels("/a").inc(3, exemplar={"trace_id": "t"})
    Histogram("app_seconds", "x", registry=registry).observe(0.2)
    server: WSGIServer = make_server(
        "127.0.0.1", 0, make_wsgi_app(registry), handler_class=Quiet
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_the_librarys_own_server_is_scraped(wsgi_url: str) -> None:
    """It answers in OpenMetrics, zipped, with exemplars."""
    seen = AppMetrics(wsgi_url).direct()
    assert seen.problem is None
    assert seen.content_type.startswith("application/openmetrics-text")
    assert Sample(
        "app_requests_total", (("route", "/a"),), 3.0, "app_requests", "counter"
    ) in (seen.samples)
    assert not [s for s in seen.samples if s.name.endswith("_created")]
    assert dataclasses.replace(seen, problem=None) == seen
