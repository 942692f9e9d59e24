"""What came of sending requests on a schedule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in seconds, by nearest rank; all 0 where nothing was measured."""

    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True, slots=True)
class RouteLoad:
    """One route, or all together.

    `statuses` are counts by status, `no answer` among them. `due` is the latency
    from when a request was due, which is what a user waits; `sent` from when it was
    sent, which hides the wait for a connection.
    """

    name: str
    requests: int
    statuses: Mapping[str, int]
    due: Latency
    sent: Latency


@dataclass(frozen=True, slots=True)
class Load:
    """A whole load.

    `planned` is what the schedule held, `not_sent` what was due and found no free
    connection in time. `problems` say why there was no answer, and how often.
    """

    seconds: float
    planned: int
    not_sent: int
    interrupted: bool
    total: RouteLoad
    routes: tuple[RouteLoad, ...]
    problems: Mapping[str, int]

    @property
    def answered(self) -> int:
        """How many requests had an answer."""
        return self.total.requests - sum(self.problems.values())


def to_document(load: Load) -> dict[str, object]:
    """Return what `load --json` prints, times in seconds."""
    return {"format": 1, **asdict(load)}
