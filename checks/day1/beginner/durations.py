"""How long requests took."""

import math
import re
from collections.abc import Callable

from sre_course.checkkit import (
    UNITS,
    Attempt,
    CheckBlocked,
    CheckFailed,
    Reading,
    Requests,
    check,
    declared_unit,
    envelopes,
    modes,
    requests_of,
    unit,
    whole,
)

from .cause import Cause
from .counting import answers_differ, counts_every_request
from .exposing import serves_metrics


OBJECTIVE = 0.25  # seconds: the promise that the exercise is about
SLOW_FROM = 0.35  # seconds: the fastest of the slow requests
POINTS = 0.02  # a share of requests, for what buckets must tell


def _timed(asked: Requests) -> list[Reading]:
    """Return the histograms and summaries that grew, those that count all first."""
    return [r for r in asked.counting() if r.family.type in ("histogram", "summary")]


def judged_duration(asked: Requests, attempt: Attempt) -> Reading:
    """Return the duration family that is judged: a right one, if there is one."""
    complete = [r for r in _timed(asked) if asked.complete(r)]
    right = [r for r in complete if unit(envelopes(r, attempt.ledger)) is not None]
    return (right or complete)[0]


@check(points=15, core=True, needs=(serves_metrics,))
def measures_duration(attempt: Attempt) -> str:
    """A histogram or summary holds the duration of every request."""
    if answers_differ(attempt) is not None:
        raise CheckBlocked(f"First: {counts_every_request.title}")
    asked = requests_of(attempt)
    sent = sum(asked.decoder.total(asked.required))

    def no(cause: Cause, expected: str, observed: str, look: str) -> CheckFailed:
        return CheckFailed(
            cause,
            sent=f"{sent} requests",
            expected=expected,
            observed=observed,
            look=look,
        )

    timed = _timed(asked)
    if not timed:
        raise _no_histogram(asked, no)
    if not asked.complete(timed[0]):
        raise _wrong_observations(asked, timed[0], sent, no)
    reading = judged_duration(asked, attempt)
    name = reading.family.name
    found = envelopes(reading, attempt.ledger)
    per_second = unit(found)
    declared = declared_unit(reading)
    total = whole(found)
    truth = f"a _sum between {total.least:.2f} and {total.most:.2f} seconds"
    if per_second is None:
        grew = total.grew / (declared or 1.0)
        short = grew < total.most
        raise no(
            Cause.TOO_SHORT if short else Cause.TOO_LONG,
            truth,
            f"{name}_sum grew by {grew:.2f} seconds"
            + ("" if not total.least <= grew <= total.most else ", wrongly shared out"),
            "When does your clock start, when does it stop, and whose clock is it?",
        )
    if declared == 1.0 and per_second != 1.0:
        raise no(
            Cause.WRONG_UNIT,
            truth,
            f"{name}_sum grew by {total.grew:.2f}: these are {UNITS[per_second]}",
            "Your clock is right, your unit is not",
        )
    return f"judged: {name}, in {UNITS[per_second]}"


def _no_histogram(
    asked: Requests, no: Callable[[Cause, str, str, str], CheckFailed]
) -> CheckFailed:
    words = re.compile(r"latency|duration|second|time|elapsed|_ms")
    gauges = [
        r.family.name for r in asked.counting(("gauge",)) if words.search(r.family.name)
    ]
    return no(
        Cause.LAST_VALUE_GAUGE if gauges else Cause.NO_HISTOGRAM,
        "a histogram that takes one observation for each",
        f"{gauges[0]} is a gauge: it holds the last request only"
        if gauges
        else "no histogram or summary grew",
        "What can tell how many of a thousand requests were slow?",
    )


def _wrong_observations(
    asked: Requests,
    reading: Reading,
    sent: int,
    no: Callable[[Cause, str, str, str], CheckFailed],
) -> CheckFailed:
    missing = asked.required - reading.cells
    failed = {c for c in asked.required if asked.cells[c].status >= 500}  # noqa: PLR2004
    cause = Cause.WRONG_COUNT
    if reading.exact:
        cause = Cause.MISSES_FAILURES if missing <= failed else Cause.MISSES_REQUESTS
    lost = f": not observed are {', '.join(sorted(missing))}" if reading.exact else ""
    return no(
        cause,
        f"{sent} observations",
        f"{reading.family.name}_count grew by {sum(reading.family.growth):g}{lost}",
        "Observe one duration for each request, whatever its outcome",
    )


@check(points=10, needs=(measures_duration,))
def buckets_tell_fast_from_slow(attempt: Attempt) -> str | None:
    """Buckets tell fast from slow, and how many kept the 0.25 s objective."""
    asked = requests_of(attempt)
    reading = judged_duration(asked, attempt)
    slow_cell = f"GET {attempt.behaviour.slow_route} 200"
    per_second = unit(envelopes(reading, attempt.ledger)) or 1.0
    seen = modes(reading, attempt.ledger, slow_cell, SLOW_FROM)
    bounds = tuple(b / per_second for b in seen.bounds)

    def no(cause: Cause, expected: str, observed: str) -> CheckFailed:
        return CheckFailed(
            cause,
            sent=f"{slow_cell}: most under {seen.fast * 1000:.0f} ms, "
            f"some over {seen.slow * 1000:.0f} ms",
            expected=expected,
            observed=observed,
            look="Put a boundary where you promise something to your users",
        )

    if math.inf not in seen.all_bounds and reading.family.type == "histogram":
        raise no(
            Cause.NO_BUCKETS,
            "buckets up to +Inf, without which histogram_quantile() answers nothing",
            f"{reading.family.name} has no +Inf bucket",
        )
    if not bounds:
        step = seen.steps_around(OBJECTIVE * per_second)
        if step is not None and step <= POINTS:
            return "judged: quantiles (they cannot be added up over instances)"
        quantiles = any(s.quantiles for s in seen.series)
        raise no(
            Cause.NO_OBJECTIVE if quantiles else Cause.NO_BUCKETS,
            f"the share within {OBJECTIVE} s, to two points",
            f"{reading.family.name} has no quantiles that close to it"
            if quantiles
            else f"{reading.family.name} is a {reading.family.type} without buckets",
        )
    for bound in seen.bounds:
        least, most = seen.possible(bound / per_second)
        if not least <= seen.count(bound) <= most:
            raise no(
                Cause.WRONG_BUCKETS,
                f"between {least} and {most} requests up to {bound / per_second:g} s",
                f"{seen.count(bound):g} in {reading.family.name}_bucket",
            )
    listed = ", ".join(f"{b:g}" for b in bounds)
    if not any(seen.fast <= b < seen.slow for b in bounds):
        raise no(
            Cause.ONE_BUCKET,
            "a bound between the two",
            f"all in one bucket; the bounds are {listed} s",
        )
    below = max((b for b in bounds if b <= OBJECTIVE), default=0.0)
    above = min((b for b in bounds if b >= OBJECTIVE), default=bounds[-1])
    gap = seen.within(above * per_second) - (
        seen.within(below * per_second) if below else 0
    )
    if gap > POINTS:
        raise no(
            Cause.NO_OBJECTIVE,
            f"the share within {OBJECTIVE} s, to two points",
            f"between {below:g} and {above:g} s lie {gap:.0%} of the requests",
        )
    return None
