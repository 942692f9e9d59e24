"""What is Docker's own in an environment's life; test_contract.py has the rest."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sre_course.adapters.environments import ending
from sre_course.adapters.environments.docker import orphans
from sre_course.adapters.environments.docker.backend import Docker
from sre_course.domain.environment import Running
from sre_course.domain.errors import ServiceError
from tests.docker.lab import Lab
from tests.embedded.lab import APP, SERVE, get, until


def test_another_seed_changes_the_dependency_alone(lab: Lab) -> None:
    """After a reset the old faults are gone; the app and its port stay."""
    first = lab.start()
    app = lab.container("app").id
    second = lab.again(seed="another")

    assert second.fault_seed == "another"
    assert second.token != first.token
    assert second.endpoints == first.endpoints
    assert lab.container("app").id == app
    assert b"items" in get(second.endpoints["app"], "/ask")


def test_a_save_restarts(lab: Lab) -> None:
    """The new code answers, in another incarnation; the container is the same."""
    running = lab.start()
    before, container = lab.state(running).incarnation, lab.container("app").id

    lab.save(APP.replace("one", "two") + SERVE)
    until(lambda: lab.state(running).incarnation not in ("", before))
    lab.until_state(running, "running")

    assert get(running.endpoints["app"]) == b"two"
    assert lab.container("app").id == container


def test_an_app_on_another_port(lab: Lab) -> None:
    """`start` comes back; what is missing is said, with the port where it listens."""
    lab.save(APP + "\nserve(9191)\n")
    running = lab.again(patience=2)

    assert lab.state(running).state == "starting"
    assert "PORT" in lab.state(running).detail
    until(lambda: "It listens on 9191 instead" in lab.state(running).detail)


def test_an_app_may_listen_on_every_address(lab: Lab) -> None:
    """As apps in containers usually do."""
    running = lab.start(APP.replace('"127.0.0.1", port', '"0.0.0.0", port') + SERVE)

    assert get(running.endpoints["app"]) == b"one"


def test_every_port_is_on_the_loopback_interface(lab: Lab) -> None:
    """Nobody else on the learner's network can reach an exercise."""
    lab.start()
    door = lab.container("door")
    published = [p for ports in door.ports.values() for p in ports or ()]

    assert published
    assert {p["HostIp"] for p in published} == {"127.0.0.1"}
    for role in ("app", "dependency"):
        assert not any(lab.container(role).ports.values())


def test_two_workspaces_live_side_by_side(lab: Lab, tmp_path: Path) -> None:
    """Each has its own network and ports; to stop one leaves the other."""
    first = lab.start()
    other = Lab(lab.client, lab.home, lab.exercise, f"{lab.key[:-4]}beef")
    other.home = type(lab.home)(tmp_path / "second")
    other.workspace.mkdir(parents=True)
    second = other.start(APP.replace("one", "two") + SERVE)
    try:
        assert get(first.endpoints["app"]) == b"one"
        assert get(second.endpoints["app"]) == b"two"
        assert other.stop(second) == []
        assert get(first.endpoints["app"]) == b"one"
    finally:
        other.end()


def remove(lab: Lab, role: str) -> None:
    """Take a container away."""
    lab.container(role).remove(force=True)


def stop(lab: Lab, role: str) -> None:
    """Stop a container."""
    lab.container(role).stop(timeout=1)


def kill(lab: Lab, role: str) -> None:
    """Kill a container with SIGKILL."""
    lab.container(role).kill()


@pytest.mark.parametrize("role", ["app", "dependency", "door"])
@pytest.mark.parametrize("harm", [remove, stop, kill])
def test_a_start_mends_what_is_broken(
    lab: Lab, role: str, harm: Callable[[Lab, str], None]
) -> None:
    """Whatever became of a container, the next start makes it whole again."""
    lab.start()
    harm(lab, role)
    running = lab.again()

    assert b"items" in get(running.endpoints["app"], "/ask")
    assert lab.state(running).state == "running"


