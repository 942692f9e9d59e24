"""`reset` and `solution`: the learner's files and ours beside them."""

from pathlib import Path

from sre_course import wiring
from sre_course.adapters.state.home import home
from sre_course.adapters.state.workspace import reset, show_solution
from sre_course.cli.settings import say
from sre_course.cli.stopping import stop_environment


SHOWN = 400  # lines of a solution that are printed


def run_reset(name: str) -> int:
    """Move the learner's files aside and start anew."""
    where = home()
    which = wiring.resolve(name, where)
    exercise = wiring.exercise(which)
    ran = stop_environment(where, which)  # its dependency has the old seed
    backup = reset(where, exercise)
    say(f"{which} is as it was on the first day; its faults are others now.")
    say(f"  your files  {backup}")
    say(f"  edit        {where.workspace(which) / exercise.app.file}")
    if ran:
        say("What ran was ended.")
    say(f"Next: sre-course start {which.tier}")
    return 0


def run_solution(name: str, *, give_up: bool) -> int:
    """Copy the reference solution beside the learner's files and print it."""
    where = home()
    which = wiring.resolve(name, where)
    exercise = wiring.exercise(which)
    folder = show_solution(where, exercise, give_up=give_up)
    entry = folder / exercise.app.file
    if entry.is_file():
        _print(entry)
    say(f"The whole solution: {folder}")
    say(f"Next: sre-course start {which.tier}, and compare it with yours")
    return 0


def _print(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines[:SHOWN]:
        say(line)
    if len(lines) > SHOWN:
        say(f"… {len(lines) - SHOWN} more lines")
    say()
