"""What an exercise is: one folder, read and validated."""

from dataclasses import dataclass
from pathlib import Path

from sre_course.domain.behaviour import DependencySpec
from sre_course.domain.exercise_id import TIERS, ExerciseId


__all__ = ["TIERS", "AppSpec", "Exercise", "ExerciseId", "Question"]


@dataclass(frozen=True, slots=True)
class AppSpec:
    """How the learner's app is run."""

    command: tuple[str, ...]  # `{python}` is replaced by the interpreter
    file: str  # the file that the learner edits, relative to the workspace
    ready_path: str  # answers, whatever the status, once the app listens
    metrics_path: str = "/metrics"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the diagnosis, answered by `sre-course answer`."""

    name: str
    prompt: str
    example: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise folder."""

    id: ExerciseId
    title: str
    minutes: int
    folder: Path
    app: AppSpec
    dependency: DependencySpec
    questions: tuple[Question, ...]
    stack: tuple[str, ...]  # what the Docker backend starts beside the app
    covers: tuple[str, ...]  # inventory ids

    @property
    def starter(self) -> Path:
        """Return the folder that is copied to the learner."""
        return self.folder / "starter"
