"""What a run of an exercise's criteria found."""

from dataclasses import dataclass
from enum import StrEnum


PASS_SCORE = 80


class Verdict(StrEnum):
    """How one criterion ended."""

    PASSED = "passed"
    FAILED = "failed"  # the learner's app does not meet it
    BLOCKED = "blocked"  # a criterion that it needs has not passed
    ERROR = "error"  # we could not judge it: never counted against the learner


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """The verdict on one criterion, and what it rests on.

    `cause` is the check's typed cause, which picks the hint. `note` says what was
    judged, or what could be better, where the criterion passed.
    """

    criterion: str
    title: str
    points: int
    core: bool
    verdict: Verdict
    cause: str = ""
    sent: str = ""
    expected: str = ""
    observed: str = ""
    next: str = ""
    note: str = ""

    @property
    def earned(self) -> int:
        """All points, or none."""
        return self.points if self.verdict is Verdict.PASSED else 0


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts of one attempt."""

    exercise: str
    backend: str
    seed: int
    results: tuple[CriterionResult, ...]

    @property
    def score(self) -> int:
        """The points earned."""
        return sum(r.earned for r in self.results)

    @property
    def out_of(self) -> int:
        """The points that can be earned."""
        return sum(r.points for r in self.results)

    @property
    def judged(self) -> bool:
        """Whether every criterion could be judged."""
        return bool(self.results) and all(
            r.verdict is not Verdict.ERROR for r in self.results
        )

    @property
    def passed(self) -> bool:
        """80 points of 100, every core criterion, and no error of ours."""
        core = all(r.verdict is Verdict.PASSED for r in self.results if r.core)
        enough = self.score * 100 >= PASS_SCORE * self.out_of
        return self.judged and core and enough

    @property
    def exit_code(self) -> int:
        """0: passed; 1: not yet; 3: something could not be judged."""
        if not self.judged:
            return 3
        return 0 if self.passed else 1
