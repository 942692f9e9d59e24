"""Requests, counted per route and per outcome."""

import re
from collections.abc import Callable

from sre_course.checkkit import (
    ODD,
    Attempt,
    CheckFailed,
    Reading,
    Requests,
    check,
    requests_of,
    same_route,
    shown,
    went_down,
)

from .cause import Cause
from .exposing import serves_metrics


@check(points=20, core=True, needs=(serves_metrics,))
def counts_every_request(attempt: Attempt) -> str:
    """A counter goes up by exactly the requests that we sent, per route."""
    changed = answers_differ(attempt)
    if changed is not None:
        raise changed
    asked = requests_of(attempt)
    sent = asked.decoder.total(asked.required)
    number = sum(sent)

    def no(cause: Cause, observed: str, look: str) -> CheckFailed:
        return CheckFailed(
            cause,
            sent=f"{number} requests in two rounds ({sent[1]} + {sent[2]})",
            expected=f"one counter family that grows by {number}",
            observed=observed,
            look=look,
        )

    fallen = went_down(attempt.looks)
    if fallen:
        raise no(Cause.GOES_DOWN, fallen, "Who resets it? One process, one registry")
    reading = judged(asked)
    if reading is None:
        raise _why_not(asked, number, no)
    name = reading.family.counting_name
    mixed = asked.mixes_ours(reading)
    if mixed:
        extra = sum(sum(asked.decoder.sent[c]) for c in mixed)
        raise no(
            Cause.COUNTS_SCRAPES,
            f"{name} grew by {number + extra}: the {extra} too many are our "
            f"{' and '.join(sorted(f'{c}s' for c in mixed))}",
            "Who asks for your metrics, and should that count as use?",
        )
    if not asked.splits_routes(reading):
        raise no(
            Cause.NO_ROUTE_LABEL,
            f"{name} grew by {number}, but one series holds several routes: "
            + _mixed(asked, reading),
            "Which route was it? Give the counter a label that says so",
        )
    wrong = _wrong_route(asked, reading)
    if wrong:
        raise no(
            Cause.WRONG_ROUTE_LABEL, wrong, "Which request does the label belong to?"
        )
    return f"judged: {name}"


_REQUESTS = re.compile(r"requests?(_total)?$")


def judged(asked: Requests) -> Reading | None:
    """Return the family that is judged as the count of requests; None if none can be.

    A counter that means to count the requests and counts them wrongly is not made
    good by a histogram beside it. Of several that are right, the one that tells most
    apart is judged.
    """
    complete = [r for r in asked.counting() if asked.complete(r)]
    counters = [r for r in complete if r.family.type == "counter"]
    if counters and asked.mixes_ours(counters[0]):
        return counters[0]
    doubtful = _wrong_counters(asked) or _complete_gauges(asked) or _still(asked)
    if not counters and doubtful:
        return None
    return complete[0] if complete else None


def counted(asked: Requests) -> Reading:
    """Return the judged family of an attempt whose count is right."""
    reading = judged(asked)
    if reading is None:  # only where `needs` was not honoured
        raise LookupError("no family counts the requests")
    return reading


def _wrong_counters(asked: Requests) -> list[Reading]:
    """Return counters that mean to count requests: by their growth or their name."""
    sent = sum(asked.decoder.total(asked.required))
    return [
        r
        for r in asked.counting(("counter",))
        if sum(r.family.growth) * 2 >= sent or _REQUESTS.search(r.family.name)
    ]


def _still(asked: Requests) -> list[str]:
    """Return counters that by their name should have grown."""
    return [
        f.name for f in asked.still if f.type == "counter" and _REQUESTS.search(f.name)
    ]


def _complete_gauges(asked: Requests) -> list[Reading]:
    return [r for r in asked.counting(("gauge", "unknown")) if asked.complete(r)]


