"""What may stand anywhere on the command line, and who the learner's terminal is."""

import sys
from dataclasses import dataclass

from sre_course.adapters.ui.terminal import NO_INPUT, PLAIN, Terminal, detect


@dataclass(slots=True)
class _Asked:
    plain: bool = False
    no_input: bool = False


_asked = _Asked()


def take(arguments: list[str]) -> list[str]:
    """Remember --plain and --no-input; return the arguments without them."""
    _asked.plain = PLAIN in arguments
    _asked.no_input = NO_INPUT in arguments
    return [a for a in arguments if a not in (PLAIN, NO_INPUT)]


def terminal() -> Terminal:
    """Return how to write and whether to ask."""
    return detect(plain=_asked.plain, no_input=_asked.no_input)


def say(text: str = "") -> None:
    """Print one line."""
    print(text, file=sys.stdout)  # noqa: T201
