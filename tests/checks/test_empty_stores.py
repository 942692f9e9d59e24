"""Every criterion is red without telemetry, and on what was there before traffic."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client import Counter, Histogram

from sre_course.checkkit import Attempt, Criterion
from sre_course.domain.signals import Scrape, ScrapeProblem
from sre_course.engine.author import measuring, right_answers
from sre_course.engine.judge import judge
from tests.checks.mistakes import reference
from tests.checks.simulated import CHECKS, Silent, SimulatedApp


PROCESS = b"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 1\n"
STATIC = b"""# TYPE http_requests_total counter
http_requests_total{route="/search",status="200"} 17
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{route="/search",le="0.25"} 17
http_request_duration_seconds_bucket{route="/search",le="+Inf"} 17
http_request_duration_seconds_sum{route="/search"} 1.5
http_request_duration_seconds_count{route="/search"} 17
"""


def attempted(app: SimulatedApp) -> Attempt:
    """Measure, answer rightly, and send the traffic."""
    app.drive(measuring(app.behaviour, 1), lambda _done: None)
    return app.attempt(answers=right_answers(app.behaviour, app.calls()))


def saying(body: bytes) -> Attempt:
    """Return an attempt at an app that says the same, whatever is sent."""
    return attempted(SimulatedApp(lambda *_: None, expose=lambda _app: body))


def declared(app: SimulatedApp) -> None:
    """Define the right metrics, and never touch them."""
    app.metric("count", lambda r: Counter("http_requests", "h", registry=r))
    app.metric("time", lambda r: Histogram("http_seconds", "h", registry=r))


def untouched() -> Attempt:
    """Return an attempt at an app that defines metrics and never touches them."""
    app = SimulatedApp(lambda *_: None)
    declared(app)
    return attempted(app)


def empty() -> Attempt:
    """Return an attempt whose traffic was sent while /metrics held nothing."""
    nothing = Scrape(0.0, problem=ScrapeProblem.EMPTY, detail="the answer is empty")
    made = attempted(SimulatedApp(reference))
    return replace(
        made,
        exposition=nothing,
        scrapes=tuple(replace(nothing, ordinal=s.ordinal) for s in made.scrapes),
        looks=(nothing,) * len(made.looks),
    )


def frozen() -> Attempt:
    """Return an attempt whose every look shows the moment before the traffic."""
    made = attempted(SimulatedApp(reference))
    first = made.scrapes[0]
    return replace(
        made,
        scrapes=tuple(replace(first, ordinal=s.ordinal) for s in made.scrapes),
        looks=(first,) * len(made.looks),
    )


def warmed_up() -> Attempt:
    """Return an attempt that ended with the idle round: probes and scrapes alone."""
    made = attempted(SimulatedApp(reference))
    idle = made.scrapes[:2]
    return replace(made, scrapes=(*idle, *([idle[-1]] * 2)), looks=idle)


# Whether the page itself can be read is what `serves_metrics` is about, and the
# diagnosis is judged by the warehouse's ledger: both are met without any telemetry.
PAGE, LEDGER = "serves_metrics", "diagnosis"
STORES: list[tuple[Callable[[], Attempt], set[str]]] = [
    (empty, {LEDGER}),
    (lambda: saying(b""), {LEDGER}),
    (lambda: saying(PROCESS), {PAGE, LEDGER}),
    (lambda: saying(STATIC), {PAGE, LEDGER}),
    (untouched, {PAGE, LEDGER}),
    (frozen, {PAGE, LEDGER}),
    (warmed_up, {PAGE, LEDGER}),
]
NAMES = ["empty", "nothing", "process", "static", "untouched", "frozen", "idle"]


def green(criterion: Criterion, attempt: Attempt) -> bool:
    """Whether a check passes when nothing that it needs is looked at."""
    (result,) = judge([replace(criterion, needs=())], attempt, Silent())
    return result.verdict == "passed"


@pytest.mark.parametrize(("store", "legitimate"), STORES, ids=NAMES)
def test_nothing_passes_without_telemetry(
    store: Callable[[], Attempt], legitimate: set[str]
) -> None:
    """Not even by itself, with all that it needs taken for granted."""
    attempt = store()
    passing = {c.name for c in CHECKS.criteria if green(c, attempt)}

    assert passing == legitimate


@pytest.mark.parametrize(("store", "legitimate"), STORES, ids=NAMES)
def test_nothing_is_an_error_without_telemetry(
    store: Callable[[], Attempt], legitimate: set[str]
) -> None:
    """Judged in order, each one is failed or blocked: no check of ours breaks."""
    verdicts = {r.verdict for r in judge(CHECKS.criteria, store(), Silent())}

    assert "error" not in verdicts


def test_all_of_them_pass_with_telemetry() -> None:
    """The twin: the same attempt with what it really brought."""
    attempt = attempted(SimulatedApp(reference))

    assert [c.name for c in CHECKS.criteria if not green(c, attempt)] == []


def test_the_diagnosis_needs_evidence_of_its_own() -> None:
    """Without a call in the warehouse's ledger even right answers prove nothing."""
    attempt = replace(attempted(SimulatedApp(reference)), earlier=())
    (diagnosis,) = [c for c in CHECKS.criteria if c.name == LEDGER]

    assert not green(diagnosis, attempt)
