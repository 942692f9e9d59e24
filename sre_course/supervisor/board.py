"""The status as the commands see it."""

import threading
from dataclasses import replace
from pathlib import Path

from sre_course.domain.environment import AppState
from sre_course.domain.supervision import Plan, Status, to_text
from sre_course.supervisor import files


class Board:
    """Holds the status; every change of it is written at once."""

    def __init__(self, plan: Plan, status: Status) -> None:
        self._plan = plan
        self._status = status
        self.lock = threading.RLock()

    @property
    def status(self) -> Status:
        """The status now."""
        return self._status

    def update(self, **changes: object) -> None:
        """Change some fields."""
        with self.lock:
            self._status = replace(self._status, **changes)  # type: ignore[arg-type]
            files.replace(Path(self._plan.status), to_text(self._status))

    def app(self, state: AppState, detail: str = "") -> None:
        """Say how the app is, and log it."""
        self.log("app", state=state, detail=detail[:200])
        self.update(state=state, detail=detail)

    def log(self, event: str, **fields: object) -> None:
        """Append a line to the log."""
        exercise = self._plan.exercise
        files.log(Path(self._plan.log), event, exercise=exercise, **fields)
