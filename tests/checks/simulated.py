"""An app that exists in memory only: real registries, no sockets, no waiting."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from sre_course.adapters.bounded_http import Answer
from sre_course.adapters.content.criteria import load_checks
from sre_course.adapters.content.manifests import load_exercise
from sre_course.adapters.telemetry.exposition import read
from sre_course.checkkit import Attempt, Behaviour, Patience
from sre_course.domain.behaviour import Call
from sre_course.domain.environment import AppState, ServiceState
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.ledger import Exchange, Request
from sre_course.domain.report import CriterionResult, Report
from sre_course.domain.signals import Scrape
from sre_course.engine.attempt import Instruments, attempt
from sre_course.engine.judge import judge


T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
BEGINNER = ExerciseId("day1", "beginner")
EXERCISE = load_exercise(ROOT, BEGINNER)
CHECKS = load_checks(ROOT, BEGINNER)
TEXT = "text/plain; version=1.0.0; charset=utf-8"


class Silent:
    """An observer that only remembers."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def phase(self, text: str, done: int, total: int) -> None:
        """Note a phase."""
        del done, total
        self.seen.append(text)

    def criterion(self, result: CriterionResult) -> None:
        """Note a verdict."""
        self.seen.append(f"{result.criterion}: {result.verdict}")

    def finished(self, report: Report) -> None:
        """Note the score."""
        self.seen.append(f"{report.score}")


def route_of(request: Request) -> str:
    """Return the template that a framework would have matched."""
    for known in ("/metrics", "/healthz"):
        if request.path == known:
            return known
    named = (
        request.cell.split(" ")[1] if request.cell.startswith(request.method) else ""
    )
    return named or "unmatched"


@dataclass
class SimulatedApp:
    """The learner's app; `handle` is its instrumentation, called once per request.

    `answer` maps a request to the status that the app gives it.
    """

    handle: Callable[["SimulatedApp", Request, int, float], None]
    seed: str = "some seed"
    content_type: str = TEXT
    expose: Callable[["SimulatedApp"], bytes] | None = None
    answer: Callable[[Request], int | None] = lambda r: (
        405 if r.expect is None else r.expect
    )
    asks: bool = True
    state: ServiceState = field(
        default_factory=lambda: ServiceState(AppState.RUNNING, "one")
    )
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    calls_made: list[Call] = field(default_factory=list)
    scrapes: int = 0
    made: dict[str, Any] = field(default_factory=dict)
    bars: dict[tuple[str, tuple[tuple[str, str], ...]], float] = field(
        default_factory=dict
    )
    cleared_at: int = 0

    def metric(self, name: str, make: Callable[[CollectorRegistry], T]) -> T:
        """Return a metric of this app, made on first use."""
        if name not in self.made:
            self.made[name] = make(self.registry)
        return cast("T", self.made[name])

    @property
    def behaviour(self) -> Behaviour:
        """Return how its dependency behaves."""
        return Behaviour(EXERCISE.dependency, self.seed)

    def serve(self, request: Request) -> Exchange:
        """Answer one request."""
        status = self.answer(request)
        seconds = request.floor + 0.002
        matched = self.behaviour.match(
            request.method, request.path, {"order": request.key}
        )
        if matched and request.key and self.asks:
            route, key = matched
            effect = self.behaviour.effect(route, key)
            self.calls_made.append(
                Call(
                    time.time(),
                    route.route,
                    key,
                    effect.seconds,
                    effect.outcome,
                    effect.slow,
                )
            )
        if status is not None:
            self.handle(self, request, status, seconds)
        return Exchange(
            request, time.time(), seconds + 0.001, status, "" if status else "reset"
        )

    def drive(
        self, requests: Sequence[Request], tick: Callable[[int], None]
    ) -> tuple[Exchange, ...]:
        """Serve a round."""
        found = tuple(self.serve(request) for request in requests)
        tick(len(found))
        return found

    def calls(self) -> tuple[Call, ...]:
        """Return the dependency's ledger."""
        return tuple(self.calls_made)

    def direct(self) -> Scrape:
        """Scrape."""
        self.serve(Request("scrape", "GET", "/metrics", 200))
        body = self.expose(self) if self.expose else generate_latest(self.registry)
        self.scrapes += 1
        answer = Answer(200, {"content-type": self.content_type}, body)
        return replace(read(answer), at=time.time(), ordinal=self.scrapes)

    def read(self, not_before: float) -> Scrape:
        """Scrape."""
        del not_before
        return self.direct()

    def attempt(self, seed: int = 7, answers: dict[str, str] | None = None) -> Attempt:
        """Send the traffic of a seed."""
        ticks = iter(range(1_000_000))
        patience = Patience(seconds=2, now=lambda: next(ticks), pause=lambda _s: None)
        instruments = Instruments(self.drive, self, self, lambda: self.state, patience)
        return attempt(
            lambda n: CHECKS.traffic(self.behaviour, n),
            self.behaviour,
            seed,
            answers or {},
            instruments,
            Silent(),
        )

    def verdicts(
        self, seed: int = 7, answers: dict[str, str] | None = None
    ) -> dict[str, CriterionResult]:
        """Judge one attempt; by criterion."""
        results = judge(CHECKS.criteria, self.attempt(seed, answers), Silent())
        return {result.criterion: result for result in results}


def causes(results: Iterable[CriterionResult]) -> dict[str, str]:
    """Return what did not pass, as criterion -> cause, `blocked` or the error."""
    return {
        r.criterion: r.cause or r.observed or str(r.verdict)
        for r in results
        if r.verdict != "passed"
    }
