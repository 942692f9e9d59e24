"""`start`: workspace, environment, then the lesson."""

import contextlib
import json
from dataclasses import replace

from sre_course import wiring
from sre_course.adapters.environments.interrupts import held
from sre_course.adapters.environments.machine import docker_engine
from sre_course.adapters.state.environments import (
    forget_running,
    load_running,
    save_running,
    touch_used,
)
from sre_course.adapters.state.home import Home, home, locked
from sre_course.adapters.state.progress import update
from sre_course.adapters.state.workspace import prepare
from sre_course.adapters.ui.asking import Asking
from sre_course.adapters.ui.terminal import visible
from sre_course.cli.settings import say, terminal
from sre_course.domain.environment import AppState, Running, ServiceState
from sre_course.domain.errors import CourseError, ServiceError
from sre_course.domain.exercise import Exercise, ExerciseId
from sre_course.domain.seeds import environment_key, fault_seed
from sre_course.engine.names import Place
from sre_course.engine.ports import Environment


SAID = {
    AppState.STARTING: "does not answer yet",
    AppState.RUNNING: "answers",
    AppState.BROKEN: "has a syntax error",
    AppState.EXITED: "ended",
    AppState.GONE: "is gone",
}


def run_start(
    name: str, backend: str, port: int | None, *, lite: bool = False, as_json: bool
) -> int:
    """Start what a name means, say what runs, and open the lesson or the briefing."""
    where = home()
    place = wiring.place(name, where)
    which = wiring.resolve(str(place.exercise or place.day), where)
    running = start_environment(where, which, backend, port, lite=lite)
    state = wiring.environment(running.backend, where).state(running)
    exercise = wiring.exercise(which)
    if as_json:
        say(json.dumps(_document(where, exercise, running, state)))
        return 0
    summary = _summary(where, exercise, running, state)
    # at a terminal the reader stays open; elsewhere what was asked for comes last
    if terminal().interactive:
        say(summary)
        _read(where, place, exercise)
    else:
        _read(where, place, exercise)
        say(summary)
    return 0


def start_environment(
    where: Home,
    which: ExerciseId,
    backend: str = "",
    port: int | None = None,
    *,
    lite: bool = False,
) -> Running:
    """Prepare the workspace, start or adopt the environment, and keep its record.

    An empty backend is the one that the learner used last. Raises CourseError;
    whatever happens, there is either a running environment with its record or none.
    """
    exercise = wiring.exercise(which)
    progress = update(where, lambda p: p)
    backend = backend or progress.backend
    asking = Asking(terminal())
    environment = wiring.environment(
        backend, where, port=port, lite=lite, asking=asking
    )
    with locked(where.state / f"start-{which.slug}.lock", wait=True, busy=""):
        known = load_running(where, which)
        if known and known.backend != backend:
            _end_other(where, which, known)
        environment.preflight(exercise)
        workspace = prepare(where, exercise)
        name = str(which)
        key = environment_key(progress.learner, str(where.root), name)
        seed = fault_seed(progress.learner, name, progress.exercise(name).attempt)
        before = load_running(where, which)
        lived = _lives(environment, before)
        try:
            running = environment.start(exercise, workspace, key, seed)
            with held() as look:
                if running != before:
                    save_running(where, which, running)
                touch_used(where, which)
                look()
        except BaseException:
            if not (lived and _lives(environment, before)):
                _undo(where, which, environment, key)
            raise
    if progress.backend != backend:
        update(where, lambda p: replace(p, backend=backend))
    return running


def _lives(environment: Environment, running: Running | None) -> bool:
    return bool(running and environment.state(running).state is not AppState.GONE)


def _end_other(where: Home, which: ExerciseId, running: Running) -> None:
    """End an environment of another backend: both would want the learner's files."""
    left = wiring.environment(running.backend, where).stop(running)
    if left:
        raise ServiceError(
            f"What ran on {running.backend} does not end: {', '.join(left)}",
            fix="End it by hand, then run the command again",
        )
    forget_running(where, which)


def _undo(where: Home, which: ExerciseId, environment: Environment, key: str) -> None:
    half = Running(str(which), "", key, "", "", endpoints={}, record={})
    with held(), contextlib.suppress(CourseError):
        environment.stop(half)
        forget_running(where, which)


def _document(
    where: Home, exercise: Exercise, running: Running, state: ServiceState
) -> dict[str, object]:
    return {
        "format": 1,
        "exercise": running.exercise,
        "backend": running.backend,
        "state": state.state,
        "detail": state.detail,
        "workspace": str(where.workspace(exercise.id)),
        "endpoints": dict(running.endpoints),
        "next": f"sre-course check {exercise.id.tier}",
    }


def _summary(
    where: Home, exercise: Exercise, running: Running, state: ServiceState
) -> str:
    file = where.workspace(exercise.id) / exercise.app.file
    width = max(len(name) for name in [*running.endpoints, "edit"])
    lines = [f"{exercise.id}: {exercise.title} ({exercise.minutes} minutes)", ""]
    for name, url in running.endpoints.items():
        said = f"  {SAID[state.state]}" if name == "app" else ""
        lines.append(f"  {name:<{width}}  {url}{said}")
    lines += [f"  {'edit':<{width}}  {file}", ""]
    if state.detail:
        lines += [visible(state.detail), ""]
    if state.state in (AppState.BROKEN, AppState.EXITED):
        lines += ["Mend the file and save it: the app starts again by itself.", ""]
    if running.backend == "embedded" and docker_engine():
        lines += [
            "Docker runs here too. With the real Prometheus and Grafana:",
            f"  sre-course start {exercise.id.tier} --backend docker",
        ]
    return "\n".join([*lines, f"Next: sre-course check {exercise.id.tier}", ""])


def _read(where: Home, place: Place, exercise: Exercise) -> None:
    """Open the lesson of a day, or the briefing of an exercise; a day may have none."""
    from sre_course.adapters.content.lessons import list_days
    from sre_course.cli import learning

    if place.exercise is None and place.day in list_days(wiring.course()):
        learning.open_lesson(place.day)
        return
    briefing = where.workspace(exercise.id) / "README.md"
    if briefing.is_file():
        learning.show_markdown(briefing)
