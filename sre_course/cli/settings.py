"""What may stand anywhere on the command line, and who the learner's terminal is."""

import os
import sys
from dataclasses import dataclass

from sre_course.adapters.content.locate import VARIABLE
from sre_course.adapters.ui.terminal import NO_INPUT, PLAIN, Terminal, detect
from sre_course.domain.errors import UsageError


COURSE = "--course"


@dataclass(slots=True)
class _Asked:
    plain: bool = False
    no_input: bool = False


_asked = _Asked()


def take(arguments: list[str]) -> list[str]:
    """Remember --plain, --no-input and --course PATH; return the rest.

    Raises UsageError where the path is missing.
    """
    _asked.plain = PLAIN in arguments
    _asked.no_input = NO_INPUT in arguments
    return _course([a for a in arguments if a not in (PLAIN, NO_INPUT)])


def _course(arguments: list[str]) -> list[str]:
    """Put the course's folder into the environment: what we start must agree."""
    left: list[str] = []
    rest = iter(arguments)
    for each in rest:
        name, assigned, path = each.partition("=")
        if name != COURSE:
            left.append(each)
            continue
        path = path if assigned else next(rest, "")
        if not path or path.startswith("--"):
            raise UsageError(
                f"{COURSE} lacks the folder of a course",
                fix=f"sre-course list {COURSE} ./my-course",
            )
        os.environ[VARIABLE] = path
    return left


def terminal() -> Terminal:
    """Return how to write and whether to ask."""
    return detect(plain=_asked.plain, no_input=_asked.no_input)


def say(text: str = "") -> None:
    """Print one line."""
    print(text, file=sys.stdout)  # noqa: T201
