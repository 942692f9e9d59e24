"""What a learner may call a day or an exercise."""

import pytest

from sre_course.domain.errors import UsageError
from sre_course.domain.exercise import ExerciseId
from sre_course.engine.names import Place, pick, resolve


ONE = ExerciseId("day1", "beginner")
TWO = ExerciseId("day1", "advanced")
OTHER = ExerciseId("day2", "beginner")
LAST = ExerciseId("day2", "finale")
KNOWN = (ONE, TWO, OTHER, LAST)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("day1/beginner", Place("day1", ONE)),
        ("day1-beginner", Place("day1", ONE)),
        ("Day1 Beginner", Place("day1", ONE)),
        (" DAY2/beginner/ ", Place("day2", OTHER)),
        ("day2", Place("day2")),
        ("advanced", Place("day1", TWO)),
        ("finale", Place("day2", LAST)),
        ("", Place("day1")),
    ],
)
def test_loose_names(name: str, place: Place) -> None:
    """Case, dashes and spaces do not matter; a tier alone is enough if it is one."""
    assert resolve(name, KNOWN) == place


def test_a_tier_belongs_to_the_day_where_the_learner_is() -> None:
    """Only without a day is `beginner` ambiguous."""
    assert resolve("beginner", KNOWN, "day2") == Place("day2", OTHER)
    assert resolve("", KNOWN, "day2") == Place("day2")
    assert resolve("", KNOWN, "gone") == Place("day1")
    with pytest.raises(UsageError, match="several days") as caught:
        resolve("beginner", KNOWN)
    assert "day1/beginner, day2/beginner" in caught.value.fix


@pytest.mark.parametrize(
    ("name", "guess"),
    [("beginer", "beginner"), ("day3", "day"), ("day1/beginers", "day1/beginner")],
)
def test_unknown_names(name: str, guess: str) -> None:
    """What exists is listed, and what was probably meant."""
    with pytest.raises(UsageError, match="There is no") as caught:
        resolve(name, KNOWN)
    assert f"Did you mean {guess}" in caught.value.fix
    assert "day2/finale" in caught.value.fix


def test_unknown_names_are_safe_to_print() -> None:
    """Nothing that a terminal would act on comes back; no guess is made of it."""
    with pytest.raises(UsageError) as caught:
        resolve("\x1b[31m" * 50, KNOWN)
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 200
    assert "Did you mean" not in caught.value.fix


def test_a_course_without_exercises() -> None:
    """Then no name means anything."""
    with pytest.raises(UsageError, match="no exercises"):
        resolve("day1", ())


def test_the_next_exercise_of_a_day() -> None:
    """The first that is not done; the first of all when the day is done."""
    assert pick(Place("day1"), KNOWN, set()) == ONE
    assert pick(Place("day1"), KNOWN, {"day1/beginner"}) == TWO
    assert pick(Place("day1"), KNOWN, {"day1/beginner", "day1/advanced"}) == ONE
    assert pick(Place("day1", TWO), KNOWN, {"day1/advanced"}) == TWO
