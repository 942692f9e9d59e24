"""How an exercise is named."""

from dataclasses import dataclass

from sre_course.domain.tiers import TIERS


__all__ = ["TIERS", "ExerciseId"]


@dataclass(frozen=True, slots=True, order=True)
class ExerciseId:
    """`day1/beginner`."""

    day: str
    tier: str

    def __str__(self) -> str:
        return f"{self.day}/{self.tier}"

    @property
    def slug(self) -> str:
        """Return the name that files and labels carry: `day1-beginner`."""
        return f"{self.day}-{self.tier}"
