"""Scrape an app's own /metrics as Prometheus 3 does, and say what it would not take."""

import time
from dataclasses import dataclass, field, replace

from sre_course.adapters.bounded_http import Answer, NoAnswer, fetch, printable
from sre_course.adapters.telemetry import openmetrics, text_format
from sre_course.adapters.telemetry.reading import Reader, Stop, TooMuch
from sre_course.domain.signals import Scrape, ScrapeProblem


ACCEPT = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
TEXT, OPENMETRICS = "text/plain", "application/openmetrics-text"
LIMIT = 8 * 2**20  # bytes, unpacked
OK = 200
REDIRECTS = range(300, 400)

# What client libraries say of themselves and of their process: no metric of the app.
IGNORED_FAMILIES = (
    "python_",
    "process_",
    "go_",
    "nodejs_",
    "promhttp_",
    "target_info",
    "otel_scope_",
)


def is_ignored(name: str) -> bool:
    """Whether a sample's name is one of those that say nothing about the app."""
    return name.startswith(IGNORED_FAMILIES)


def scrape(base_url: str, path: str = "/metrics", *, timeout: float = 5.0) -> Scrape:
    """Scrape once, now.

    The answer has `timeout` seconds from connecting to its last byte, and reading
    its text as many again. Whatever the app does is in the result; only a base URL
    that is none raises UsageError.
    """
    at = time.time()
    headers = [
        ("Accept", ACCEPT),
        ("Accept-Encoding", "gzip"),
        ("X-Prometheus-Scrape-Timeout-Seconds", f"{timeout:g}"),
    ]
    answer = fetch(base_url, path, timeout, LIMIT, headers)
    if isinstance(answer, NoAnswer):
        return Scrape(
            at, problem=answer.problem, detail=answer.detail, status=answer.status
        )
    return replace(read(answer, seconds=timeout), at=at)


def read(answer: Answer, *, seconds: float = 5.0) -> Scrape:
    """Read an answer's text, for at most so many seconds. `at` is left at 0."""
    kind = answer.headers.get("content-type", "")
    seen = Scrape(
        0.0,
        status=answer.status,
        content_type=printable(kind, 100),
        excerpt=printable(answer.body[:1200].decode("utf-8", "replace"), keep="\n"),
    )
    if answer.status in REDIRECTS:
        to = printable(answer.headers.get("location", "nowhere"), 100)
        detail = f"it answers {answer.status}, a redirect to {to}"
        return replace(seen, problem=ScrapeProblem.REDIRECT, detail=detail)
    if answer.status != OK:
        detail = f"it answers {answer.status} instead of 200"
        return replace(seen, problem=ScrapeProblem.STATUS, detail=detail)
    if not answer.body.strip():
        detail = "the answer is empty"
        return replace(seen, problem=ScrapeProblem.EMPTY, detail=detail)
    read_text = _read_text(answer.body, kind, seconds)
    wrong = _wrong_type(kind)
    if wrong:
        # it counts even if the body could be read: a scraper trusts the header
        problem: ScrapeProblem | None = ScrapeProblem.CONTENT_TYPE
        return replace(seen, samples=read_text.samples, problem=problem, detail=wrong)
    return replace(
        seen,
        samples=read_text.samples,
        problem=read_text.problem,
        detail=read_text.detail,
    )


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _wrong_type(content_type: str) -> str:
    if _media_type(content_type) in (TEXT, OPENMETRICS):
        return ""
    shown = f"is {printable(content_type, 100)}" if content_type else "is missing"
    return f"Content-Type {shown}; Prometheus 3 takes {TEXT} or {OPENMETRICS}"


def _read_text(body: bytes, content_type: str, seconds: float) -> Scrape:
    """Return a scrape with samples, problem and detail only."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        detail = f"line {line}: byte 0x{body[error.start]:02x} is not UTF-8"
        return Scrape(0.0, problem=ScrapeProblem.UNPARSABLE, detail=detail)
    reader = Reader(text, time.monotonic() + seconds)
    is_openmetrics = _media_type(content_type) == OPENMETRICS
    try:
        (openmetrics if is_openmetrics else text_format).parse(reader)
    except Stop as stop:
        return Scrape(0.0, problem=ScrapeProblem.UNPARSABLE, detail=str(stop))
    except TooMuch as much:
        return Scrape(0.0, problem=ScrapeProblem.TOO_LARGE, detail=str(much))
    samples = tuple(reader.samples)
    if reader.complaint:
        problem, detail = ScrapeProblem.UNPARSABLE, reader.complaint
        return Scrape(0.0, samples=samples, problem=problem, detail=detail)
    if not samples:
        detail = "there is not one sample in it"
        return Scrape(0.0, problem=ScrapeProblem.EMPTY, detail=detail)
    return Scrape(0.0, samples=samples)


@dataclass(slots=True)
class AppMetrics:
    """The metrics of an app that has no store: what it says of itself, now.

    Implements domain.signals.Metrics. `timeout` in seconds, for each scrape.
    """

    base_url: str
    metrics_path: str = "/metrics"
    timeout: float = 5.0
    _seen: int = field(default=0, init=False)

    def direct(self) -> Scrape:
        """Scrape the app now; one that did not reach it is not counted."""
        seen = scrape(self.base_url, self.metrics_path, timeout=self.timeout)
        if seen.problem is not ScrapeProblem.UNREACHABLE:
            self._seen += 1
        return replace(seen, ordinal=self._seen)

    def read(self, not_before: float) -> Scrape:
        """Scrape the app now, which is never before a time that has passed."""
        del not_before
        return self.direct()
