"""What the learner saw at their last look at the metrics, to tell what changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sre_course.adapters.state.home import Home, write
from sre_course.domain.exercise_id import ExerciseId


KIND = "metrics"


@dataclass(frozen=True, slots=True)
class LastLook:
    """Values by series, at a time in epoch seconds, of the app at a URL."""

    at: float
    url: str
    values: Mapping[str, float]


def load_look(home: Home, exercise: ExerciseId, url: str) -> LastLook | None:
    """Return the last look at this URL, if there is one that can be read."""
    try:
        text = home.record(KIND, exercise).read_text(encoding="utf-8")
        document = json.loads(text)
        values = {str(n): float(v) for n, v in document["values"].items()}
        look = LastLook(float(document["at"]), str(document["url"]), values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # it is only for comparing: the next look writes it anew
    return look if look.url == url else None


def save_look(home: Home, exercise: ExerciseId, look: LastLook) -> None:
    """Keep a look in place of the one before. Raises ServiceError."""
    document = {"format": 1, "at": look.at, "url": look.url, "values": {**look.values}}
    write(home.record(KIND, exercise), json.dumps(document, indent=0) + "\n")
