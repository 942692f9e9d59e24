"""Our own mistakes: the traceback goes to a file, the learner gets one line."""

import sys
import traceback
from typing import TextIO

import structlog

from sre_course import __version__
from sre_course.adapters.state.home import home
from sre_course.adapters.ui.terminal import visible


LOG = "course.log"


def record(error: Exception) -> str:
    """Add an exception that nobody expected to `.state/course.log`; return what to say.

    Each entry is one line of JSON. Where it cannot be written, the traceback itself
    is what is said.
    """
    try:
        path = home().state / LOG
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            _write(file, error)
    except (OSError, RuntimeError):  # no disk, no permission, no home at all
        return visible("".join(traceback.format_exception(error)), limit=20_000)
    return f"This is a mistake of ours ({type(error).__name__}); please report {path}"


def _write(file: TextIO, error: Exception) -> None:
    log = structlog.wrap_logger(
        structlog.WriteLogger(file),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    log.error(
        "unexpected",
        version=__version__,
        python=sys.version.split()[0],
        command=sys.argv[1:],
        exc_info=error,
    )
