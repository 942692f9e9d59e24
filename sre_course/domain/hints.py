"""Ladders of hints, chosen by what failed and why.

Reports and progress are taken as they lie on disk, since `hint` must be as quick as
the interpreter; whatever is not as we write it raises TypeError.
"""

from collections.abc import Mapping, Sequence

from sre_course.domain.document import Values, seconds, table, text, whole
from sre_course.domain.errors import UsageError


PATIENCE = 90.0  # seconds after which the next rung opens without a new check

Ladders = Mapping[str, Mapping[str, Sequence[str]]]  # criterion -> cause -> rungs
COMMON = "ladder"  # the rungs after those of the cause


def first_failure(report: Values) -> Values | None:
    """Return the result of the first criterion that failed, in the order of judging."""
    results = report.get("results")
    if not isinstance(results, list):
        raise TypeError("`results` is no list")
    for result in results:
        if table(result).get("verdict") == "failed":
            return table(result)
    return None


def ladder(ladders: Ladders, criterion: str, cause: str) -> tuple[str, ...]:
    """Return the rungs for a failure, the ones about its cause first."""
    known = ladders.get(criterion, {})
    return (*known.get(cause, ()), *known.get(COMMON, ()))


def next_hint(
    ladders: Ladders, failure: Values, exercise: Values, now: float
) -> tuple[str, bool, Values]:
    """Return the hint to show now, whether it is the last, and what remembers it.

    `exercise` is what the progress holds of the exercise; it is returned itself where
    there is nothing new to remember. The next rung opens after a new check, or after
    a while; until then the same one is shown again. How many are left is never said:
    it makes people click through. Raises UsageError where there is no ladder: the
    failure is of another version of the course.
    """
    criterion, cause = text(failure, "criterion"), text(failure, "cause")
    key = f"{criterion}/{cause}"
    rungs = ladder(ladders, criterion, cause)
    if not rungs:
        raise UsageError(
            f"There is no hint for {key}: another version of the course checked it",
            fix="Check again: sre-course check",
        )
    checks = whole(exercise, "checks", 0)
    hints = table(exercise.get("hints", {}))
    known = table(hints.get(key, {"rung": 0, "at": 0.0, "checks": -1}))
    shown = min(max(whole(known, "rung"), 0), len(rungs))  # a hand may have edited it
    at = min(max(seconds(known, "at"), 0.0), now)
    fresh = checks > whole(known, "checks") or now - at >= PATIENCE
    if shown and (not fresh or shown == len(rungs)):
        return rungs[shown - 1], shown == len(rungs), exercise
    rung = {**known, "rung": shown + 1, "at": now, "checks": checks}
    after = {**exercise, "hints": {**hints, key: rung}}
    return rungs[shown], shown + 1 == len(rungs), after
