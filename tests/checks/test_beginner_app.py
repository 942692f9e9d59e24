"""The beginner's criteria on apps that answer wrongly, die, or serve no exposition."""

from dataclasses import replace

import pytest
from prometheus_client import generate_latest

from sre_course.checkkit import requests_of
from sre_course.domain.environment import AppState, ServiceState
from sre_course.domain.ledger import Request
from sre_course.domain.report import CriterionResult
from sre_course.domain.signals import Scrape, ScrapeProblem
from sre_course.engine.judge import judge
from tests.checks.mistakes import counter, failed, histogram, no_time, reference
from tests.checks.simulated import CHECKS, Silent, SimulatedApp, causes


BLOCKED = "blocked"
UNCOUNTED = {
    "separates_outcomes": BLOCKED,
    "measures_duration": BLOCKED,
    "buckets_tell_fast_from_slow": BLOCKED,
    "clean_names": BLOCKED,
}


def judged(app: SimulatedApp, seed: int = 1) -> dict[str, CriterionResult]:
    """Judge an app; by criterion."""
    return app.verdicts(seed)


def test_answers_that_changed() -> None:
    """Instrumentation may not swallow failures: users must get what they got before."""

    def swallowing(request: Request) -> int:
        return 200 if request.expect == 500 else request.expect or 405

    app = SimulatedApp(reference, answer=swallowing)
    found = judged(app)

    assert causes(found.values()).items() >= UNCOUNTED.items()
    told = found["counts_every_request"]
    assert told.cause == "answers-changed"
    assert (told.expected, told.observed[:10]) == (
        "status 500, as the starter answers",
        "status 200",
    )
    assert "First: A counter goes up" in found["measures_duration"].next


@pytest.mark.parametrize("detail", ["It printed last: no memory", ""])
def test_answers_that_never_came(detail: str) -> None:
    """Silence is told before anything else, with what the app printed last."""

    def silent(request: Request) -> int | None:
        return None if request.cell == "GET /search 200" else request.expect or 405

    state = ServiceState(AppState.RUNNING, "one", detail)
    told = judged(SimulatedApp(reference, answer=silent, state=state))

    first = told["counts_every_request"]
    assert first.cause == "app-died"
    assert "the first: GET /search 200 (reset)" in first.observed
    assert first.next == (detail or "Read what the app printed before it went silent")


def test_a_server_may_refuse_odd_methods() -> None:
    """Their answers are the parser's own affair, even none at all."""
    assert failed(reference, answer=lambda r: r.expect) == {}


def test_answers_that_were_made_up() -> None:
    """An app that goes around the warehouse measures nothing."""
    told = judged(SimulatedApp(reference, asks=False))["counts_every_request"]

    assert told.cause == "answers-changed"
    assert "answers were given without asking it" in told.observed


@pytest.mark.parametrize(
    ("state", "observed"),
    [
        (ServiceState(AppState.BROKEN, "", "app.py, line 3: x"), "app.py, line 3: x"),
        (ServiceState(AppState.EXITED), "the app is exited"),
    ],
)
def test_an_app_that_does_not_run(state: ServiceState, observed: str) -> None:
    """One criterion fails with what is known about it; everything waits for it."""
    found = judged(SimulatedApp(reference, state=state))

    assert found["serves_metrics"].cause == "not-running"
    assert found["serves_metrics"].observed == observed
    others = {r.verdict for n, r in found.items() if n != "serves_metrics"}
    assert others == {BLOCKED}


PAGES: list[tuple[Scrape, str]] = [
    (Scrape(0, problem=ScrapeProblem.UNREACHABLE), "not-running"),
    (Scrape(0, problem=ScrapeProblem.TIMEOUT), "too-slow"),
    (Scrape(0, problem=ScrapeProblem.TOO_LARGE, status=200), "too-large"),
    (Scrape(0, problem=ScrapeProblem.REDIRECT, status=302), "redirect"),
    (Scrape(0, problem=ScrapeProblem.STATUS, status=404), "no-metrics"),
    (Scrape(0, problem=ScrapeProblem.CONTENT_TYPE, status=200), "unparsable"),
    (Scrape(0, problem=ScrapeProblem.UNPARSABLE, status=200), "unparsable"),
    (Scrape(0, problem=ScrapeProblem.EMPTY, status=200), "empty"),
]


