"""Check an exercise: one attempt, one verdict for each criterion, one report."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sre_course.checkkit import Attempt, Criterion
from sre_course.domain.errors import UsageError
from sre_course.domain.progress import ExerciseProgress
from sre_course.domain.report import Report
from sre_course.engine.judge import judge
from sre_course.engine.ports import Observer


def select(criteria: Sequence[Criterion], only: Iterable[str]) -> tuple[Criterion, ...]:
    """Return the named criteria and what they need, in order; all if none is named.

    Raises UsageError for a name that no criterion has.
    """
    wanted = set(only)
    unknown = wanted - {c.name for c in criteria}
    if unknown:
        raise UsageError(
            f"There is no criterion {', '.join(sorted(unknown))}",
            fix="Choose among: " + ", ".join(c.name for c in criteria),
        )
    if not wanted:
        return tuple(criteria)
    for criterion in reversed(criteria):
        if criterion.name in wanted:
            wanted |= {need.name for need in criterion.needs}
    return tuple(c for c in criteria if c.name in wanted)


def check(  # noqa: PLR0913 - what a report says of itself
    exercise: str,
    backend: str,
    seed: int,
    *,
    criteria: Sequence[Criterion],
    attempt: Callable[[], Attempt],
    observer: Observer,
) -> Report:
    """Make an attempt, judge it, and tell the observer."""
    results = judge(criteria, attempt(), observer)
    report = Report(exercise, backend, seed, results)
    observer.finished(report)
    return report


def remember(
    known: ExerciseProgress, report: Report, now: str, *, whole: bool
) -> ExerciseProgress:
    """Return the progress after a report.

    The best score moves only when all criteria were judged; `now` is RFC 3339.
    """
    progress = replace(known, checks=known.checks + 1)
    if not report.judged or not whole:
        return progress
    passed_at = progress.passed_at or (now if report.passed else "")
    return replace(progress, best=max(known.best, report.score), passed_at=passed_at)
