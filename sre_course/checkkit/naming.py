"""What the learner called rate, errors and duration, told from what they count."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from sre_course.checkkit.durations import envelopes, unit
from sre_course.checkkit.reconcile import Counted, Reading
from sre_course.checkkit.requests import Requests
from sre_course.domain.ledger import Ledger
from sre_course.domain.red import RedNames


T = TypeVar("T")
SERVER_ERROR = 5  # the class of its statuses
CODES = re.compile(r"5\d\d")


def red_names(asked: Requests, ledger: Ledger) -> RedNames | None:
    """Return the names of the family that counts the requests best, and of durations.

    None if no family counts them all: there is nothing that a dashboard could show.
    """
    complete = [r for r in asked.counting() if asked.complete(r)]
    if not complete:
        return None
    reading = complete[0]
    routes = _values(reading, asked.routes)
    statuses = _values(reading, asked.classes)
    status_label = _telling(statuses)
    histogram = next((r for r in complete if r.family.type == "histogram"), None)
    per_second = unit(envelopes(histogram, ledger)) if histogram else None
    return RedNames(
        requests=reading.family.counting_name,
        route_label=_telling(routes, but=status_label),
        status_label=status_label,
        errors=_errors(statuses[status_label]) if status_label else "",
        duration=histogram.family.name if histogram and per_second else "",
        per_second=per_second or 1.0,
    )


def _values(
    reading: Reading, meant: Callable[[Counted], Collection[T]]
) -> Mapping[str, Mapping[str, set[T]]]:
    """Return for each label what each of its values may mean."""
    found: dict[str, dict[str, set[T]]] = defaultdict(lambda: defaultdict(set))
    for one in reading.counted:
        for name, value in one.series.labels:
            found[name][value].update(meant(one))
    return found


def _telling(values: Mapping[str, Mapping[str, set[T]]], but: str = "") -> str:
    """Return the label whose values tell most apart and never mix two meanings."""
    best, most = "", 1
    for name, meanings in sorted(values.items()):
        if name == but or any(len(m) > 1 for m in meanings.values()):
            continue
        told = len(set[T]().union(*meanings.values()))
        if told > most:
            best, most = name, told
    return best


def _errors(meanings: Mapping[str, set[int]]) -> str:
    """Return a regular expression for the values that mean a server's error."""
    failed = sorted(value for value, m in meanings.items() if m == {SERVER_ERROR})
    if all(CODES.fullmatch(value) for value in failed):
        return "5.."
    return "|".join(map(re.escape, failed))
