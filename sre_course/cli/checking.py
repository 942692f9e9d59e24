"""`check`: find the environment, make the attempt, keep the report."""

import contextlib
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from sre_course import wiring
from sre_course.adapters.environments.interrupts import held
from sre_course.adapters.state.home import Home, home, locked
from sre_course.adapters.state.progress import load, update
from sre_course.adapters.state.reports import save_report
from sre_course.adapters.ui.report import Coloured, Json, Lines
from sre_course.adapters.ui.terminal import Terminal
from sre_course.checkkit import Attempt, Behaviour
from sre_course.domain.environment import Running
from sre_course.domain.errors import ServiceError
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.report import Report
from sre_course.domain.seeds import traffic_seed
from sre_course.engine.attempt import attempt
from sre_course.engine.check import check, remember, select


NOTICED = 0.8  # seconds after a save by which the app is being started anew


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    tier: str
    json: bool
    seed: int
    url: str
    fresh: bool
    only: tuple[str, ...]


def run_check(asked: Asked, terminal: Terminal) -> int:
    """Check and return the exit code."""
    where = home()
    which = wiring.resolve(asked.tier, where)
    busy = f"Another check of {which} is under way"
    with locked(where.state / f"check-{which.slug}.lock", wait=False, busy=busy):
        with _environment(asked, where, which) as running:
            observer = (
                Json()
                if asked.json
                else Lines(terminal)
                if terminal.plain
                else Coloured(terminal)
            )
            try:
                report = _judged(asked, where, which, running, observer)
            finally:
                if isinstance(observer, Coloured):
                    observer.close()
        _keep(where, which, report, whole=not asked.only)
    return report.exit_code


@contextlib.contextmanager
def _environment(asked: Asked, where: Home, which: ExerciseId) -> Iterator[Running]:
    running = wiring.current_environment(where, which)
    if running is not None and not asked.fresh:
        yield running
        return
    if not asked.fresh:
        raise ServiceError(
            f"Nothing of {which} is running", fix=f"sre-course start {which.tier}"
        )
    from sre_course.cli.environment import start_environment
    from sre_course.cli.stopping import stop_environment

    with _ended_by_any_signal():
        try:
            yield start_environment(where, which)
        finally:
            with held():
                stop_environment(where, which)


@contextlib.contextmanager
def _ended_by_any_signal() -> Iterator[None]:
    """Let a terminal that closes, or a CI job that is cancelled, end us as Ctrl-C does.

    What a fresh check started must not outlive it.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _judged(
    asked: Asked,
    where: Home,
    which: ExerciseId,
    running: Running,
    observer: Json | Lines | Coloured,
) -> Report:
    what, given = wiring.exercise(which), wiring.checks(which)
    if not asked.url:
        _until_noticed(where.workspace(which) / what.app.file)
    progress = load(where)
    known = progress.exercise(str(which))
    seed = asked.seed or traffic_seed(
        progress.learner, str(which), known.attempt, known.checks
    )
    behaviour = Behaviour(what.dependency, running.fault_seed)
    environment = wiring.environment(running.backend, where)
    with_what = wiring.instruments(running, what, environment, asked.url or None)

    def made() -> Attempt:
        found = attempt(
            lambda n: given.traffic(behaviour, n),
            behaviour,
            seed,
            known.answers,
            with_what,
            observer,
        )
        if not asked.url:
            wiring.follow(running, environment, found)
        return found

    return check(
        str(which),
        running.backend,
        seed,
        criteria=select(given.criteria, asked.only),
        attempt=made,
        observer=observer,
    )


def _until_noticed(file: Path) -> None:
    """Let a save of this moment take effect: a check is about what was saved."""
    with contextlib.suppress(OSError):
        age = time.time() - file.stat().st_mtime
        if 0 <= age < NOTICED:
            time.sleep(NOTICED - age)


def _keep(where: Home, which: ExerciseId, report: Report, *, whole: bool) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    save_report(where, which, report)
    name = str(which)
    update(
        where,
        lambda p: p.with_exercise(
            name, remember(p.exercise(name), report, now, whole=whole)
        ),
    )
