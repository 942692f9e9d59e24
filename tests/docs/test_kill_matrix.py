"""The published kill matrix is of the exercises as they are."""

from pathlib import Path

import pytest

from sre_course import wiring
from sre_course.domain.exercise_id import ExerciseId
from sre_course.engine.author import candidates


MATRIX = Path(__file__).resolve().parents[2] / "docs" / "kill-matrix.md"
AGAIN = "run `sre-course dev matrix --out docs/kill-matrix.md` again"


def rows(which: ExerciseId) -> dict[str, tuple[int, dict[str, str]]]:
    """Return name -> score and what failed, as criterion -> cause."""
    text = MATRIX.read_text(encoding="utf-8")
    section = text.partition(f"\n## {which}\n")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.strip().splitlines()]
    criteria = lines[0][1:]
    return {
        name: (
            int(score),
            {
                criterion: cell.strip("*")
                for criterion, cell in zip(criteria, cells, strict=True)
                if cell.startswith("*")
            },
        )
        for name, score, *cells in lines[2:]
    }


@pytest.mark.parametrize("which", wiring.exercises(), ids=str)
def test_the_matrix_is_up_to_date(which: ExerciseId) -> None:
    """Every candidate is in it, and failed what it must, for the cause that it must."""
    found = rows(which)
    known = {str(c): c for c in candidates(wiring.folder(which))}

    assert found.keys() == known.keys(), AGAIN
    for name, candidate in known.items():
        score, fails = found[name]
        if candidate.kind != "starter":
            assert fails == candidate.fails, f"{name}: {AGAIN}"
        assert score == candidate.score or candidate.score is None, name
        assert (score == 100) == (not fails), name
