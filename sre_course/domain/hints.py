"""Ladders of hints, chosen by what failed and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sre_course.domain.errors import UsageError
from sre_course.domain.progress import ExerciseProgress, HintRung
from sre_course.domain.report import CriterionResult, Report, Verdict


PATIENCE = 90.0  # seconds after which the next rung opens without a new check

Ladders = Mapping[str, Mapping[str, Sequence[str]]]  # criterion -> cause -> rungs
COMMON = "ladder"  # the rungs after those of the cause


@dataclass(frozen=True, slots=True)
class Hint:
    """What to show; the next rung opens by itself after `waiting` seconds."""

    about: CriterionResult
    text: str
    waiting: float = 0.0
    last: bool = False


def first_failure(report: Report) -> CriterionResult | None:
    """Return the first criterion that failed, in the order of judging."""
    failed = (r for r in report.results if r.verdict is Verdict.FAILED)
    return next(failed, None)


def ladder(ladders: Ladders, result: CriterionResult) -> tuple[str, ...]:
    """Return the rungs for a failure, the ones about its cause first."""
    known = ladders.get(result.criterion, {})
    return (*known.get(result.cause, ()), *known.get(COMMON, ()))


def next_hint(
    ladders: Ladders, result: CriterionResult, progress: ExerciseProgress, now: float
) -> tuple[Hint, ExerciseProgress]:
    """Return the hint to show now, and the progress that remembers it.

    The next rung opens after a new check, or after a while; until then the same one
    is shown again. How many are left is never said: it makes people click through.
    Raises UsageError where there is no ladder: the failure is of another version of
    the course.
    """
    key = f"{result.criterion}/{result.cause}"
    rungs = ladder(ladders, result)
    if not rungs:
        raise UsageError(
            f"There is no hint for {key}: another version of the course checked it",
            fix="Check again: sre-course check",
        )
    known = progress.hints.get(key, HintRung(0, 0.0, -1))
    shown = min(max(known.rung, 0), len(rungs))  # a file may be edited by hand
    fresh = progress.checks > known.checks or now - known.at >= PATIENCE
    if shown and (not fresh or shown == len(rungs)):
        waiting = max(0.0, PATIENCE - (now - known.at)) if not fresh else 0.0
        return Hint(result, rungs[shown - 1], waiting, shown == len(rungs)), progress
    rung = replace(known, rung=shown + 1, at=now, checks=progress.checks)
    hint = Hint(result, rungs[shown], PATIENCE, shown + 1 == len(rungs))
    return hint, replace(progress, hints={**progress.hints, key: rung})
