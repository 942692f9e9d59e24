"""The ground truth: what we did to the learner's app."""

from collections.abc import Callable
from dataclasses import dataclass


SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, in seconds since the epoch."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Request:
    """One request that we mean to send.

    `cell` names what it is an instance of, for example `GET /search 200`; `expect`
    is the status that follows from what the dependency will do, or None where the
    server's HTTP parser may answer in the app's place.
    """

    cell: str
    method: str
    path: str
    expect: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    key: str = ""
    floor: float = 0.0  # seconds that the dependency makes it last at least


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that we sent, and what came back.

    `sent_at` in epoch seconds; `seconds` from the first byte sent to the last byte
    received, as the client measured it. `status` is None if no answer came.
    """

    request: Request
    sent_at: float
    seconds: float
    status: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every request of one attempt; telemetry is reconciled with this.

    `rounds[0]` is the idle round (scrapes and probes alone); the others carry
    traffic. The warm-up before them is not in the ledger.
    """

    window: Window
    rounds: tuple[tuple[Exchange, ...], ...]

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All exchanges in the order of the rounds."""
        return tuple(e for part in self.rounds for e in part)

    def where(self, wanted: Callable[[Exchange], bool]) -> tuple[Exchange, ...]:
        """Return the exchanges that a condition holds for."""
        return tuple(e for e in self.exchanges if wanted(e))
