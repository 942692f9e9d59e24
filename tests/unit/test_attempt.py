"""One attempt: what it waits for, what makes it start over, and whose fault it is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sre_course.checkkit import Attempt, Patience
from sre_course.domain.environment import AppState, ServiceState
from sre_course.domain.errors import ServiceError
from sre_course.domain.ledger import Exchange, Request
from sre_course.domain.signals import Scrape
from sre_course.engine.attempt import Instruments, attempt
from tests.checks.mistakes import reference
from tests.checks.simulated import CHECKS, Silent, SimulatedApp


RUNNING = ServiceState(AppState.RUNNING, "one")
ANEW = ServiceState(AppState.RUNNING, "two")
STARTING = ServiceState(AppState.STARTING)
DEAF = ServiceState(AppState.STARTING, "one", "nothing answers")
EXITED = ServiceState(AppState.EXITED, "", "app.py ended with exit code 3.")
GONE = ServiceState(AppState.GONE, detail="The environment ended: nobody used it")


class App(SimulatedApp):
    """An app whose states follow a script; the last one stays."""

    def script(self, *states: ServiceState) -> "App":
        """Take one state at each look."""
        self.states = list(states)
        return self

    def now(self) -> ServiceState:
        """Return how it is."""
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


def made(app: App, observer: Silent | None = None) -> Attempt:
    """Make an attempt with a clock of its own."""
    ticks = iter(range(1_000_000))
    patience = Patience(2, 0.05, lambda: next(ticks), lambda _seconds: None)
    return attempt(
        lambda n: CHECKS.traffic(app.behaviour, n),
        app.behaviour,
        7,
        {},
        Instruments(app.drive, app, app, app.now, patience),
        observer or Silent(),
    )


def test_the_traffic_is_sent_once() -> None:
    """Three rounds, one look more than rounds, every request answered."""
    app = App(reference).script(RUNNING)
    found = made(app)

    plan = CHECKS.traffic(app.behaviour, 7)
    sent = [[e.request for e in part] for part in found.ledger.rounds]
    assert sent == [list(part) for part in plan.rounds]
    assert len(found.scrapes) == len(plan.rounds) + 1
    assert found.app == RUNNING
    assert found.earlier == ()
    assert len(found.calls) > 0


def test_an_app_that_is_being_started_is_waited_for() -> None:
    """Right after a save nothing listens yet: that is no verdict on the app."""
    observer = Silent()
    found = made(App(reference).script(STARTING, STARTING, RUNNING), observer)

    assert found.app == RUNNING
    assert found.exposition.readable
    assert observer.seen[0] == "Waiting for your app to answer"


@pytest.mark.parametrize("state", [DEAF, STARTING, EXITED])
def test_an_app_that_does_not_come_is_not_waited_for_for_ever(
    state: ServiceState,
) -> None:
    """One that listens nowhere, hangs or has ended gets no traffic, and a verdict."""
    found = made(App(reference).script(state))

    assert found.app == state
    assert found.ledger.exchanges == ()
    assert not found.exposition.readable


@pytest.mark.parametrize("states", [(GONE,), (STARTING, GONE)])
def test_an_environment_that_ended_is_no_verdict(
    states: Sequence[ServiceState],
) -> None:
    """It is said why it ended, and what starts it again."""
    with pytest.raises(ServiceError, match="nobody used it") as caught:
        made(App(reference).script(*states))

    assert "sre-course start" in caught.value.fix


def test_a_reload_starts_over() -> None:
    """The second attempt sends other requests, and is the one that counts."""
    observer = Silent()
    app = App(reference).script(RUNNING, ANEW, ANEW)
    found = made(app, observer)

    assert "The app was reloaded meanwhile: starting over" in observer.seen
    plan = CHECKS.traffic(app.behaviour, 8)
    assert [e.request for e in found.ledger.rounds[1]] == list(plan.rounds[1])


def test_a_reload_that_breaks_the_app_is_judged_as_such() -> None:
    """Saved with a syntax error in the middle: the next attempt finds it broken."""
    broken = ServiceState(AppState.BROKEN, "", "app.py, line 1: SyntaxError")
    found = made(App(reference).script(RUNNING, STARTING, STARTING, broken))

    assert found.app == broken


def test_a_save_while_the_metrics_cannot_be_read_starts_over_too() -> None:
    """What was looked at is not what the learner has now."""
    observer = Silent()
    app = App(reference, expose=lambda _app: b"").script(RUNNING, ANEW, ANEW)
    found = made(app, observer)

    assert found.app == ANEW
    assert "starting over" in "".join(observer.seen)


def test_endless_reloads_are_told() -> None:
    """An app that never stands still cannot be judged."""
    states = [ServiceState(AppState.RUNNING, str(n)) for n in range(10)]
    with pytest.raises(ServiceError, match="reloaded during every attempt") as caught:
        made(App(reference).script(*states))

    assert "stand still" in caught.value.fix


def test_an_app_that_dies_is_judged_not_restarted() -> None:
    """Nobody starts it again, so there is nothing to start over with."""
    found = made(App(reference).script(RUNNING, EXITED))

    assert found.app == EXITED
    assert len(found.ledger.rounds) == 3


class Forgetful(App):
    """An app whose dependency is started anew at some request of the rounds."""

    at = 0
    count = 0

    def serve(self, request: Request) -> Exchange:
        """Answer; the dependency's ledger may be lost before."""
        self.count += request.cell.startswith(("GET /search", "GET /reports"))
        if self.count == self.at:
            self.calls_made.clear()
        return super().serve(request)


@pytest.mark.parametrize("at", [4, 30])
@pytest.mark.parametrize("earlier", [True, False])
def test_our_dependency_is_restarted(at: int, *, earlier: bool) -> None:
    """Whatever the app answered then is not its fault, in a first check neither."""
    app = Forgetful(reference)
    app.script(RUNNING)
    if earlier:
        made(app)
        app.count = 0
    app.at = at

    with pytest.raises(ServiceError, match="Our own dependency was restarted"):
        made(app)


def test_metrics_that_come_late_are_waited_for() -> None:
    """The count that was sent is waited for, never "no change"."""

    class Late(App):
        """Shows what it had counted two looks ago."""

        def direct(self) -> Scrape:
            """Scrape, and show what an earlier scrape had."""
            self.kept: list[Scrape] = [*getattr(self, "kept", []), super().direct()]
            return replace(self.kept[max(0, len(self.kept) - 3)], ordinal=self.scrapes)

    found = made(Late(reference).script(RUNNING))

    assert len(found.looks) > len(found.scrapes)
    assert found.scrapes[-1] is found.looks[-1]


def test_what_never_arrives_is_not_waited_for_for_ever() -> None:
    """Patience ends; the last look is the one to judge."""
    app = App(lambda *_: None).script(RUNNING)
    app.expose = lambda _app: b"up 1\n"

    assert made(app).scrapes[-1].samples[0].value == 1