@pytest.mark.parametrize(("page", "cause"), PAGES, ids=[c for _, c in PAGES])
def test_pages_that_no_scraper_takes(page: Scrape, cause: str) -> None:
    """Each problem has its cause and four lines of evidence; the rest is blocked."""
    made = replace(SimulatedApp(reference).attempt(), exposition=page)
    first, *others = judge(CHECKS.criteria, made, Silent())

    assert first.cause == cause
    assert all((first.sent, first.expected, first.observed, first.next))
    assert {r.verdict for r in others} == {BLOCKED}


def test_every_problem_of_a_page_has_a_cause() -> None:
    """None that a scrape can have is missing above."""
    assert {page.problem for page, _ in PAGES} == set(ScrapeProblem)


def test_a_wrong_content_type_costs_no_more_than_itself() -> None:
    """What can be read all the same is judged."""
    found = failed(reference, content_type="text/html")

    assert found == {"serves_metrics": "content-type"}


def test_a_page_that_breaks_after_the_traffic() -> None:
    """The last look has nothing in it: what had been there is gone."""

    def breaking(app: SimulatedApp) -> bytes:
        return generate_latest(app.registry) if app.scrapes < 3 else b""

    found = failed(reference, expose=breaking)

    assert found["counts_every_request"] == "goes-down"
    assert found["bounded_labels"] == BLOCKED


def at_random(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count two thirds of everything, whatever it is."""
    app.made["n"] = app.made.get("n", 0) + 1
    if app.made["n"] % 3:
        reference(app, request, status, seconds)


def test_a_count_that_is_no_sum() -> None:
    """It is told as it is; nothing is read into it."""
    found = failed(at_random)

    assert found["counts_every_request"] == "wrong-count"
    assert found["measures_duration"] == "wrong-count"


def late_suffix(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Count right, under a name that does not say so."""
    reference(app, request, status, seconds)


def test_a_counter_without_its_suffix() -> None:
    """Written by hand as a counter, it works and is named against the convention."""

    def renamed(app: SimulatedApp) -> bytes:
        text = generate_latest(app.registry).decode()
        return text.replace("http_requests_total", "http_requests").encode()

    found = failed(
        late_suffix, expose=renamed, content_type="text/plain; version=0.0.4"
    )

    assert found == {"clean_names": "no-total-suffix"}


def beside(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
    """Count failures beside all requests instead of giving them a label."""
    no_time(app, request, 0, seconds)
    if request.path not in ("/metrics", "/healthz"):
        histogram(app, "t_seconds", "route").labels("all").observe(seconds)


@pytest.mark.parametrize("seed", [1, 2])
def test_two_families_that_both_count(seed: int) -> None:
    """Two counters of all requests, of which one tells more, are no mistake."""

    def both(app: SimulatedApp, request: Request, status: int, seconds: float) -> None:
        reference(app, request, status, seconds)
        if request.path not in ("/metrics", "/healthz"):
            counter(app, "answers").inc()

    assert failed(both, seed) == {}


def test_growth_that_is_no_number() -> None:
    """An app may expose +Inf and NaN of anything else: it is its own affair."""

    def infinite(app: SimulatedApp) -> bytes:
        more = b"# TYPE limit gauge\nlimit +Inf\n# TYPE ratio gauge\nratio NaN\n"
        return generate_latest(app.registry) + more

    assert failed(reference, expose=infinite) == {}


def test_criteria_that_are_judged_without_their_needs_break_visibly() -> None:
    """`needs` is a promise: who breaks it gets an error of ours, not a verdict."""
    attempt = SimulatedApp(lambda *_: None, expose=lambda _app: b"a 1\n").attempt()
    named = {c.name: replace(c, needs=()) for c in CHECKS.criteria}
    (result,) = judge([named["separates_outcomes"]], attempt, Silent())

    assert result.verdict == "error"
    assert result.observed == "LookupError: no family counts the requests"
    assert requests_of(attempt).readings == ()