@pytest.mark.parametrize("role", ["app", "door"])
def test_a_container_that_was_killed_is_told(lab: Lab, role: str) -> None:
    """Its end is no verdict on the learner: the environment is gone, and why."""
    running = lab.start()
    lab.container(role).kill()

    state = lab.state(running)
    assert state.state == "gone"
    assert role in state.detail
    assert "137" in state.detail


def test_a_started_container_without_its_door_is_made_whole(lab: Lab) -> None:
    """A CLI that was killed half-way leaves containers that were never started."""
    lab.start()
    lab.container("door").remove(force=True)
    lab.container("app").remove(force=True)
    lab.client.networks.get(f"sre-{lab.key}").disconnect(lab.container("dependency"))

    running = lab.again()
    assert get(running.endpoints["app"]) == b"one"


def test_stop_says_what_keeps_a_network(lab: Lab) -> None:
    """A container of the learner's on our network is not touched, but named."""
    running = lab.start()
    sleep = ["python3", "-c", "import time; time.sleep(900)"]
    visitor = lab.client.containers.run(
        lab.python(), sleep, detach=True, init=True, network=f"sre-{lab.key}"
    )
    try:
        left = lab.stop(running)
        assert any(str(visitor.name) in what for what in left), left
        visitor.reload()
        assert visitor.status == "running"
    finally:
        visitor.remove(force=True)
    assert lab.stop(running) == []


def test_orphans_are_those_whose_workspace_is_gone(lab: Lab) -> None:
    """What lives is none; once its folder is deleted, it is found and removed."""
    lab.start()
    assert lab.key not in [o.key for o in orphans.orphans()]

    shutil.rmtree(lab.workspace)
    (found,) = [o for o in orphans.orphans() if o.key == lab.key]
    assert {f"container sre-{lab.key}-app", f"network sre-{lab.key}"} <= set(
        found.parts
    )

    assert orphans.remove_orphans([found]) == []
    assert lab.left() == []


def test_the_other_backend_leaves_containers_alone(lab: Lab) -> None:
    """Their processes carry its marks, but are Docker's to end."""
    lab.start()

    assert lab.key not in [m.key for m in ending.orphans(lab.home.state)]


def test_a_deleted_workspace_is_no_riddle(lab: Lab) -> None:
    """It is said, before anything was made."""
    shutil.rmtree(lab.workspace)
    with pytest.raises(ServiceError, match="gone"):
        Docker().start(lab.exercise, lab.workspace, lab.key, "seed")
    assert lab.left() == []


def test_another_engine_is_not_asked_in_its_place(lab: Lab) -> None:
    """An empty answer from the wrong engine would be no proof."""
    running = lab.start()
    elsewhere = Running(
        running.exercise,
        running.backend,
        running.key,
        running.fault_seed,
        running.token,
        running.endpoints,
        {**running.record, "engine": "of somebody else"},
    )

    with pytest.raises(ServiceError, match="another Docker engine"):
        lab.stop(elsewhere)
    assert lab.left()


def test_the_app_gets_its_own_requirements(lab: Lab) -> None:
    """What the workspace's requirements.txt names can be imported."""
    (lab.workspace / "requirements.txt").write_text("colorama==0.4.6\n")
    source = APP.replace('b"one"', "__import__('colorama').__version__.encode()")
    lab.save(source + SERVE)
    backend = Docker(lite=True, confirm=lambda _question: True)
    running = backend.start(lab.exercise, lab.workspace, lab.key, "seed")

    assert get(running.endpoints["app"]) == b"0.4.6"


def test_a_virtual_environment_of_this_machine_stays_outside(lab: Lab) -> None:
    """Its interpreter is another one than the container's."""
    python = lab.workspace / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 7\n")
    python.chmod(0o755)
    running = lab.start()

    assert get(running.endpoints["app"]) == b"one"


def test_a_start_takes_no_longer_than_needed(lab: Lab) -> None:
    """The second one only looks."""
    lab.start()
    before = time.monotonic()
    lab.again()

    assert time.monotonic() - before < 5
