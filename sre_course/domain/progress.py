"""What the course remembers of a learner between two commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


FORMAT = 1


@dataclass(frozen=True, slots=True)
class HintRung:
    """How far down a ladder the learner is, and what must change for the next rung."""

    rung: int  # rungs shown so far
    at: float  # epoch seconds of the last one
    checks: int  # checks made by then
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExerciseProgress:
    """One exercise. `attempt` goes up with every reset: a new seed of faults."""

    attempt: int = 1
    checks: int = 0
    best: int = 0
    passed_at: str = ""  # RFC 3339, UTC
    gave_up: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    answered_at: float = 0.0
    hints: Mapping[str, HintRung] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuizItem:
    """One quiz or predict item: how it went, and when it is due again.

    `step` indexes the review gaps; `due` in epoch seconds, 0 when not queued.
    """

    tries: int = 0
    right: int = 0
    last_right: bool = False
    confidence: int = 0  # 1 to 3, of the last answer
    step: int = 0
    due: float = 0.0
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """All of it; `extra`, here and above, keeps what a newer course wrote."""

    learner: str  # random, made at the first start; part of every seed
    backend: str = "embedded"
    place: Mapping[str, str] = field(default_factory=dict)  # day -> section/page
    pages: Mapping[str, str] = field(default_factory=dict)  # page id -> first read
    exercises: Mapping[str, ExerciseProgress] = field(default_factory=dict)
    quiz: Mapping[str, QuizItem] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    def exercise(self, name: str) -> ExerciseProgress:
        """Return what is known of an exercise, perhaps nothing yet."""
        return self.exercises.get(name, ExerciseProgress())

    def with_exercise(self, name: str, value: ExerciseProgress) -> "Progress":
        """Return a copy in which one exercise is replaced."""
        return replace(self, exercises={**self.exercises, name: value})
