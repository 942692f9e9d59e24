"""`dev new`: an exercise that proves itself from the first minute, to be rewritten."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from sre_course import wiring
from sre_course.adapters.content.locate import PARTS
from sre_course.cli.settings import say
from sre_course.domain.errors import ServiceError, UsageError
from sre_course.domain.exercise_id import ExerciseId


NAME = re.compile(r"([a-z][a-z0-9-]*)/([a-z][a-z0-9-]*)")
THEIRS = ("mutants", "__pycache__", ".*")  # each exercise has its own mistakes
KEPT = "reference"  # of the solutions


def run_new(name: str, like: str, into: Path | None) -> int:
    """Copy an exercise under a new name; return the exit code."""
    found = NAME.fullmatch(name)
    if found is None:
        raise UsageError(
            f"{name!r} names no exercise",
            fix="Write day/tier in small letters, such as day2/beginner",
        )
    which = ExerciseId(found[1], found[2])
    (model, *_) = wiring.named(like)
    root = wiring.course()
    target = (into or root).absolute()
    made = scaffold(which, model, root, target)
    for path in made:
        say(f"  {path}")
    course = "" if target == root else f" --course {target}"
    say("Rewrite it, then prove it.")
    say(f"Next: sre-course dev check {which}{course}")
    return 0


def scaffold(
    which: ExerciseId, model: ExerciseId, root: Path, into: Path
) -> Sequence[Path]:
    """Copy an exercise and its checks from one course into another, or the same.

    Of the solutions only the reference comes along, and no mutants. Returns what was
    made. Raises UsageError where something is in the way, and ServiceError where
    nothing may be written.
    """
    exercise = into / "exercises" / which.day / which.tier
    stem = Path("checks") / model.day / model.tier
    source = root / stem if (root / stem).is_dir() else (root / stem).with_suffix(".py")
    checks = into / "checks" / which.day / f"{which.tier}{source.suffix}"
    for path in (exercise, checks, checks.with_suffix("")):
        if path.exists():
            raise UsageError(
                f"{path} is there already", fix="Choose another name, or remove it"
            )
    try:
        for part in PARTS:
            (into / part).mkdir(parents=True, exist_ok=True)
        shutil.copytree(wiring.folder(model), exercise, ignore=_left_out)
        checks.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, checks, ignore=_left_out)
        else:
            shutil.copy(source, checks)
        for package in (checks.parent, checks.parent.parent):
            if not (package / "__init__.py").exists():
                (package / "__init__.py").write_text('"""Success criteria."""\n')
    except OSError as error:
        raise ServiceError(
            f"{error.filename} cannot be written: {error.strerror}",
            fix="Mend the permissions, or name another folder: --into FOLDER",
        ) from error
    return exercise, checks


def _left_out(folder: str, names: list[str]) -> set[str]:
    out = shutil.ignore_patterns(*THEIRS)(folder, names)
    return out | set(names) - {KEPT} if Path(folder).name == "solutions" else out
