"""Whether an environment is still wanted."""

import time
from collections.abc import Callable
from pathlib import Path

from sre_course.domain.supervision import Plan


INTERVAL = 1.0  # seconds between two looks
MISSING = 2  # looks without a workspace: moving things about is not leaving
IDLE = 3 * 60 * 60.0  # seconds without a command or a save


class Chores:
    """Looks at the plan, the workspace and when the learner last used either."""

    def __init__(
        self,
        plan: Plan,
        path: Path,
        text: str,
        *,
        idle: float = IDLE,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._text = text
        self._workspace = Path(plan.workspace)
        self._used_file = Path(plan.used)
        self._idle = idle
        self._now = now
        self._looked = self._used_at = now()
        self._touched = self._touch()
        self._missing = 0

    def used(self) -> None:
        """Note that the learner did something."""
        self._used_at = self._now()

    def ending(self) -> str:
        """Return why the environment must end, or nothing."""
        now = self._now()
        if now - self._looked < INTERVAL:
            return ""
        self._looked = now
        touched = self._touch()
        if touched != self._touched:
            self._touched, self._used_at = touched, now
        self._missing = 0 if self._workspace.is_dir() else self._missing + 1
        if self._missing >= MISSING:
            return "its workspace is gone"
        if not self._planned():
            return "its record is gone"
        if now - self._used_at > self._idle:
            return f"nobody used it for {self._idle / 60:.0f} minutes"
        return ""

    def _planned(self) -> bool:
        """Return whether our plan is still there, and nobody else's in its place."""
        try:
            return self._path.read_text(encoding="utf-8") == self._text
        except OSError:
            return False

    def _touch(self) -> int:
        try:
            return self._used_file.stat().st_mtime_ns
        except OSError:
            return 0
