"""Where the learner's files and our records lie, and how they are written."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sre_course.domain.errors import ServiceError
from sre_course.domain.exercise_id import ExerciseId


try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]


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
    told = os.environ.get("SRE_COURSE_HOME")
    return Home(
        Path(told).expanduser().absolute() if told else Path.home() / "sre-course"
    )


def write(path: Path, text: str) -> None:
    """Replace a file atomically: afterwards it is the old one or the new one, whole.

    Raises ServiceError where the disk is full or the folder may not be written.
    """
    # not by tempfile, whose import is half of what `hint` may take
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> ServiceError:
    """Say in plain words why a file could not be written."""
    return ServiceError(
        f"{path} cannot be written: {error.strerror or error}",
        fix="Free some space or mend the permissions, or point SRE_COURSE_HOME at "
        "another folder",
    )


@contextlib.contextmanager
def locked(path: Path, *, wait: bool, busy: str) -> Iterator[None]:
    """Hold a lock file while the block runs; it frees itself when we die.

    Raises ServiceError with the text of `busy` if somebody else holds it and we are
    not to wait.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        if fcntl is not None:
            flags = fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
            try:
                fcntl.flock(handle, flags)
            except BlockingIOError as error:
                raise ServiceError(
                    busy, fix="Wait until it has finished, then run the command again"
                ) from error
        yield
    finally:
        os.close(handle)
