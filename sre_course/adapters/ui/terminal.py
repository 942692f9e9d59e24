"""What the terminal can do, and what the learner asked for."""

import os
import sys
from dataclasses import dataclass

from sre_course.adapters.ui.visible import visible


__all__ = ["Terminal", "detect", "visible"]


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to write and whether to ask.

    plain: no colour, no redraw, no drawn diagrams, no frames.
    interactive: keys may be read. width: columns.
    """

    plain: bool
    interactive: bool
    colour: bool
    unicode: bool
    width: int


def detect(*, plain: bool = False, no_input: bool = False) -> Terminal:
    """Look at the streams and the environment."""
    dumb = os.environ.get("TERM", "") in ("", "dumb")
    out = sys.stdout.isatty()
    plain = plain or dumb or not out or bool(os.environ.get("ACCESSIBLE"))
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower()
    return Terminal(
        plain=plain,
        interactive=out and sys.stdin.isatty() and not dumb and not no_input,
        colour=not plain and not os.environ.get("NO_COLOR"),
        unicode=encoding.startswith("utf"),
        width=_columns() if out else 80,
    )


def _columns() -> int:
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return max(20, int(told))
    try:
        return max(20, os.get_terminal_size(sys.stdout.fileno()).columns or 80)
    except (OSError, ValueError):
        return 80
