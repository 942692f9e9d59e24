"""Requests, told apart by how they ended."""

import re

from sre_course.checkkit import (
    ODD,
    OURS,
    Attempt,
    CheckFailed,
    Counted,
    Reading,
    Requests,
    check,
    requests_of,
    shown,
)

from .cause import Cause
from .counting import counted, counts_every_request


_STATUS = re.compile(r"[1-5](\d\d|xx)", re.IGNORECASE)


@check(points=15, core=True, needs=(counts_every_request,))
def separates_outcomes(attempt: Attempt) -> str | None:
    """The counter tells good answers, client errors and failures apart."""
    asked = requests_of(attempt)
    reading = counted(asked)
    name = reading.family.counting_name
    labels = _status_labels(reading)
    mixed = [
        one
        for one in reading.counted
        if len(asked.classes(one)) > 1 and (labels or 5 in asked.classes(one))  # noqa: PLR2004 - 5xx
    ]
    if mixed and not labels and _failures_apart(asked, reading):
        return "judged: a counter of failures beside the one of all requests"
    misnamed = [o for o in reading.counted if _misnamed(asked, o, labels)]
    for one in mixed or misnamed:
        held = sorted(c for c in one.cells or () if c not in OURS)
        series = shown(name, one.series.labels)
        wrong = one in misnamed
        cause = Cause.NO_STATUS_LABEL
        if wrong or labels:
            cause = Cause.WRONG_STATUS
        if wrong and all(asked.classes(o) == {5} for o in misnamed):
            cause = Cause.FAILURES_AS_SUCCESS
        if mixed and labels and all(len(values) == 1 for values in labels.values()):
            cause = Cause.CONSTANT_STATUS
        elif mixed and labels and asked.classes(one) >= {2, 5}:
            cause = Cause.FAILURES_AS_SUCCESS
        raise CheckFailed(
            cause,
            sent="requests that end in 200, 201, 404, 405 and 500",
            expected="series that hold one class of status each, and say which",
            observed=f"{series} counts {', '.join(held)}",
            look="Which of your labels tells a failed order from a good one?",
        )
    return None


def _status_labels(reading: Reading) -> dict[str, set[str]]:
    """Return the labels whose values all look like statuses, with the values."""
    values: dict[str, set[str]] = {}
    for one in reading.counted:
        for label, value in one.series.labels:
            values.setdefault(label, set()).add(value)
    return {n: v for n, v in values.items() if all(_STATUS.fullmatch(x) for x in v)}


def _misnamed(
    asked: Requests, one: Counted, status_labels: dict[str, set[str]]
) -> bool:
    """Whether a series says a status that its requests did not have."""
    cells = [asked.cells[c] for c in one.cells or () if c in asked.cells and c != ODD]
    labels = dict(one.series.labels)
    said = [labels[n].lower() for n in status_labels if n in labels]
    return any(
        value not in (str(cell.status), f"{cell.status // 100}xx")
        for value in said
        for cell in cells
    )


def _failures_apart(asked: Requests, total: Reading) -> bool:
    """Whether another counter holds exactly the failures, split as the total is."""
    failed = {c for c in asked.required if asked.cells[c].status >= 500}  # noqa: PLR2004
    names = {n for one in total.counted for n, _ in one.series.labels}
    return any(
        r.exact
        and r.cells == failed
        and {n for one in r.counted for n, _ in one.series.labels} == names
        for r in asked.counting(("counter",))
    )
