"""Waiting, as checks do it: until something holds, or for as long as it must hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import pytest

from sre_course.checkkit import CheckFailed, Patience, eventually, throughout


class Cause(StrEnum):
    """Why not."""

    LATE = "late"


@dataclass
class Clock:
    """A clock that only pauses move."""

    at: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        """Let some seconds pass."""
        self.pauses.append(seconds)
        self.at += seconds

    def patience(self, seconds: float) -> Patience:
        """Return the patience of somebody with this clock."""
        return Patience(seconds, 0.5, lambda: self.at, self.pause)


def no(observed: str) -> CheckFailed:
    """Return a failure."""
    return CheckFailed(Cause.LATE, sent="", expected="x", observed=observed, look="")


def after(looks: int) -> Callable[[], int]:
    """Return a look that fails a few times; its value is how often it was asked."""
    asked = 0

    def look() -> int:
        nonlocal asked
        asked += 1
        if asked <= looks:
            raise no(f"look {asked}")
        return asked

    return look


def test_what_holds_at_once_is_not_waited_for() -> None:
    """One look, no pause."""
    clock = Clock()

    assert eventually(after(0), clock.patience(0)) == 1
    assert clock.pauses == []


def test_what_comes_in_time_is_seen() -> None:
    """Also at the very end of patience."""
    clock = Clock()

    assert eventually(after(4), clock.patience(2)) == 5
    assert clock.pauses == [0.5] * 4


def test_what_comes_too_late_fails_as_it_last_did() -> None:
    """The last observation is the one that is told."""
    with pytest.raises(CheckFailed, match="observed look 5") as caught:
        eventually(after(9), Clock().patience(2))

    assert (caught.value.cause, caught.value.blocks) == (Cause.LATE, True)


def test_other_exceptions_are_not_waited_out() -> None:
    """A mistake of a check does not get better with time."""
    clock = Clock()

    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        eventually(broken, clock.patience(2))
    assert clock.pauses == []


@pytest.mark.parametrize("seconds", [0, 2])
def test_what_must_stay_absent_is_looked_at_to_the_end(seconds: float) -> None:
    """One good look proves nothing, however little patience there is."""
    clock = Clock()
    looks = []
    throughout(lambda: looks.append(clock.at), clock.patience(seconds))

    assert looks == [0.5 * n for n in range(int(seconds / 0.5) + 1)]


def test_what_appears_later_fails() -> None:
    """As soon as it is seen."""
    clock = Clock()

    def look() -> None:
        if clock.at >= 1:
            raise no("there it is")

    with pytest.raises(CheckFailed, match="there it is"):
        throughout(look, clock.patience(2))
    assert clock.at == 1
