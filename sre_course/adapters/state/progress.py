"""The progress file: human-readable, versioned, never half written."""

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from sre_course.adapters.state.home import Home, cannot_write, locked, write
from sre_course.domain.errors import ServiceError, UsageError
from sre_course.domain.progress import (
    FORMAT,
    ExerciseProgress,
    HintRung,
    Progress,
    QuizItem,
)


T = TypeVar("T")


def load(home: Home) -> Progress:
    """Read the progress; a fresh one if there is none yet.

    Raises UsageError for a file that is not ours to guess at, which is left as it is,
    and ServiceError for one that may not be read.
    """
    path = _path(home)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Progress(learner=os.urandom(8).hex())
    except OSError as error:
        raise ServiceError(
            f"{path} cannot be read: {error.strerror or error}",
            fix="Mend the permissions, or point SRE_COURSE_HOME at another folder",
        ) from error
    except UnicodeDecodeError as error:
        raise _unusable(path, str(error)) from error
    try:
        return _parse(json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise _unusable(path, str(error)) from error


def update(home: Home, change: Callable[[Progress], Progress]) -> Progress:
    """Read, change and replace the progress while nobody else does."""
    lock = home.state / "progress.lock"
    with locked(lock, wait=True, busy=""):
        before = load(home)
        after = change(before)
        path = _path(home)
        if after != before or not path.exists():
            write(path, json.dumps(_document(after), indent=1, sort_keys=True) + "\n")
    return after


def set_aside(home: Home) -> Path:
    """Move an unreadable progress file to a dated name and return that name.

    Raises ServiceError.
    """
    path = _path(home)
    aside = path.with_name(f"progress-{time.strftime('%Y%m%d-%H%M%S')}.json")
    try:
        path.rename(aside)
    except OSError as error:
        raise cannot_write(path, error) from error
    return aside


def _path(home: Home) -> Path:
    return home.state / "progress.json"


def _unusable(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} cannot be read as progress: {why}",
        fix="Mend it by hand, or run `sre-course doctor --repair`: it moves the file "
        "aside and starts a new one",
    )


def _parse(document: Any) -> Progress:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(_object(document).get("format"), int):
        raise TypeError("`format` is missing")
    learner = document.get("learner")
    if not isinstance(learner, str) or not re.fullmatch(r"[!-~]{1,100}", learner):
        raise TypeError("`learner` is missing")
    exercises = {n: _exercise(v) for n, v in _table(document, "exercises").items()}
    quiz = {n: _known(QuizItem, v) for n, v in _table(document, "quiz").items()}
    texts = {name: _strings(document, name) for name in ("place", "pages")}
    return _known(Progress, document, exercises=exercises, quiz=quiz, **texts)


def _exercise(value: Any) -> ExerciseProgress:  # noqa: ANN401
    hints = {n: _known(HintRung, v) for n, v in _table(value, "hints").items()}
    answers = _strings(value, "answers")
    return _known(ExerciseProgress, value, hints=hints, answers=answers)


def _known(kind: type[T], value: Any, **read: Mapping[str, Any]) -> T:  # noqa: ANN401
    """Build a dataclass of the fields that we know; what we do not goes to `extra`.

    `read` are the fields that are tables, read already. Raises TypeError.
    """
    wanted: dict[str, Any] = {f.name: f.type for f in fields(kind)}  # type: ignore[arg-type] # a dataclass
    given: dict[str, Any] = {}
    extra = {n: v for n, v in _object(value).items() if n not in wanted or n == "extra"}
    for name, found in value.items():
        if name in extra or name in read:
            continue
        number = wanted[name] is float and type(found) in (int, float)
        if not number and type(found) is not wanted[name]:
            raise TypeError(f"`{name}` is {found!r}")
        given[name] = found
    make: Callable[..., T] = kind
    return make(**given, **read, extra=extra)


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _object(_object(document).get(name, {}))


def _object(value: Any) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def _strings(document: Mapping[str, Any], name: str) -> Mapping[str, str]:
    return {str(n): str(v) for n, v in _table(document, name).items()}


def _document(progress: Progress) -> dict[str, object]:
    return {
        **progress.extra,
        # a newer course's format number is kept: it still knows what it wrote
        "format": max(FORMAT, _int(progress.extra.get("format"))),
        "learner": progress.learner,
        "backend": progress.backend,
        "place": dict(progress.place),
        "pages": dict(progress.pages),
        "exercises": {
            name: {
                **e.extra,
                "attempt": e.attempt,
                "checks": e.checks,
                "best": e.best,
                "passed_at": e.passed_at,
                "gave_up": e.gave_up,
                "answers": dict(e.answers),
                "answered_at": e.answered_at,
                "hints": {n: _fields(h) for n, h in e.hints.items()},
            }
            for name, e in progress.exercises.items()
        },
        "quiz": {name: _fields(q) for name, q in progress.quiz.items()},
    }


def _int(value: object) -> int:
    return value if isinstance(value, int) else FORMAT


def _fields(value: HintRung | QuizItem) -> dict[str, object]:
    known = {f.name: getattr(value, f.name) for f in fields(value)}
    return {**known.pop("extra"), **known}
