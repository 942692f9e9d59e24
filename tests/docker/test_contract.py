"""What every environment promises the engine: the same tests on both backends."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sre_course.adapters.environments.dependency import DependencyClient
from sre_course.adapters.environments.docker.backend import Docker
from sre_course.adapters.environments.ending import end_marked
from sre_course.adapters.state.home import Home
from sre_course.domain.behaviour import Outcome
from sre_course.domain.environment import Running
from sre_course.domain.errors import ServiceError
from sre_course.engine.ports import Environment
from tests.docker.lab import Lab as DockerLab
from tests.embedded.lab import APP, SERVE, exercise, free_port, get, until
from tests.embedded.lab import Lab as EmbeddedLab


Backend = tuple[DockerLab | EmbeddedLab, Callable[[], Environment]]


@pytest.fixture(params=["embedded", "docker"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A lab, and what makes its environment anew as every command does."""
    if request.param == "docker":
        docker: DockerLab = request.getfixturevalue("lab")
        yield docker, lambda: Docker(lite=True)
        return
    home = Home(tmp_path / "home")
    embedded = EmbeddedLab(home, exercise(tmp_path / "e"), secrets.token_hex(8))
    embedded.workspace.mkdir(parents=True)
    try:
        yield embedded, embedded.embedded
        for running in embedded.keep:
            assert embedded.stop(running) == []
    finally:
        end_marked([*embedded.alive()])


def again(backend: Backend, *, seed: str = "seed") -> Running:
    """Start with the files as they are."""
    lab, make = backend
    return make().start(lab.exercise, lab.workspace, lab.key, seed)


def test_a_start_answers_and_a_stop_leaves_nothing(backend: Backend) -> None:
    """App and dependency answer when `start` returns; twice stopped is no problem."""
    lab, _ = backend
    running = lab.start()

    assert get(running.endpoints["app"]) == b"one"
    assert b"items" in get(running.endpoints["app"], "/ask")
    assert lab.state(running).state == "running"
    calls = DependencyClient(running.endpoints["warehouse"], running.token).calls()
    assert [(c.route, c.outcome) for c in calls] == [("/search", Outcome.OK)]

    assert lab.stop(running) == []
    assert lab.stop(running) == []
    assert lab.state(running).state == "gone"
    with pytest.raises(OSError, match="refused"):
        get(running.endpoints["app"])


def test_a_second_start_adopts(backend: Backend) -> None:
    """What runs already is left running, with its ports, its token and its ledger."""
    lab, _ = backend
    first = lab.start()
    before = lab.state(first).incarnation
    get(first.endpoints["app"], "/ask")

    assert again(backend) == first
    assert lab.state(first).incarnation == before
    assert DependencyClient(first.endpoints["warehouse"], first.token).calls()


def test_another_seed_means_other_faults(backend: Backend) -> None:
    """After a reset the old ones are gone, with the ledger; the app's address stays."""
    lab, _ = backend
    first = lab.start()
    get(first.endpoints["app"], "/ask")
    second = again(backend, seed="another")

    assert second.fault_seed == "another"
    assert second.token != first.token
    assert second.endpoints["app"] == first.endpoints["app"]
    warehouse = DependencyClient(second.endpoints["warehouse"], second.token)
    assert warehouse.calls() == ()
    lab.until_state(second, "running")
    assert b"items" in get(second.endpoints["app"], "/ask")


def test_a_save_restarts(backend: Backend) -> None:
    """The new code answers, in another incarnation."""
    lab, _ = backend
    running = lab.start()
    before = lab.state(running).incarnation

    lab.save(APP.replace("one", "two") + SERVE)
    until(lambda: lab.state(running).incarnation not in ("", before))
    lab.until_state(running, "running")

    assert get(running.endpoints["app"]) == b"two"


def test_a_syntax_error_is_shown_and_mended(backend: Backend) -> None:
    """File, line and text are named; the environment lives and takes the next save."""
    lab, _ = backend
    running = lab.start("def f(:\n    pass\n")

    broken = lab.state(running)
    assert broken.state == "broken"
    assert broken.detail.startswith("app.py, line 1: SyntaxError")
    assert "def f(:" in broken.detail

    lab.save()
    lab.until_state(running, "running")
    assert get(running.endpoints["app"]) == b"one"


def test_an_app_that_ends_is_told_with_its_last_lines(backend: Backend) -> None:
    """Exit code and traceback are shown; the next save starts it again."""
    lab, make = backend
    running = lab.start("import nothing_of_that_name\n")

    state = lab.until_state(running, "exited")
    assert "app.py ended with exit code 1" in state.detail
    assert "No module named 'nothing_of_that_name'" in state.detail
    assert "nothing_of_that_name" in make().output(running, 5)

    lab.save()
    lab.until_state(running, "running")


def test_the_learner_may_choose_the_port(backend: Backend) -> None:
    """The app's address is then the same after every start."""
    lab, _ = backend
    port = free_port()
    running = lab.start(port=port)

    assert running.endpoints["app"] == f"http://127.0.0.1:{port}"


def test_a_workspace_that_is_gone_is_no_riddle(backend: Backend) -> None:
    """It is said, or the app is told to be missing; nothing is left of the attempt."""
    lab, make = backend
    shutil.rmtree(lab.workspace)
    try:
        running = again(backend)
    except ServiceError:
        return
    assert lab.state(running).state in ("broken", "exited", "gone")
    assert make().stop(running) == []
