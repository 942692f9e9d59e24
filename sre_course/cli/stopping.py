"""`stop`: end environments and say what was proved."""

import contextlib
import json
from collections.abc import Iterator, Sequence

from sre_course import wiring
from sre_course.adapters.state.environments import (
    forget_running,
    load_running,
    recorded,
)
from sre_course.adapters.state.home import Home, home, locked
from sre_course.adapters.ui.terminal import visible
from sre_course.cli.settings import say
from sre_course.domain.environment import Running
from sre_course.domain.errors import CourseError, ServiceError
from sre_course.domain.exercise import ExerciseId


def run_stop(name: str, *, as_json: bool) -> int:
    """End what a name means, or everything; return 3 if something is left."""
    where = home()
    ended: dict[str, Sequence[str]] = {}
    for which in _meant(name, where):
        with _alone(where, which):
            running = load_running(where, which)
            if running:
                ended[str(which)] = _ended(where, running)
            if not ended.get(str(which)):
                forget_running(where, which)
    left = [line for lines in ended.values() for line in lines]
    strays = 0
    if not name:
        strays, more = wiring.sweep(where)
        left += [line for line in more if line not in left]
    if as_json:
        document = {"format": 1, "stopped": list(ended), "strays": strays, "left": left}
        say(json.dumps(document))
    else:
        _say(
            [*ended, *([f"{strays} that no record knew of"] if strays else [])],
            left,
        )
    return 3 if left else 0


def _ended(where: Home, running: Running) -> Sequence[str]:
    """End one environment; that it cannot be ended must not keep others alive."""
    try:
        return wiring.environment(running.backend, where).stop(running)
    except CourseError as problem:
        return [f"{running.exercise} on {running.backend}: {problem.message}"]


def stop_environment(where: Home, which: ExerciseId) -> bool:
    """End an exercise's environment if one runs; return whether one did.

    Raises ServiceError if something of it is left.
    """
    running = load_running(where, which)
    if not running:
        return False
    with _alone(where, which):
        left = wiring.environment(running.backend, where).stop(running)
        if left:
            raise ServiceError(
                f"What runs does not end: {', '.join(left)}",
                fix="End it by hand, then run the command again",
            )
        forget_running(where, which)
    return True


def _meant(name: str, where: Home) -> Sequence[ExerciseId]:
    if not name:
        return recorded(where)
    place = wiring.place(name, where)
    if place.exercise:
        return [place.exercise]
    return [e for e in wiring.exercises() if e.day == place.day]


@contextlib.contextmanager
def _alone(where: Home, which: ExerciseId) -> Iterator[None]:
    """Wait for a start that is under way; stopping works without a lock too."""
    with contextlib.ExitStack() as stack:
        if where.state.is_dir():  # a home that was deleted stays so
            lock = where.state / f"start-{which.slug}.lock"
            with contextlib.suppress(CourseError):
                stack.enter_context(locked(lock, wait=True, busy=""))
        yield


def _say(ended: Sequence[str], left: Sequence[str]) -> None:
    for name in ended:
        say(f"{name}: ended")
    if left:
        say("This is still there:")
        for line in left:
            say(f"  {visible(line)}")
        say("End it by hand, then run `sre-course stop` again.")
    elif ended:
        say("Looked for: no process, port or container of it is left.")
    else:
        say("Nothing was running: no process, port or container of ours is there.")
