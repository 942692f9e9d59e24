"""Which exercises a course has: what `status` needs, and nothing else."""

from pathlib import Path

from sre_course.domain.exercise_id import TIERS, ExerciseId


def list_exercises(root: Path) -> tuple[ExerciseId, ...]:
    """Return the exercises of a course, by day and then from easy to hard."""
    found = (
        ExerciseId(path.parent.parent.name, path.parent.name)
        for path in (root / "exercises").glob("*/*/exercise.toml")
    )
    return tuple(sorted(found, key=lambda e: (e.day, _rank(e.tier), e.tier)))


def exercise_folder(root: Path, exercise: ExerciseId) -> Path:
    """Return where an exercise lies."""
    return root / "exercises" / exercise.day / exercise.tier


def _rank(tier: str) -> int:
    return TIERS.index(tier) if tier in TIERS else len(TIERS)
