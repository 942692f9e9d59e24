"""The progress file: human-readable, versioned, never half written."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from sre_course.adapters.state.home import Home, locked, write
from sre_course.domain.errors import UsageError
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

    Raises UsageError for a file that is not ours to guess at: it is left as it is.
    """
    path = _path(home)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Progress(learner=secrets.token_hex(8))
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, str(error)) from error
    try:
        return _parse(json.loads(text))
    except (ValueError, TypeError, AttributeError) as error:
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
    """Move an unreadable progress file to a dated name and return that name."""
    path = _path(home)
    aside = path.with_name(f"progress-{time.strftime('%Y%m%d-%H%M%S')}.json")
    path.rename(aside)
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
    if not isinstance(document, dict):
        raise TypeError("it is not an object")
    if not isinstance(document.get("format"), int):
        raise TypeError("`format` is missing")
    if not isinstance(document.get("learner"), str) or not document["learner"]:
        raise TypeError("`learner` is missing")
    known = {f.name for f in fields(Progress)} - {"extra"}
    exercises = {n: _exercise(v) for n, v in _table(document, "exercises").items()}
    quiz = {n: _known(QuizItem, v) for n, v in _table(document, "quiz").items()}
    return Progress(
        learner=document["learner"],
        backend=str(document.get("backend", "embedded")),
        place=_strings(document, "place"),
        pages=_strings(document, "pages"),
        exercises=exercises,
        quiz=quiz,
        extra={n: v for n, v in document.items() if n not in known},
    )


def _exercise(value: Any) -> ExerciseProgress:  # noqa: ANN401
    known = {f.name for f in fields(ExerciseProgress)} - {"extra"}
    extra = {n: v for n, v in value.items() if n not in known}
    hints = {n: _known(HintRung, v) for n, v in _table(value, "hints").items()}
    answers = _strings(value, "answers")
    plain = {n: v for n, v in value.items() if n in known - {"hints", "answers"}}
    made = _known(ExerciseProgress, plain)
    return ExerciseProgress(
        made.attempt,
        made.checks,
        made.best,
        made.passed_at,
        made.gave_up,
        answers,
        made.answered_at,
        hints,
        extra,
    )


def _known(kind: type[T], value: Any) -> T:  # noqa: ANN401
    """Build a dataclass from the fields that we know, checking their types."""
    names = {f.name: f.type for f in fields(kind)}  # type: ignore[arg-type]
    given = {n: v for n, v in value.items() if n in names}
    for name, found in given.items():
        wanted = names[name]
        right = (
            isinstance(found, (int, float)) and not isinstance(found, bool)
            if wanted in (int, float)
            else isinstance(found, wanted)  # type: ignore[arg-type]
        )
        if not right:
            raise TypeError(f"`{name}` is {found!r}")
    return kind(**given)


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise TypeError(f"`{name}` is {value!r}")
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
    return {f.name: getattr(value, f.name) for f in fields(value)}
