"""The files of one embedded environment."""

from dataclasses import dataclass
from pathlib import Path

from sre_course.domain.supervision import Plan, Status, plan_from, status_from


@dataclass(frozen=True, slots=True)
class Paths:
    """Named by the exercise's slug, in folders beneath the state folder."""

    state: Path
    slug: str

    @property
    def plan(self) -> Path:
        """What the supervisor was told; the environment ends when it is gone."""
        return self.state / "plans" / f"{self.slug}.json"

    @property
    def status(self) -> Path:
        """What the supervisor tells."""
        return self.state / "status" / f"{self.slug}.json"

    @property
    def output(self) -> Path:
        """What the app printed, without `.out` and `.err`."""
        return self.state / "output" / self.slug

    @property
    def used(self) -> Path:
        """Touched by every command."""
        return self.state / "used" / self.slug

    @property
    def port(self) -> Path:
        """The app's last port."""
        return self.state / "ports" / self.slug

    @property
    def log(self) -> Path:
        """The log of all supervisors of a home."""
        return self.state / "supervisor.log"

    def read_plan(self) -> Plan | None:
        """Return the plan, or None if there is none that can be read."""
        try:
            return plan_from(self.plan.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def read_status(self) -> Status | None:
        """Return the status, or None if there is none that can be read."""
        try:
            return status_from(self.status.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def read_port(self) -> int | None:
        """Return the app's last port, if it is known."""
        try:
            return int(self.port.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
