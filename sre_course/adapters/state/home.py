"""Where the learner's files and our records lie, and how they are written."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sre_course.adapters.state import files
from sre_course.adapters.state.files import cannot_write
from sre_course.domain.exercise_id import ExerciseId


__all__ = ["Home", "cannot_write", "home", "locked", "write"]


@dataclass(frozen=True, slots=True)
class Home:
    """`SRE_COURSE_HOME`: `<day>/<tier>/` is the learner's, `.state/` is ours."""

    root: Path

    @property
    def state(self) -> Path:
        """Return the folder of our records."""
        return self.root / ".state"

    def workspace(self, exercise: ExerciseId) -> Path:
        """Return the folder in which the learner works."""
        return self.root / exercise.day / exercise.tier

    def record(self, kind: str, exercise: ExerciseId) -> Path:
        """Return the path of one of our records: `.state/<kind>/<day>-<tier>.json`."""
        return self.state / kind / f"{exercise.slug}.json"


def home() -> Home:
    """Return the learner's home, which may not exist yet."""
    return Home(Path(files.home_folder()))


def write(path: Path, text: str) -> None:
    """Replace a file atomically: afterwards it is the old one or the new one, whole.

    Raises ServiceError where the disk is full or the folder may not be written.
    """
    files.replace(str(path), text)


@contextlib.contextmanager
def locked(path: Path, *, wait: bool, busy: str) -> Iterator[None]:
    """Hold a lock file while the block runs; it frees itself when we die.

    Raises ServiceError with the text of `busy` if somebody else holds it and we are
    not to wait.
    """
    handle = files.lock(str(path), wait=wait, busy=busy)
    try:
        yield
    finally:
        os.close(handle)
