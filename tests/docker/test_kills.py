"""SIGKILL of command, container and engine: nothing is lost, and nothing left."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import APIError

from sre_course.adapters.environments.docker.images import Images, required
from sre_course.adapters.environments.docker.stack import load_stack, services_for
from tests.docker.commands import TIER, Shell
from tests.docker.engines import Engine, extra_engine
from tests.docker.lab import REAL_STACK
from tests.embedded.lab import until


@pytest.fixture
def shell(client: DockerClient, tmp_path: Path) -> Iterator[Shell]:
    """A home of its own; what it leaves on the engine fails the test."""
    made = Shell(client, tmp_path / "home")
    yield made
    made.type("stop")
    assert made.parts() == []


def has(shell: Shell, *wanted: str) -> Callable[[], bool]:
    """Return whether the engine has some parts by now."""

    def look() -> bool:
        with contextlib.suppress(APIError):
            return all(any(p.startswith(w) for p in shell.parts()) for w in wanted)
        return False

    return look


PHASES = [
    ("network",),
    ("volume",),
    ("door created",),
    ("app created", "prometheus created"),
    ("prometheus running",),
    ("app running", "dependency running"),
    ("door running",),
]


@pytest.mark.parametrize("phase", PHASES, ids=[p[0] for p in PHASES])
def test_a_start_that_is_killed_leaves_nothing_after_stop(
    shell: Shell, phase: tuple[str, ...]
) -> None:
    """At whatever point: `stop` finds it without a record, by its labels."""
    process = shell.begin("start", TIER, "--backend", "docker")
    until(has(shell, *phase))
    process.send_signal(signal.SIGKILL)
    process.communicate()

    done = shell.json("stop")
    assert done["left"] == []
    assert shell.parts() == []
    assert shell.progress()["learner"]


@pytest.mark.parametrize("phase", [PHASES[2], PHASES[5]], ids=["created", "running"])
def test_a_start_that_is_killed_is_taken_up_by_the_next(
    shell: Shell, phase: tuple[str, ...]
) -> None:
    """What is there already is used, the rest is made."""
    process = shell.begin("start", TIER, "--backend", "docker")
    until(has(shell, *phase))
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert shell.json("start", TIER, "--backend", "docker")["state"] == "running"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_start_that_is_interrupted_undoes_itself(
    shell: Shell, number: signal.Signals
) -> None:
    """Ctrl-C half-way: when the command has ended, nothing is left."""
    process = shell.begin("start", TIER, "--backend", "docker")
    until(has(shell, "door created"))
    process.send_signal(number)
    process.communicate(timeout=60)

    assert process.returncode != 0
    assert shell.parts() == []


def test_a_check_that_is_killed_loses_no_progress(shell: Shell) -> None:
    """The best score stays, and the next check judges as if nothing had been."""
    shell.type("start", TIER, "--backend", "docker")
    shell.solve()
    first = shell.json("check", TIER)
    before = shell.progress()
    process = shell.begin("check", TIER)
    time.sleep(3)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert shell.progress() == before
    assert shell.json("check", TIER)["score"] == first["score"]


@pytest.mark.parametrize("role", ["app", "dependency", "door", "prometheus"])
def test_a_container_that_dies_before_a_check_is_no_verdict(
    shell: Shell, role: str
) -> None:
    """Nothing is judged against the learner; a start mends it, and the score counts."""
    shell.type("start", TIER, "--backend", "docker")
    shell.solve()
    best = shell.json("check", TIER)["score"]
    name = next(
        str(c.name)
        for c in shell.client.containers.list(filters={"label": "dev.sre-course.key"})
        if c.labels.get("dev.sre-course.role") == role
        and c.labels["dev.sre-course.workspace"] == str(shell.app.parent.resolve())
    )
    shell.client.containers.get(name).kill()

    done = shell.type("check", TIER, "--json")
    assert done.returncode == 3, done.stdout + done.stderr
    assert shell.progress()["exercises"]["day1/beginner"]["best"] == best

    assert shell.json("start", TIER)["state"] == "running"
    assert shell.json("check", TIER)["score"] == best


@pytest.fixture(scope="module")
def engine(client: DockerClient) -> Iterator[Engine]:
    """An engine that may be killed, with the images."""
    stack = load_stack()
    images = Images(client, stack)
    names = required(stack, services_for(stack, REAL_STACK, lite=True))
    with extra_engine() as made:
        made.load([s.reference for s in images.status(names)], client)
        yield made


@pytest.fixture
def beside(engine: Engine, tmp_path: Path) -> Iterator[Shell]:
    """A home whose commands use that engine."""
    if not engine.answers():
        engine.start()
    theirs = DockerClient(engine.host)
    made = Shell(theirs, tmp_path / "home", engine.inside, {"DOCKER_HOST": engine.host})
    yield made
    theirs.close()


@pytest.mark.parametrize("phase", [("network",), ("app created",), ("door running",)])
def test_an_engine_that_dies_during_a_start(
    engine: Engine, beside: Shell, phase: tuple[str, ...]
) -> None:
    """It is told with the next step; with the engine back, all is as it was."""
    process = beside.begin("start", TIER, "--backend", "docker")
    until(has(beside, *phase))
    engine.kill()
    _out, err = process.communicate(timeout=120)

    assert process.returncode == 3
    assert "→" in err
    assert "Traceback" not in err
    engine.start()
    assert beside.json("start", TIER, "--backend", "docker")["state"] == "running"
    assert beside.json("stop")["left"] == []
    assert beside.parts() == []


def test_an_engine_that_dies_before_and_during_a_check(
    engine: Engine, beside: Shell
) -> None:
    """No score is lost and none is lowered: it could not be judged."""
    beside.type("start", TIER, "--backend", "docker")
    beside.solve()
    best = beside.json("check", TIER)["score"]
    assert best >= 80

    process = beside.begin("check", TIER)
    time.sleep(2)
    engine.kill()
    process.communicate(timeout=120)
    assert process.returncode == 3
    done = beside.type("check", TIER)
    assert done.returncode == 3
    assert "→" in done.stderr
    assert beside.progress()["exercises"]["day1/beginner"]["best"] == best

    # nothing can be proved gone on an engine that does not answer
    stopped = beside.type("stop")
    assert stopped.returncode == 3

    engine.start()
    until(lambda: beside.json("start", TIER)["state"] == "running", 120)
    assert beside.json("check", TIER)["score"] == best
    assert beside.json("stop")["left"] == []
    assert beside.parts() == []
