"""The last report of each exercise: what `hint` and `status` start from."""

import json

from sre_course.adapters.state.home import Home, write
from sre_course.domain.exercise_id import ExerciseId
from sre_course.domain.report import Report
from sre_course.domain.report_document import from_document, to_document


def save_report(home: Home, exercise: ExerciseId, report: Report) -> None:
    """Keep a report in place of the one before."""
    path = home.record("reports", exercise)
    write(path, json.dumps(to_document(report), indent=1) + "\n")


def load_report(home: Home, exercise: ExerciseId) -> Report | None:
    """Return the last report; None if there is none that can be read."""
    try:
        text = home.record("reports", exercise).read_text(encoding="utf-8")
        return from_document(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None  # it is only a copy: the next check writes it anew
