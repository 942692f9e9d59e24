"""How an exercise is named; apart, since the quickest commands need no more of it."""

from dataclasses import dataclass


TIERS = ("beginner", "intermediate", "advanced")


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
