"""Telemetry as checks see it, whichever store it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


Labels = tuple[tuple[str, str], ...]  # sorted by name; empty values left out


class ScrapeProblem(StrEnum):
    """Why a scraper cannot use what /metrics answered."""

    UNREACHABLE = "unreachable"  # no connection, or it broke
    TIMEOUT = "timeout"  # the answer did not end in time
    TOO_LARGE = "too-large"
    REDIRECT = "redirect"
    STATUS = "status"
    CONTENT_TYPE = "content-type"  # Prometheus 3 refuses it; it may still parse
    UNPARSABLE = "unparsable"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of an exposition.

    `name` as exposed (`x_total`, `x_bucket`, …); `family` and `type` as declared,
    `type` being counter, gauge, histogram, summary or unknown.
    """

    name: str
    labels: Labels
    value: float
    family: str
    type: str


@dataclass(frozen=True, slots=True)
class Scrape:
    """One look at the metrics.

    `samples` may be there beside a problem: a wrong content type, for one, leaves
    a body that parses. `excerpt` is the printable beginning of the body. `ordinal`
    says how many scrapes of ours the app had seen by then, this one included.
    """

    at: float
    ordinal: int = 0
    samples: tuple[Sample, ...] = ()
    problem: ScrapeProblem | None = None
    detail: str = ""
    status: int | None = None
    content_type: str = ""
    excerpt: str = ""

    @property
    def readable(self) -> bool:
        """Whether there is something to judge."""
        return bool(self.samples)


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log line that could be parsed."""

    at: float
    level: str
    message: str
    fields: Mapping[str, object] = field(default_factory=dict)


class Metrics(Protocol):
    """Read metrics; adapters: the app's own /metrics, Prometheus."""

    def direct(self) -> Scrape:
        """Scrape the app itself, as a scraper would; for judging the exposition."""
        ...

    def read(self, not_before: float) -> Scrape:
        """Return all samples as of one scrape that began at or after a time.

        Raises TelemetryError if the store does not answer.
        """
        ...
