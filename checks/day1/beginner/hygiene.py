"""Labels and names that stay useful."""

from sre_course.checkkit import (
    ODD,
    PROBE,
    SCRAPE,
    UNITS,
    Attempt,
    CheckBlocked,
    CheckFailed,
    Labels,
    check,
    declared_unit,
    envelopes,
    label_sets,
    requests_of,
    shown,
    unit,
)

from .cause import Cause
from .counting import counted, counts_every_request
from .durations import judged_duration, measures_duration
from .exposing import serves_metrics


NEW_SERIES = 6  # label sets per family that the second round may add


@check(points=15, core=True, needs=(serves_metrics,))
def bounded_labels(attempt: Attempt) -> None:
    """Labels come from your code: new clients and URLs make no new series."""
    first_round = attempt.scrapes[-2].at if len(attempt.scrapes) > 1 else 0.0
    before: dict[str, frozenset[Labels]] = {}
    for look in attempt.looks:
        if look.at <= first_round:
            for name, sets in label_sets(look).items():
                before[name] = before.get(name, frozenset()) | sets
    after = label_sets(attempt.scrapes[-1])
    grown = {name: sets - before.get(name, frozenset()) for name, sets in after.items()}
    name, new = max(
        grown.items(), key=lambda item: len(item[1]), default=("", frozenset())
    )
    if not after:
        raise CheckBlocked("First: metrics that can still be read after the traffic")
    if len(new) <= NEW_SERIES:
        if not requests_of(attempt).readings:
            raise CheckBlocked("First: metrics that move with the traffic")
        return
    example = max(new)
    raise CheckFailed(
        _who_chose(attempt, new, before.get(name, frozenset())),
        sent="paths, ids, methods and headers in round two that are new",
        expected=f"at most {NEW_SERIES} new label sets for each metric",
        observed=f"{name} has {len(new)} more, such as {shown('', example)}",
        look="How many values can this label have, and who chooses them?",
    )


def _who_chose(
    attempt: Attempt, new: frozenset[Labels], old: frozenset[Labels]
) -> Cause:
    known = {value for labels in old for _, value in labels}
    values = {value for labels in new for _, value in labels} - known
    last = attempt.ledger.rounds[-1]
    chosen = {
        Cause.RAW_METHOD: {e.request.method for e in last if e.request.cell == ODD},
        Cause.CLIENT_LABEL: {v for e in last for _, v in e.request.headers},
        Cause.RAW_PATH: {e.request.path.partition("?")[0] for e in last}
        | {e.request.path for e in last},
    }
    hits = {cause: len(values & texts) for cause, texts in chosen.items()}
    best = max(hits, key=lambda cause: hits[cause])
    return best if hits[best] else Cause.GROWING


@check(points=5, needs=(counts_every_request, measures_duration))
def clean_names(attempt: Attempt) -> None:
    """Only users' requests are counted, and names follow the conventions."""
    asked = requests_of(attempt)
    counter = counted(asked)
    timer = judged_duration(asked, attempt)

    def no(cause: Cause, expected: str, observed: str, look: str) -> CheckFailed:
        return CheckFailed(
            cause,
            sent="requests, and beside them scrapes of /metrics and probes of /healthz",
            expected=expected,
            observed=observed,
            look=look,
        )

    for cause, ours in ((Cause.COUNTS_SCRAPES, SCRAPE), (Cause.COUNTS_PROBES, PROBE)):
        for reading in (counter, timer):
            for one in reading.counted:
                if ours in (one.cells or ()):
                    series = shown(reading.family.counting_name, one.series.labels)
                    raise no(
                        cause,
                        "only requests of users in the counts",
                        f"{series} counts our {ours}s",
                        "Your graph moves when nobody uses the app: who calls?",
                    )
    if counter.family.type == "counter" and not counter.family.name.endswith("_total"):
        raise no(
            Cause.NO_TOTAL_SUFFIX,
            "a counter whose name ends in _total",
            counter.family.name,
            "How does a reader of your query know that it is a counter?",
        )
    declared = declared_unit(timer)
    per_second = unit(envelopes(timer, attempt.ledger)) or 1.0
    if declared is None:
        raise no(
            Cause.NO_UNIT_SUFFIX,
            "a duration whose name ends in its unit, such as _seconds",
            timer.family.name,
            "How does a reader of your query know that it is seconds?",
        )
    if declared != per_second:
        raise no(
            Cause.WRONG_UNIT_SUFFIX,
            f"a name that says {UNITS[per_second]}, because that is what it holds",
            timer.family.name,
            "The name is part of the metric: it must not lie",
        )
