"""Send an exercise's traffic once, and collect what must be reconciled with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import time

from sre_course.checkkit import Attempt, Behaviour, Patience, Plan
from sre_course.checkkit.requests import reconcile
from sre_course.domain.behaviour import Call
from sre_course.domain.environment import AppState, ServiceState
from sre_course.domain.errors import ServiceError
from sre_course.domain.ledger import Exchange, Ledger, Window
from sre_course.domain.signals import Metrics, Scrape
from sre_course.engine.ports import Dependency, Drive, Observer


RESTARTS = 3  # attempts that a learner's saving may spoil before we give up


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


def attempt(
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
    before = instruments.state()
    earlier = tuple(instruments.dependency.calls())
    exposition = Scrape(at=time())
    if before.state is AppState.RUNNING:
        # metrics may come into being with the first request that they count
        instruments.drive(plan.warm_up, lambda _done: None)
        exposition = metrics.direct()
    looks = [exposition]

    def made(ledger: Ledger, scrapes: Sequence[Scrape], after: ServiceState) -> Attempt:
        calls: Sequence[Call] = instruments.dependency.calls()
        return Attempt(
            behaviour,
            plan.cells,
            ledger,
            exposition,
            tuple(scrapes),
            tuple(looks),
            instruments.scrape_slack,
            tuple(calls),
            earlier,
            after,
            answers,
            instruments.patience,
        )

    if not exposition.readable:  # there is nothing that traffic could be found in
        now = time()
        return made(Ledger(Window(now, now), ()), (exposition,), before)

    total = sum(map(len, plan.rounds))
    start = time()
    scrapes = [metrics.read(start)]
    looks += scrapes
    rounds: list[tuple[Exchange, ...]] = []
    for number, requests in enumerate(plan.rounds):
        sent = sum(map(len, rounds))

        def tick(done: int, sent: int = sent, number: int = number) -> None:
            observer.phase(f"Round {number}: requests sent", sent + done, total)

        rounds.append(tuple(instruments.drive(requests, tick)))
        so_far = Ledger(Window(start, time()), tuple(rounds))
        looks += _until_settled(plan, so_far, scrapes, instruments)
        scrapes.append(looks[-1])
    after = instruments.state()
    if after.incarnation != before.incarnation and after.state is not AppState.EXITED:
        raise _Reloaded
    _dependency_took_part(instruments, len(earlier), rounds)
    return made(Ledger(Window(start, time()), tuple(rounds)), scrapes, after)


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


def _dependency_took_part(
    instruments: Instruments,
    calls_before: int,
    rounds: Sequence[Sequence[Exchange]],
) -> None:
    """Raise ServiceError if our dependency failed, so that nobody else is blamed."""
    broken = [e for part in rounds for e in part if e.status in (None, 500, 502, 503)]
    if broken and len(instruments.dependency.calls()) < calls_before:
        raise ServiceError(
            "Our own dependency was restarted during the check",
            fix="Run the check again",
        )
