"""What the learner means by `day1`, `beginner` or `day1/beginner`."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from sre_course.domain.errors import UsageError
from sre_course.domain.exercise_id import ExerciseId


@dataclass(frozen=True, slots=True)
class Place:
    """A day, or one exercise of it."""

    day: str
    exercise: ExerciseId | None = None


def resolve(name: str, known: Sequence[ExerciseId], day: str = "") -> Place:
    """Return what a loose name means; nothing means the day, or the first one.

    `known` are the exercises on disk, in the order of learning; `day` is where the
    learner is, which decides what a bare tier belongs to. Case, and whether a slash,
    a dash or a space stands between day and tier, do not matter. Raises UsageError
    that names what exists.
    """
    if not known:
        raise UsageError(
            "The course has no exercises", fix="Reinstall sre-course, or pass --course"
        )
    wanted = "-".join(name.lower().replace("/", " ").replace("-", " ").split())
    if not wanted:
        return Place(day if any(e.day == day for e in known) else known[0].day)
    for exercise in known:
        if wanted == exercise.slug.lower():
            return Place(exercise.day, exercise)
    for exercise in known:
        if wanted == exercise.day.lower():
            return Place(exercise.day)
    found = [e for e in known if wanted == e.tier.lower()]
    here = [e for e in found if e.day == day]
    if len(found) == 1 or here:
        exercise = (here or found)[0]
        return Place(exercise.day, exercise)
    if found:
        raise UsageError(
            f"{name} is an exercise of several days",
            fix=f"Name one of {', '.join(map(str, found))}",
        )
    raise _unknown(name, wanted, known)


def pick(place: Place, known: Sequence[ExerciseId], done: Container[str]) -> ExerciseId:
    """Return the exercise of a place: for a day, its first that is not done.

    `done` holds exercises as `day1/beginner`. Where all are done it is the first.
    """
    if place.exercise:
        return place.exercise
    of_day = [e for e in known if e.day == place.day]
    return next((e for e in of_day if str(e) not in done), of_day[0])


def _unknown(name: str, wanted: str, known: Sequence[ExerciseId]) -> UsageError:
    from difflib import get_close_matches  # only a typing error pays for it

    words = list(dict.fromkeys(w for e in known for w in (e.day, e.tier, str(e))))
    folded = {w.lower().replace("/", "-"): w for w in words}
    near = get_close_matches(wanted, folded, n=1)
    guess = f"Did you mean {folded[near[0]]}? " if near else ""
    shown = ascii(name[:60])[1:-1]
    return UsageError(
        f"There is no day or exercise {shown}",
        fix=f"{guess}There are: {', '.join(words)}",
    )
