"""Run one app of an exercise in an environment of its own and judge it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sre_course import wiring
from sre_course.adapters.state.home import Home
from sre_course.checkkit import Behaviour
from sre_course.domain.environment import Running
from sre_course.domain.exercise import Exercise, ExerciseId
from sre_course.domain.report import CriterionResult, Report
from sre_course.domain.seeds import environment_key, fault_seed
from sre_course.engine.attempt import attempt
from sre_course.engine.author import Candidate, measuring, right_answers
from sre_course.engine.judge import judge
from sre_course.engine.ports import Environment


class Quiet:
    """An observer that shows nothing."""

    def phase(self, text: str, done: int, total: int) -> None:
        """Show nothing."""

    def criterion(self, result: CriterionResult) -> None:
        """Show nothing."""

    def finished(self, report: Report) -> None:
        """Show nothing."""


@contextmanager
def environment_of(
    which: ExerciseId, candidate: Candidate, backend: str, seed: int
) -> Iterator[tuple[Home, Exercise, Running]]:
    """Run a candidate in a home of its own, and leave nothing of it."""
    what = exercise_of(which, candidate)
    with tempfile.TemporaryDirectory(prefix="sre-course-") as folder:
        home = Home(Path(folder))
        workspace = home.workspace(which)
        shutil.copytree(candidate.folder, workspace)
        (workspace / "expect.toml").unlink(missing_ok=True)
        # the usual port may be in use by somebody who proves beside us
        environment = wiring.environment(backend, home, port=wiring.free_port())
        key = environment_key("author", folder, str(which))
        faults = fault_seed("author", str(which), seed)
        running = environment.start(what, workspace, key, faults)
        try:
            yield home, what, running
        finally:
            left = environment.stop(running)
            if left:
                raise RuntimeError(f"{candidate} left {', '.join(left)}")


def exercise_of(which: ExerciseId, candidate: Candidate) -> Exercise:
    """Return an exercise whose app is run as a candidate wants it."""
    what = wiring.exercise(which)
    if not candidate.command:
        return what
    file = next(p for p in candidate.command if (candidate.folder / p).is_file())
    return replace(what, app=replace(what.app, command=candidate.command, file=file))


def prove(which: ExerciseId, candidate: Candidate, backend: str, seed: int) -> Report:
    """Judge a candidate as a learner's app, with the right answers given."""
    with environment_of(which, candidate, backend, seed) as (home, what, running):
        return judged(what, running, wiring.environment(backend, home), seed)


def judged(
    what: Exercise, running: Running, environment: Environment, seed: int
) -> Report:
    """Judge what runs, with the right answers given."""
    given = wiring.checks(what.id)
    behaviour = Behaviour(what.dependency, running.fault_seed)
    tools = wiring.instruments(running, what, environment, url=None)
    tools.drive(measuring(behaviour, seed), lambda _done: None)
    answers = right_answers(behaviour, tools.dependency.calls())
    made = attempt(
        lambda n: given.traffic(behaviour, n),
        behaviour,
        seed,
        answers,
        tools,
        Quiet(),
    )
    results = judge(given.criteria, made, Quiet())
    return Report(str(what.id), running.backend, seed, results)
