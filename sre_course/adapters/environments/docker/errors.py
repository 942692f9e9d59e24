"""What an engine's errors mean for the learner, and what to do about each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3
from docker.errors import APIError, BuildError, DockerException, ImageLoadError

from sre_course.adapters.environments.docker.known_errors import TABLE, WITHOUT
from sre_course.domain.errors import CourseError, ServiceError


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def explain(error: Exception, doing: str) -> ServiceError:
    """Return what an error of the engine or its client means.

    `doing` completes "while …", for example `pulling prom/prometheus`.
    """
    status = error.status_code if isinstance(error, APIError) else None
    text = f"{error} {error.__cause__ or ''} {error.__context__ or ''}".lower()
    for known in TABLE:
        if known.status in (None, status) and any(t in text for t in known.texts):
            return ServiceError(f"{known.message} (while {doing})", fix=known.fix)
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.HTTPError):
        return ServiceError(
            f"The Docker engine stopped answering (while {doing})",
            fix="Start it again, then run the command again: nothing is lost",
        )
    if isinstance(error, BuildError):
        return ServiceError(
            f"An image cannot be built (while {doing}): {_last_line(error)}",
            fix="Look at its build with `sre-course images pull`, or name a ready one: "
            "SRE_COURSE_IMAGES=app=REFERENCE",
        )
    if isinstance(error, ImageLoadError):
        return ServiceError(
            f"That is not an image (while {doing}): {error}",
            fix="Make the bundle anew with `sre-course images save FOLDER`",
        )
    said = getattr(error, "explanation", None) or error
    return ServiceError(
        f"The Docker engine refused (while {doing}): {said}",
        fix=f"Run `sre-course doctor`, {WITHOUT}",
    )


def _last_line(error: BuildError) -> str:
    """Return what a failed build printed last; pip's own error is worth more."""
    printed = "".join(e.get("stream") or e.get("error") or "" for e in error.build_log)
    plain = COLOUR.sub("", printed)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or [str(error)])[-1]


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn every error of the engine or its client into a ServiceError."""
    try:
        yield
    except CourseError:
        raise
    except (
        DockerException,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    ) as error:
        raise explain(error, doing) from error
