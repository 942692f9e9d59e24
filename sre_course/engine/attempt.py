"""Send an exercise's traffic once, and collect what must be reconciled with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import time

from sre_course.checkkit import Attempt, Behaviour, Patience, Plan
from sre_course.checkkit.families import families
from sre_course.checkkit.requests import reconcile
from sre_course.domain.behaviour import Call
from sre_course.domain.environment import AppState, ServiceState
from sre_course.domain.errors import ServiceError
from sre_course.domain.ledger import Exchange, Ledger, Window
from sre_course.domain.signals import Metrics, Scrape, ScrapeProblem
from sre_course.engine.ports import Dependency, Drive, Observer


RESTARTS = 3  # attempts that a learner's saving may spoil before we give up
STARTS = 20.0  # seconds that an app which is being started may take to be known


@dataclass(frozen=True, slots=True)
class Instruments:
    """What an attempt is made with.

    `state` says how the learner's app is; `scrape_slack` is by how many the metrics
    store's count of its own scrapes may be off.
    """

    drive: Drive
    metrics: Metrics
    dependency: Dependency
    state: Callable[[], ServiceState]
    patience: Patience
    scrape_slack: int = 0


class _Reloaded(Exception):  # noqa: N818 - an event, not an error
    """The app was started anew while traffic was under way."""


def attempt(  # noqa: PLR0913, PLR0917 - what an attempt is made of
    plan_for: Callable[[int], Plan],
    behaviour: Behaviour,
    seed: int,
    answers: Mapping[str, str],
    instruments: Instruments,
    observer: Observer,
) -> Attempt:
    """Make one attempt; start over when the learner saved in the middle of it.

    Raises ServiceError when the app is restarted again and again, or when our own
    dependency does not answer: neither is the learner's fault.
    """
    for again in range(RESTARTS):
        try:
            plan = plan_for(seed + again)
            return _once(plan, behaviour, answers, instruments, observer)
        except _Reloaded:
            observer.phase("The app was reloaded meanwhile: starting over", 0, 0)
    raise ServiceError(
        "The app was reloaded during every attempt to check it",
        fix="Let it stand still for some seconds, then run the check again",
    )


def _once(
    plan: Plan,
    behaviour: Behaviour,
    answers: Mapping[str, str],
    instruments: Instruments,
    observer: Observer,
) -> Attempt:
    metrics = instruments.metrics
    before = _started(instruments, observer)
    earlier = tuple(instruments.dependency.calls())
    looks = [Scrape(at=time())]
    if before.state is AppState.RUNNING:
        looks = _warm_up(plan, instruments)
    exposition = looks[-1]
    start = time()
    scrapes = [exposition]
    rounds: list[tuple[Exchange, ...]] = []
    known = _calls_since(earlier, instruments)
    if exposition.readable:  # otherwise there is nothing to find traffic in
        scrapes = [metrics.read(start)]
        looks += scrapes
        for requests in plan.rounds:
            tick = _ticker(len(rounds), rounds, plan, observer)
            rounds.append(tuple(instruments.drive(requests, tick)))
            so_far = Ledger(Window(start, time()), tuple(rounds))
            looks += _until_settled(plan, so_far, scrapes, instruments)
            scrapes.append(looks[-1])
    after = instruments.state()
    if after.incarnation != before.incarnation and after.state is not AppState.EXITED:
        raise _Reloaded
    return Attempt(
        behaviour,
        plan.cells,
        Ledger(Window(start, time()), tuple(rounds)),
        exposition,
        tuple(scrapes),
        tuple(looks),
        instruments.scrape_slack,
        _calls_since(known, instruments),
        earlier,
        after,
        answers,
        instruments.patience,
    )


def _warm_up(plan: Plan, instruments: Instruments) -> list[Scrape]:
    """Touch every cell once, since metrics may come into being with their first use.

    Returns the looks after it; by the last one the requests have been counted, so
    that none of them is taken for one of the first round.
    """
    required = {cell.name for cell in plan.cells if cell.required}
    sent = sum(request.cell in required for request in plan.warm_up)
    before = instruments.metrics.direct()
    instruments.drive(plan.warm_up, lambda _done: None)
    patience = instruments.patience
    deadline = patience.now() + patience.seconds
    looks: list[Scrape] = []
    while True:
        looks.append(instruments.metrics.direct())
        grown = [sum(f.growth) for f in families([before, looks[-1]])]
        if max(grown, default=0) >= sent or patience.now() >= deadline:
            return looks
        if not looks[-1].readable and looks[-1].problem is not ScrapeProblem.EMPTY:
            return looks  # time does not mend it
        patience.pause(patience.interval)


def _started(instruments: Instruments, observer: Observer) -> ServiceState:
    """Return how the app is, once it is known: after a save it needs a moment.

    Raises ServiceError if whatever should run it is gone.
    """
    patience = instruments.patience
    deadline = patience.now() + STARTS
    while True:
        found = instruments.state()
        if found.state is AppState.GONE:
            raise ServiceError(
                found.detail or "The environment ended",
                fix="sre-course start, which starts what is missing",
            )
        known = found.state is not AppState.STARTING or found.detail
        if known or patience.now() >= deadline:
            return found
        observer.phase("Waiting for your app to answer", 0, 0)
        patience.pause(patience.interval)


def _calls_since(known: tuple[Call, ...], instruments: Instruments) -> tuple[Call, ...]:
    """Return the dependency's ledger, which must begin with what is known of it.

    Raises ServiceError if it does not: the dependency was started anew, and what the
    app did without it is not the learner's fault.
    """
    calls = tuple(instruments.dependency.calls())
    if calls[: len(known)] != known:
        raise ServiceError(
            "Our own dependency was restarted during the check",
            fix="Run the check again",
        )
    return calls


def _ticker(
    number: int,
    rounds: Sequence[Sequence[Exchange]],
    plan: Plan,
    observer: Observer,
) -> Callable[[int], None]:
    sent, total = sum(map(len, rounds)), sum(map(len, plan.rounds))

    def tick(done: int) -> None:
        observer.phase(f"Round {number}: requests sent", sent + done, total)

    return tick


def _until_settled(
    plan: Plan, ledger: Ledger, scrapes: Sequence[Scrape], instruments: Instruments
) -> list[Scrape]:
    """Read the metrics until they hold all that was sent, or patience ends.

    Waiting for the expected count, never for "no change": late is not wrong. Returns
    every look; the last one is the one to judge.
    """
    patience = instruments.patience
    idle = len(ledger.rounds) == 1
    deadline = patience.now() + (0 if idle else patience.seconds)
    looks: list[Scrape] = []
    while True:
        looks.append(instruments.metrics.read(ledger.window.end))
        asked = reconcile(
            plan.cells, ledger, [*scrapes, looks[-1]], slack=instruments.scrape_slack
        )
        arrived = any(asked.complete(r) for r in asked.readings)
        if arrived or patience.now() >= deadline:
            return looks
        patience.pause(patience.interval)
