"""The learner's folder of an exercise: made, reset and never deleted."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from sre_course.adapters.state.home import Home, cannot_write
from sre_course.adapters.state.progress import load, update
from sre_course.domain.errors import ContentError, UsageError
from sre_course.domain.exercise import Exercise
from sre_course.domain.progress import ExerciseProgress, Progress


README = "README.md"
REFERENCE = "reference"  # of solutions/


def prepare(home: Home, exercise: Exercise) -> Path:
    """Make the workspace and return it; what the learner has is left as it is.

    Raises ServiceError where it cannot be written; nothing half-made stays.
    """
    workspace = home.workspace(exercise.id)
    try:
        with _draft(workspace, exercise) as draft:
            if not workspace.exists():
                draft.rename(workspace)
            else:
                _add(draft, workspace)
    except OSError as error:
        raise cannot_write(workspace, error) from error
    return workspace


def reset(home: Home, exercise: Exercise) -> Path:
    """Move the learner's files to a dated backup, start anew, and return the backup.

    What starts with a dot stays where it is: a virtual environment or a repository
    does not survive being moved. The next environment has a new fault seed. If
    anything fails, everything is as before. Raises ServiceError.
    """
    workspace = home.workspace(exercise.id)
    name = str(exercise.id)
    if not workspace.is_dir():
        raise UsageError(
            f"{workspace} does not exist yet",
            fix=f"sre-course start {exercise.id.tier}",
        )
    backup = _unused(workspace, f"backup-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        with _draft(workspace, exercise) as draft, contextlib.ExitStack() as undo:
            backup.mkdir()
            undo.callback(_remove_empty, backup)
            for path in sorted(workspace.iterdir()):
                if not path.name.startswith("."):
                    path.rename(backup / path.name)
                    undo.callback((backup / path.name).rename, path)
            for path in sorted(draft.iterdir()):
                path.rename(workspace / path.name)
                undo.callback((workspace / path.name).rename, path)
            update(home, lambda p: _changed(p, name, _anew))
            undo.pop_all()
    except OSError as error:
        raise cannot_write(workspace, error) from error
    return backup


def show_solution(home: Home, exercise: Exercise, *, give_up: bool) -> Path:
    """Copy the reference solution beside the workspace and return where it is.

    Raises UsageError unless the exercise is passed or given up.
    """
    name = str(exercise.id)
    reference = exercise.folder / "solutions" / REFERENCE
    if not reference.is_dir():
        raise ContentError(
            f"{name} has no reference solution",
            fix=f"Its author adds solutions/{REFERENCE}/",
        )
    known = load(home).exercise(name)
    if not (known.passed_at or known.gave_up or give_up):
        raise UsageError(
            f"You have not passed {name} yet",
            fix=f"sre-course hint {exercise.id.tier}, or read it all the same: "
            f"sre-course solution {exercise.id.tier} --give-up",
        )
    workspace = home.workspace(exercise.id)
    solution = workspace.with_name(f"{workspace.name}.solution")
    try:
        solution.mkdir(parents=True, exist_ok=True)
        _add(reference, solution)
    except OSError as error:
        raise cannot_write(solution, error) from error
    if give_up and not known.passed_at:
        update(home, lambda p: _changed(p, name, lambda e: replace(e, gave_up=True)))
    return solution


@contextlib.contextmanager
def _draft(workspace: Path, exercise: Exercise) -> Iterator[Path]:
    """Yield what a fresh workspace holds, in a folder on the same file system."""
    workspace.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{workspace.name}.", dir=workspace.parent, ignore_cleanup_errors=True
    ) as folder:
        draft = Path(folder) / workspace.name
        draft.mkdir()
        _add(exercise.starter, draft)
        if (exercise.folder / README).is_file():
            shutil.copyfile(exercise.folder / README, draft / README)
        yield draft


def _add(source: Path, target: Path) -> None:
    """Copy the files that are not there yet, each wholly or not at all.

    Their permissions are the learner's: an installed course may be read-only.
    """
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if "__pycache__" in path.parts:
            continue
        if path.is_dir():
            copy.mkdir(exist_ok=True)
        elif not copy.exists():
            temporary = copy.with_name(f".{copy.name}.new")
            try:
                shutil.copyfile(path, temporary)
                temporary.rename(copy)
            finally:
                temporary.unlink(missing_ok=True)


def _unused(workspace: Path, suffix: str) -> Path:
    path = workspace.with_name(f"{workspace.name}.{suffix}")
    number = 2
    while path.exists():
        path = workspace.with_name(f"{workspace.name}.{suffix}-{number}")
        number += 1
    return path


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _changed(
    progress: Progress,
    name: str,
    change: Callable[[ExerciseProgress], ExerciseProgress],
) -> Progress:
    return progress.with_exercise(name, change(progress.exercise(name)))


def _anew(known: ExerciseProgress) -> ExerciseProgress:
    """Another attempt has another seed: what was answered is about the old one."""
    return replace(known, attempt=known.attempt + 1, answers={}, answered_at=0.0)
