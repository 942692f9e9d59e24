"""Which exercises a course has: what `status` needs, and nothing else."""

import os

from sre_course.domain.tiers import TIERS


TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from sre_course.domain.exercise_id import ExerciseId


def list_exercises(root: "Path") -> "tuple[ExerciseId, ...]":
    """Return the exercises of a course, by day and then from easy to hard."""
    from sre_course.domain.exercise_id import ExerciseId

    return tuple(ExerciseId(day, tier) for day, tier in list_names(str(root)))


def list_names(root: str) -> list[tuple[str, str]]:
    """Return the same as pairs of day and tier."""
    top = os.path.join(root, "exercises")
    found = [
        (day, tier)
        for day in _folders(top)
        for tier in _folders(os.path.join(top, day))
        if os.path.exists(os.path.join(top, day, tier, "exercise.toml"))
    ]
    return sorted(found, key=lambda e: (e[0], _rank(e[1]), e[1]))


def exercise_folder(root: "Path", exercise: "ExerciseId") -> "Path":
    """Return where an exercise lies."""
    return root / "exercises" / exercise.day / exercise.tier


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except OSError:  # what cannot be looked into holds no exercise
        return []


def _rank(tier: str) -> int:
    return TIERS.index(tier) if tier in TIERS else len(TIERS)
