"""The beginner's diagnosis: answers judged against what the warehouse really did."""

import time
from dataclasses import replace
from fractions import Fraction

import pytest

from sre_course.domain.behaviour import Call, Outcome
from sre_course.domain.report import CriterionResult
from sre_course.engine.author import measuring, right_answers
from sre_course.engine.judge import judge
from tests.checks.mistakes import reference
from tests.checks.simulated import CHECKS, Silent, SimulatedApp


def measured(seed: int = 1) -> tuple[SimulatedApp, dict[str, str]]:
    """Return an app with traffic behind it, and what was to be measured there."""
    app = SimulatedApp(reference, seed=f"seed {seed}")
    app.drive(measuring(app.behaviour, seed), lambda _done: None)
    return app, right_answers(app.behaviour, app.calls())


def told(
    app: SimulatedApp, answers: dict[str, str], earlier: tuple[Call, ...] | None = None
) -> CriterionResult:
    """Judge the answers alone."""
    made = app.attempt(answers=answers)
    if earlier is not None:
        made = replace(made, earlier=earlier)
    (diagnosis,) = [
        replace(c, needs=()) for c in CHECKS.criteria if c.name == "diagnosis"
    ]
    (result,) = judge([diagnosis], made, Silent())
    return result


@pytest.mark.parametrize("seed", range(8))
def test_right_answers(seed: int) -> None:
    """What follows from the ledger is right, for any faults."""
    app, answers = measured(seed)

    assert told(app, answers).verdict == "passed"


@pytest.mark.parametrize("notation", ["{}", "GET {}", " {}/ ", "get {}"])
def test_a_route_in_any_notation(notation: str) -> None:
    """Routes are written as the learner's framework writes them."""
    app, answers = measured()
    answers["slow_route"] = notation.format(answers["slow_route"])

    assert told(app, answers).verdict == "passed"


@pytest.mark.parametrize("missing", ["slow_route", "slow_share", "error_ratio"])
@pytest.mark.parametrize("value", ["", "  ", None])
def test_an_answer_that_is_missing(missing: str, value: str | None) -> None:
    """It is named."""
    app, answers = measured()
    if value is None:
        del answers[missing]
    else:
        answers[missing] = value
    result = told(app, answers)

    assert (result.verdict, result.cause) == ("failed", "not-answered")
    assert result.observed == f"none yet for {missing}"


def test_a_route_that_is_not_the_slow_one() -> None:
    """It has one mode only."""
    app, answers = measured()
    answers["slow_route"] = "/orders"

    assert told(app, answers).cause == "wrong-route"


@pytest.mark.parametrize("text", ["17 %", "0.17", "many", "9/0", "60/50", "-1/50"])
@pytest.mark.parametrize("name", ["slow_share", "error_ratio"])
def test_a_share_without_its_counts(name: str, text: str) -> None:
    """A percentage can be guessed; two counts come from somewhere."""
    app, answers = measured()
    answers[name] = text
    result = told(app, answers)

    assert result.cause == "no-evidence"
    assert repr(text) in result.observed


def test_a_share_of_a_few() -> None:
    """Too little traffic is told as such."""
    app, answers = measured()
    answers["slow_share"] = "3/29"

    assert told(app, answers).cause == "too-few"


@pytest.mark.parametrize(
    ("name", "cause", "points"),
    [("slow_share", "wrong-share", 3), ("error_ratio", "wrong-ratio", 1)],
)
@pytest.mark.parametrize("side", [-1, 1])
def test_tolerances(name: str, cause: str, points: int, side: int) -> None:
    """Within three points of the share, one of the ratio; beyond them it is wrong."""
    app, answers = measured()
    part, whole = map(int, answers[name].split("/"))
    truth = Fraction(part, whole)
    # one stretch of traffic, as often as it takes to say the share exactly
    calls = tuple(replace(call, at=1.0) for call in app.calls() for _ in range(200))
    for off, verdict in ((points - 0.2, "passed"), (points + 0.2, "failed")):
        share = truth + side * Fraction(off) / 100
        if share < 0:
            continue
        answers[name] = f"{round(share * 10_000)}/10000"
        result = told(app, answers, earlier=calls)
        assert (result.verdict, result.cause) == (
            verdict,
            cause if verdict == "failed" else "",
        )


def test_answers_of_another_attempt() -> None:
    """Another seed has another slow route, or other shares: a reset starts anew."""
    app, answers = measured(1)
    caught = 0
    for seed in range(2, 12):
        other, theirs = measured(seed)
        assert told(other, theirs).verdict == "passed"
        caught += told(other, answers).verdict == "failed"

    assert caught == 10
    assert told(app, answers).verdict == "passed"


def test_a_warehouse_that_was_started_anew() -> None:
    """It has forgotten what was measured: that is told; no answer is called wrong."""
    app, answers = measured()
    result = told(app, answers, earlier=())

    assert result.cause == "too-few"
    assert "it knows of 0" in result.observed
    assert "count and answer again" in result.next


def test_any_stretch_of_traffic_may_be_measured() -> None:
    """Two looks may be subtracted: a share of the second hour alone is right too."""
    app, answers = measured()
    now = time.time()
    route = answers["slow_route"]

    def hour(start: float, slow: int, count: int) -> tuple[Call, ...]:
        return tuple(
            Call(start + n / 100, route, str(n), 0.01, Outcome.OK, n < slow)
            for n in range(count)
        )

    orders = tuple(c for c in app.calls() if c.route != route)
    earlier = (*hour(now - 7200, 50, 100), *hour(now - 3600, 10, 100), *orders)
    for share, verdict in (("50/100", "passed"), ("10/100", "passed")):
        assert told(app, {**answers, "slow_share": share}, earlier).verdict == verdict
    assert told(app, {**answers, "slow_share": "60/200"}, earlier).verdict == "passed"
    assert told(app, {**answers, "slow_share": "80/200"}, earlier).verdict == "failed"
