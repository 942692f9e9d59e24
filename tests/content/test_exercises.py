"""Every exercise proves itself: starter, right solutions and known mistakes."""

import os
from pathlib import Path

import pytest

from sre_course import wiring
from sre_course.adapters.content.hints import load_hints
from sre_course.cli.proving import prove
from sre_course.domain.document import text
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.hints import COMMON, first_failure, ladder
from sre_course.domain.report_document import to_document
from sre_course.engine.author import Candidate, candidates, disagreements


SEEDS = range(1, 1 + int(os.environ.get("SRE_COURSE_TEST_SEEDS", "1")))
ALL = [(e, c) for e in wiring.exercises() for c in candidates(wiring.folder(e))]
NAMES = [f"{e}/{c}" for e, c in ALL]


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("which", "candidate"), ALL, ids=NAMES)
def test_a_candidate_gets_the_verdict_that_it_must(
    which: ExerciseId, candidate: Candidate, seed: int
) -> None:
    """Right ones pass; each mistake fails its criteria, with its cause and its hint."""
    report = prove(which, candidate, "embedded", seed)

    assert disagreements(candidate, report) == []
    if candidate.kind == "mutants":
        failure = first_failure(to_document(report))
        assert failure is not None
        criterion, cause = text(failure, "criterion"), text(failure, "cause")
        hints = load_hints(wiring.folder(which) / "hints.md")
        assert ladder(hints, criterion, cause)[0] in hints[criterion][cause]


@pytest.mark.parametrize("which", wiring.exercises(), ids=str)
def test_criteria_are_titled_ordered_and_sum_to_a_hundred(which: ExerciseId) -> None:
    """A title is a sentence; `needs` names criteria above; points are percent."""
    criteria = wiring.checks(which).criteria

    assert sum(c.points for c in criteria) == 100
    for position, criterion in enumerate(criteria):
        assert criterion.title.endswith(".")
        assert set(criterion.needs) <= set(criteria[:position])


@pytest.mark.parametrize("which", wiring.exercises(), ids=str)
def test_every_criterion_and_cause_that_a_mutant_shows_has_hints(
    which: ExerciseId,
) -> None:
    """Each ladder has a first rung for the cause and at least two common ones."""
    hints = load_hints(wiring.folder(which) / "hints.md")
    names = {c.name for c in wiring.checks(which).criteria}

    assert hints.keys() == names
    for criterion in names:
        assert len(hints[criterion][COMMON]) >= 2
    for candidate in candidates(wiring.folder(which)):
        for criterion, cause in candidate.fails.items():
            assert hints[criterion][cause], f"{candidate}: {criterion}/{cause}"


@pytest.mark.parametrize("which", wiring.exercises(), ids=str)
def test_an_exercise_ships_what_it_must(which: ExerciseId) -> None:
    """A reference, four other right solutions, a mutant for each core criterion."""
    folder: Path = wiring.folder(which)
    found = candidates(folder)
    solutions = {c.name for c in found if c.kind == "solutions"}
    killed = {name for c in found if c.kind == "mutants" for name in c.fails}

    assert "reference" in solutions
    assert len(solutions) >= 5
    assert {c.name for c in wiring.checks(which).criteria if c.core} <= killed
    assert (folder / "README.md").is_file()
