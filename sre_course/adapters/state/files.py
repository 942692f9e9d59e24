"""How our records are written and locked, on plain paths: `hint` has no time for more.

`home` offers the same on Path objects.
"""

import os

from sre_course.adapters.absolute import absolute
from sre_course.domain.errors import ServiceError


try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]


def home_folder() -> str:
    """Return the learner's home, which may not exist yet.

    Raises RuntimeError where nobody says whose home we are in.
    """
    told = os.environ.get("SRE_COURSE_HOME") or os.path.join("~", "sre-course")
    if os.path.expanduser(told).startswith("~"):
        raise RuntimeError(f"There is no home folder to put {told} into")
    return absolute(told)


def replace(path: str, text: str) -> None:
    """Replace a file atomically: afterwards it is the old one or the new one, whole.

    Raises ServiceError where the disk is full or the folder may not be written.
    """
    folder, name = os.path.split(path)
    draft = os.path.join(folder, f".{name}.{os.getpid()}-{os.urandom(4).hex()}")
    try:
        os.makedirs(folder, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        from contextlib import suppress  # its import is not paid for when all goes well

        with suppress(OSError):
            os.unlink(draft)
        raise cannot_write(path, error) from error


def lock(path: str, *, wait: bool, busy: str) -> int:
    """Hold a lock file until the handle that is returned is closed, or we die.

    Raises ServiceError with the text of `busy` if somebody else holds it and we are
    not to wait.
    """
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise cannot_write(path, error) from error
    if fcntl is not None:
        try:
            fcntl.flock(
                handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB
            )
        except BlockingIOError as error:
            os.close(handle)
            raise ServiceError(
                busy, fix="Wait until it has finished, then run the command again"
            ) from error
        except BaseException:  # Ctrl-C while we wait
            os.close(handle)
            raise
    return handle


def cannot_write(path: str | os.PathLike[str], error: OSError) -> ServiceError:
    """Say in plain words why a file could not be written."""
    return ServiceError(
        f"{os.fspath(path)} cannot be written: {error.strerror or error}",
        fix="Free some space or mend the permissions, or point SRE_COURSE_HOME at "
        "another folder",
    )
