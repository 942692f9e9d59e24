"""Which environments a home has running: one record each, `.state/environments/`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sre_course.adapters.state.home import Home, cannot_write, write
from sre_course.domain.environment import Running
from sre_course.domain.exercise_id import ExerciseId


KIND = "environments"
FORMAT = 1


def load_running(home: Home, exercise: ExerciseId) -> Running | None:
    """Return the record of an exercise's environment.

    None if nothing was started, or if the record cannot be read: starting again
    finds what still runs by its key, so nothing is lost with it.
    """
    try:
        text = home.record(KIND, exercise).read_text(encoding="utf-8")
        return _running(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save_running(home: Home, exercise: ExerciseId, running: Running) -> None:
    """Write a record. Raises ServiceError."""
    document = {"format": FORMAT, **asdict(running)}
    write(home.record(KIND, exercise), json.dumps(document, indent=1) + "\n")


def forget_running(home: Home, exercise: ExerciseId) -> None:
    """Remove a record if there is one. Raises ServiceError."""
    path = home.record(KIND, exercise)
    try:
        path.unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as error:
        raise cannot_write(path, error) from error


def touch_used(home: Home, exercise: ExerciseId) -> None:
    """Note that the learner uses an environment: those that nobody uses end."""
    write(home.state / "used" / exercise.slug, "")


def recorded(home: Home) -> Sequence[ExerciseId]:
    """Return the exercises that have a record, whether or not the course has them."""
    found = []
    for path in sorted((home.state / KIND).glob("*.json")):
        day, dash, tier = path.stem.partition("-")
        if dash:
            found.append(ExerciseId(day, tier))
    return found


def _running(document: Any) -> Running:  # noqa: ANN401 - whatever JSON holds
    texts = {
        name: document[name]
        for name in ("exercise", "backend", "key", "fault_seed", "token")
    }
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("a field is no text")
    endpoints = {str(n): str(u) for n, u in document["endpoints"].items()}
    return Running(**texts, endpoints=endpoints, record=dict(document["record"]))