def answers_differ(attempt: Attempt) -> CheckFailed | None:
    """Return why the app no longer answers as the starter does; None if it does."""
    silent = attempt.ledger.where(lambda e: e.status is None and e.request.cell != ODD)
    changed = attempt.ledger.where(
        lambda e: (
            e.status not in (e.request.expect, None) and e.request.expect is not None
        )
    )
    bypassed = _never_asked(attempt)
    if silent:
        return CheckFailed(
            Cause.APP_DIED,
            sent=f"{len(attempt.ledger.exchanges)} requests",
            expected="an answer to each",
            observed=f"{len(silent)} got none, the first: {silent[0].request.cell} "
            f"({silent[0].problem})",
            look=attempt.app.detail
            or "Read what the app printed before it went silent",
        )
    if changed:
        first = changed[0]
        return CheckFailed(
            Cause.ANSWERS_CHANGED,
            sent=f"{first.request.method} {first.request.path}",
            expected=f"status {first.request.expect}, as the starter answers",
            observed=f"status {first.status}, and {len(changed) - 1} more that differ",
            look="Measure the app, do not change what its users get",
        )
    if bypassed:
        return CheckFailed(
            Cause.ANSWERS_CHANGED,
            sent=f"{bypassed[0]}, among others",
            expected="the app asks the warehouse, each time",
            observed=f"{len(bypassed)} answers were given without asking it",
            look="Keep the calls: they are what there is to measure",
        )
    return None


def _never_asked(attempt: Attempt) -> list[str]:
    asked = {(call.route, call.key) for call in attempt.calls}
    return [
        f"{e.request.method} {e.request.path}"
        for e in attempt.ledger.exchanges
        if e.request.key and (e.request.cell.split(" ")[1], e.request.key) not in asked
    ]


def _wrong_route(asked: Requests, reading: Reading) -> str:
    """Return which series names a route that it does not count; "" if none does."""
    known = {cell.route for cell in asked.cells.values() if len(cell.route) > 1}

    def named(value: str) -> set[str]:
        return {route for route in known if same_route(value, route)}

    values: dict[str, set[str]] = {}
    for one in reading.counted:
        for label, value in one.series.labels:
            values.setdefault(label, set()).update(named(value))
    for one in reading.counted:
        own = asked.routes(one)
        for label, value in one.series.labels:
            # one that always says the same, as a service's name does, is no route
            said = named(value) if len(values[label]) > 1 else set()
            if own and said and not said & own:
                series = shown(reading.family.counting_name, one.series.labels)
                return f"{series} counts {', '.join(sorted(own))}"
    return ""


def _mixed(asked: Requests, reading: Reading) -> str:
    one = next(c for c in reading.counted if len(asked.routes(c)) > 1)
    return (
        f"{shown(reading.family.counting_name, one.series.labels)} counts "
        + ", ".join(sorted(asked.routes(one)))
    )


def _why_not(
    asked: Requests, number: int, no: Callable[[Cause, str, str], CheckFailed]
) -> CheckFailed:
    """Say what is wrong with the family that comes closest."""
    gauges = _complete_gauges(asked)
    if gauges:
        family = gauges[0].family
        return no(
            Cause.NOT_A_COUNTER,
            f"{family.name} grew by {number}, but its type is {family.type}",
            "Can this number go down? Then what may rate() make of a drop?",
        )
    still = _still(asked)
    found = _wrong_counters(asked) or (() if still else asked.counting())
    if not found:
        return no(
            Cause.NOTHING_GREW,
            f"{still[0]} did not grow" if still else "no counter on /metrics grew",
            "Which line of your app makes a number go up?",
        )
    reading = found[0]
    name, growth = reading.family.counting_name, reading.family.growth
    said = f"{name} grew by {sum(growth):g}"
    half = asked.decoder.decode(tuple(g / 2 for g in growth))
    if half is not None and half >= asked.required:
        return no(Cause.COUNTS_TWICE, f"{said}: twice each", "Where is it counted?")
    counted = reading.cells
    if reading.exact and not counted >= asked.required:
        missing = asked.required - counted
        failed = {c for c in asked.required if asked.cells[c].status >= 500}  # noqa: PLR2004
        cause = Cause.MISSES_FAILURES if missing <= failed else Cause.MISSES_REQUESTS
        lost = sum(asked.decoder.total(missing))
        return no(
            cause,
            f"{said}: the {lost} missing are all of " + ", ".join(sorted(missing)),
            "What runs when a view raises?"
            if cause is Cause.MISSES_FAILURES
            else "Count in one place that every request passes",
        )
    return no(
        Cause.WRONG_COUNT,
        f"{said}, which is no sum of what we sent",
        "Count each request once, when it ends, whatever its outcome",
    )
