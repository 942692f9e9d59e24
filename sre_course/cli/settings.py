"""What may stand anywhere on the command line, and who the learner's terminal is."""

import os
import sys

from sre_course.adapters.content.locate import VARIABLE
from sre_course.domain.errors import UsageError


TYPE_CHECKING = False  # typing's own takes too long for the quickest commands
if TYPE_CHECKING:
    from sre_course.adapters.ui.terminal import Terminal

PLAIN = "--plain"
NO_INPUT = "--no-input"
COURSE = "--course"

_asked: set[str] = set()


def take(arguments: list[str]) -> list[str]:
    """Remember --plain, --no-input and --course PATH; return the rest.

    Raises UsageError where the path is missing.
    """
    anywhere = {PLAIN, NO_INPUT}
    _asked.clear()
    _asked.update(anywhere.intersection(arguments))
    return _course([a for a in arguments if a not in anywhere])


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


def terminal() -> "Terminal":
    """Return how to write and whether to ask."""
    from sre_course.adapters.ui.terminal import detect

    return detect(plain=PLAIN in _asked, no_input=NO_INPUT in _asked)


def say(text: str = "") -> None:
    """Print one line."""
    print(text, file=sys.stdout)  # noqa: T201
