"""What the learner found out, judged against what really happened."""

from collections.abc import Sequence

from sre_course.checkkit import (
    Attempt,
    CheckFailed,
    Outcome,
    Share,
    check,
    measurable,
    nearest,
    parse_share,
    same_route,
)

from .cause import Cause
from .exposing import serves_metrics


ENOUGH = 30  # requests of a route, below which a share says little
SLOW_POINTS, ERROR_POINTS = 0.03, 0.01


@check(points=10, needs=(serves_metrics,))
def diagnosis(attempt: Attempt) -> str:
    """You found the slow route, its slow share and the error ratio."""
    wanted = ("slow_route", "slow_share", "error_ratio")
    told = {name: attempt.answers.get(name, "").strip() for name in wanted}
    if not all(told.values()):
        missing = ", ".join(n for n in wanted if not told[n])
        raise _diagnosis_failed(
            Cause.NOT_ANSWERED,
            "three answers",
            f"none yet for {missing}",
            "Ask `sre-course answer`",
        )
    truth = attempt.behaviour
    if not same_route(told["slow_route"], truth.slow_route):
        raise _diagnosis_failed(
            Cause.WRONG_ROUTE,
            "the route that has a fast and a slow mode",
            f"{told['slow_route']} has one mode only",
            "Averages hide it: compare how many requests exceed 250 ms, route by route",
        )
    slow = tuple(measurable(attempt.earlier, truth.slow_route, lambda c: c.slow))
    failed = tuple(
        measurable(
            attempt.earlier,
            truth.spec.faults.refuse_route,
            lambda c: c.outcome is Outcome.REFUSED,
        )
    )
    _share_is_right(told["slow_share"], slow, SLOW_POINTS, Cause.WRONG_SHARE)
    _share_is_right(told["error_ratio"], failed, ERROR_POINTS, Cause.WRONG_RATIO)
    return (
        f"{truth.slow_route}, {told['slow_share']} slow, {told['error_ratio']} failed"
    )


def _share_is_right(
    told: str, truth: Sequence[Share], points: float, cause: Cause
) -> None:
    share = parse_share(told)
    if share is None:
        raise _diagnosis_failed(
            Cause.NO_EVIDENCE,
            "two counts, such as 9/52",
            f"{told!r}",
            "Which two numbers of /metrics make this ratio?",
        )
    if share.whole < ENOUGH:
        raise _diagnosis_failed(
            Cause.TOO_FEW,
            f"a share of at least {ENOUGH} requests",
            f"{share}",
            "`sre-course load --rps 20 --for 60s`, then count again",
        )
    near = nearest(share, iter(truth))
    if near is None:  # started anew it has forgotten; that makes no answer wrong
        raise _diagnosis_failed(
            Cause.TOO_FEW,
            "a share of what the warehouse was asked since it was started",
            f"{share}, where it knows of {max((s.whole for s in truth), default=0)}",
            "`sre-course load --rps 20 --for 60s`, then count and answer again",
        )
    if abs(near.ratio - share.ratio) > points:
        raise _diagnosis_failed(
            cause,
            f"a share within {points * 100:.0f} points of what the warehouse did while "
            "you could have measured",
            f"{share}, which no stretch of traffic comes near",
            "Subtract two looks at the same series; count the same requests above and "
            "below the line",
        )


def _diagnosis_failed(
    cause: Cause, expected: str, observed: str, look: str
) -> CheckFailed:
    return CheckFailed(
        cause,
        sent="the warehouse's faults, in the traffic since you started",
        expected=expected,
        observed=observed,
        look=look,
    )
