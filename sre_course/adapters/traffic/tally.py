"""Add up a load while it is under way: statuses and latencies, by route."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sre_course.domain.load import Latency, Load, RouteLoad


NO_ANSWER = "no answer"


@dataclass(slots=True)
class _Route:
    statuses: Counter[str] = field(default_factory=Counter)
    due: "array[float]" = field(default_factory=lambda: array("d"))
    sent: "array[float]" = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Tally:
    """Adds up while a load is under way; sixteen bytes for each request."""

    routes: dict[str, _Route] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    done: int = 0

    @property
    def failed(self) -> int:
        """How many requests had no answer."""
        return self.problems.total()

    def answered(self, route: str, status: int, due: float, sent: float) -> None:
        """Add an answer and how long it took, in seconds."""
        self._add(route, str(status)).due.append(due)
        self.routes[route].sent.append(sent)

    def failure(self, route: str, problem: str) -> None:
        """Add a request that was not answered; it has no latency."""
        self._add(route, NO_ANSWER)
        self.problems[problem] += 1

    def _add(self, route: str, status: str) -> _Route:
        found = self.routes.setdefault(route, _Route())
        found.statuses[status] += 1
        self.done += 1
        return found

    def load(self, *, seconds: float, planned: int, interrupted: bool) -> Load:
        """Return the whole. What was planned and not done was not sent."""
        return Load(
            seconds=seconds,
            planned=planned,
            not_sent=0 if interrupted else planned - self.done,
            interrupted=interrupted,
            total=_summary("all", list(self.routes.values())),
            routes=tuple(_summary(n, [r]) for n, r in sorted(self.routes.items())),
            problems=dict(self.problems.most_common()),
        )


def _summary(name: str, parts: Sequence[_Route]) -> RouteLoad:
    statuses: Counter[str] = Counter()
    for part in parts:
        statuses += part.statuses
    return RouteLoad(
        name,
        statuses.total(),
        dict(sorted(statuses.items())),
        latency([s for part in parts for s in part.due]),
        latency([s for part in parts for s in part.sent]),
    )


def latency(seconds: Sequence[float]) -> Latency:
    """Return the percentiles of some durations in seconds."""
    if not seconds:
        return Latency()
    ranked = sorted(seconds)

    def at(percent: int) -> float:
        return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]

    return Latency(at(50), at(95), at(99), ranked[-1])
