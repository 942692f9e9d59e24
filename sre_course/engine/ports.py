"""What the engine needs from the world; adapters implement it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from sre_course.domain.behaviour import Call
from sre_course.domain.environment import Running, ServiceState
from sre_course.domain.exercise import Exercise
from sre_course.domain.ledger import Exchange, Request
from sre_course.domain.report import CriterionResult, Report


class Environment(Protocol):
    """Run an exercise's services; adapters: local processes, Docker."""

    def preflight(self, exercise: Exercise) -> None:
        """Raise ServiceError if this backend cannot work here."""
        ...

    def start(
        self, exercise: Exercise, workspace: Path, key: str, fault_seed: str
    ) -> Running:
        """Start all services, or adopt those that run; or leave nothing behind.

        Returns once the dependency answers and the app answers or is known not to:
        an app that does not start is the learner's to mend, not an error.
        Raises ServiceError.
        """
        ...

    def state(self, running: Running) -> ServiceState:
        """Return how the learner's app is."""
        ...

    def output(self, running: Running, lines: int) -> str:
        """Return the last lines that the learner's app printed."""
        ...

    def stop(self, running: Running) -> Sequence[str]:
        """Stop and remove everything that carries the key; return what is left.

        An empty result is a proof: processes, ports and containers were looked for.
        """
        ...


class Dependency(Protocol):
    """The control side of a dependency of ours."""

    def calls(self) -> Sequence[Call]:
        """Return its ledger, oldest first. Raises ServiceError."""
        ...


class Observer(Protocol):
    """Be told what happens while it happens; adapters: rich, plain, JSON."""

    def phase(self, text: str, done: int, total: int) -> None:
        """Show how far the work is."""
        ...

    def criterion(self, result: CriterionResult) -> None:
        """Show one verdict."""
        ...

    def finished(self, report: Report) -> None:
        """Show the whole."""
        ...


# Sends the requests of one round in a closed loop over fresh connections and
# returns one exchange for each, in the order of the requests.
Drive = Callable[[Sequence[Request], Callable[[int], None]], Sequence[Exchange]]
