"""An exercise's proof of itself: what disagrees is told, the kill matrix shows it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sre_course.domain.report import CriterionResult, Report, Verdict
from sre_course.engine.author import Candidate, disagreements, kill_matrix


PASSED, FAILED, BLOCKED, ERROR = Verdict


def report(*results: tuple[Verdict, str]) -> Report:
    """Return a report on criteria a, b, ... of 50 points each."""
    made = tuple(
        CriterionResult(
            "ab"[n],
            "It.",
            50,
            core=True,
            verdict=verdict,
            cause=cause,
            expected="e",
            observed="o",
        )
        for n, (verdict, cause) in enumerate(results)
    )
    return Report("day1/beginner", "embedded", 1, made)


def candidate(
    kind: str = "mutants",
    fails: Mapping[str, str] | None = None,
    score: int | None = None,
) -> Candidate:
    """Return a candidate that must fail something."""
    return Candidate(kind, "x", Path(), "X", fails=fails or {}, score=score)


GOOD = report((PASSED, ""), (PASSED, ""))
HALF = report((PASSED, ""), (FAILED, "late"))


@pytest.mark.parametrize(
    ("who", "found"),
    [
        (candidate("starter"), HALF),
        (candidate("solutions"), GOOD),
        (candidate("solutions", score=100), GOOD),
        (candidate(fails={"b": "late"}), HALF),
        (candidate(fails={"a": "late"}), report((FAILED, "late"), (BLOCKED, ""))),
    ],
)
def test_agreement(who: Candidate, found: Report) -> None:
    """Exactly what was announced failed; what needs it may be blocked."""
    assert disagreements(who, found) == []


@pytest.mark.parametrize(
    ("who", "found", "said"),
    [
        (candidate("starter"), GOOD, ["the starter passes"]),
        (
            candidate("starter"),
            report((ERROR, ""), (FAILED, "late")),
            ["a could not be judged: o"],
        ),
        (
            candidate("solutions"),
            HALF,
            [
                "b: late instead of passed (expected e; observed o)",
                "a right solution is rejected with 50 points",
            ],
        ),
        (candidate("solutions", score=90), GOOD, ["100 points instead of 90"]),
        (candidate(), GOOD, ["a mutant must fail something"]),
        (
            candidate(fails={"b": "early"}),
            HALF,
            ["b: late instead of early (expected e; observed o)"],
        ),
        (
            candidate(fails={"a": "late"}),
            GOOD,
            ["a: passed instead of late (expected e; observed o)"],
        ),
    ],
)
def test_disagreement(who: Candidate, found: Report, said: list[str]) -> None:
    """Each difference is told, with the evidence."""
    assert disagreements(who, found) == said


def test_the_kill_matrix() -> None:
    """Causes where it failed, a dot where it passed, a dash where it was blocked."""
    table = kill_matrix(
        [
            (candidate(), report((FAILED, "late"), (BLOCKED, ""))),
            (candidate("solutions"), GOOD),
            (candidate("starter"), report((ERROR, ""), (PASSED, ""))),
        ]
    )

    assert table.splitlines() == [
        "| | score | a | b |",
        "|---|---|---|---|",
        "| mutants/x | 0 | **late** | - |",
        "| solutions/x | 100 | · | · |",
        "| x | 50 | **error** | · |",
    ]
