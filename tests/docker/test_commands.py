"""From `start` to a passing `check`, on a real engine, as a learner types it."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from tests.docker.commands import TIER, Shell
from tests.embedded.lab import get, until


@pytest.fixture
def shell(client: DockerClient, tmp_path: Path) -> Iterator[Shell]:
    """A home of its own; what it leaves on the engine fails the test."""
    made = Shell(client, tmp_path / "home")
    yield made
    done = made.type("stop")
    assert done.returncode == 0, done.stdout + done.stderr
    assert made.parts() == []


def serves_metrics(url: str) -> bool:
    """Whether the solution answers by now."""
    with contextlib.suppress(OSError):
        return get(url, "/metrics").startswith(b"#")
    return False


def test_from_start_to_a_pass(shell: Shell) -> None:
    """The starter fails, the solution passes, and Prometheus has the numbers."""
    started = shell.json("start", TIER, "--backend", "docker")
    assert started["backend"] == "docker"
    assert started["state"] == "running"
    assert {"app", "warehouse", "prometheus", "alertmanager"} <= set(
        started["endpoints"]
    )
    assert get(started["endpoints"]["app"], "/healthz")

    starter = shell.json("check", TIER)
    assert (starter["backend"], starter["passed"]) == ("docker", False)
    assert "error" not in {r["verdict"] for r in starter["results"]}

    shell.solve()
    until(lambda: serves_metrics(started["endpoints"]["app"]))
    solved = shell.json("check", TIER)
    assert solved["passed"], solved
    assert solved["score"] == 90  # the questions are not answered yet

    counted = shell.json("promql", "sum(http_requests_total)")
    assert float(counted["result"][0]["value"][1]) > 100
    shown = shell.type("promql", "http_requests_total", "--range", "30s")
    assert 'route="/search"' in shown.stdout
    assert shell.type("promql", "sum(").returncode == 2
    rules = shell.json("promql", "route:request_errors:ratio_rate1m")
    assert rules["resultType"] == "vector"
    assert shell.type("alerts").returncode == 0
    assert isinstance(shell.json("alerts")["alerts"], list)


def test_backends_can_be_switched_back_and_forth(shell: Shell) -> None:
    """Files and progress stay, and nothing of the other one keeps running."""
    shell.type("start", TIER, "--backend", "docker")
    shell.solve()
    source = shell.app.read_text()
    first = shell.json("check", TIER)["score"]

    embedded = shell.json("start", TIER, "--backend", "embedded")
    assert embedded["backend"] == "embedded"
    assert shell.parts() == []
    assert shell.app.read_text() == source
    assert shell.json("check", TIER)["score"] == first
    asked = shell.type("promql", "up")
    assert asked.returncode == 3
    assert "--backend docker" in asked.stderr

    again = shell.json("start", TIER, "--backend", "docker")
    assert again["backend"] == "docker"
    assert shell.app.read_text() == source
    assert shell.json("check", TIER)["score"] == first
    assert shell.progress()["backend"] == "docker"
    assert shell.progress()["exercises"]["day1/beginner"]["best"] == first
    assert shell.json("start", TIER)["backend"] == "docker"  # remembered


def test_an_engine_that_is_not_there_costs_nothing(
    shell: Shell, tmp_path: Path
) -> None:
    """Exit 3, two lines, nothing remembered; the other backend still starts."""
    shell.variables = {"DOCKER_HOST": f"unix://{tmp_path}/docker.sock"}
    done = shell.type("start", TIER, "--backend", "docker")

    assert done.returncode == 3
    assert "No Docker engine is running here" in done.stderr
    assert "--backend embedded" in done.stderr
    assert shell.progress()["backend"] == "embedded"
    assert shell.json("start", TIER)["state"] == "running"


def test_missing_images_are_not_pulled_unasked(shell: Shell) -> None:
    """Without a terminal nobody can agree: the command that pulls is named."""
    shell.variables = {"SRE_COURSE_IMAGES": "python=registry.invalid/python:1"}
    done = shell.type("start", TIER, "--backend", "docker")

    assert done.returncode == 3
    assert "registry.invalid/python:1" in done.stderr
    assert "sre-course images pull" in done.stderr

    listed = shell.json("images", "list", "--lite")
    images = {i["name"]: i for i in listed["images"]}
    assert images["python"]["here"] is False
    pulled = shell.type("images", "pull", "--lite")
    assert pulled.returncode == 3
    assert "images load" in pulled.stderr


def test_images_are_listed_saved_and_loaded(shell: Shell, tmp_path: Path) -> None:
    """A bundle is a folder; what is none is told."""
    listed = shell.type("images", "list", "--lite")
    assert "All are here" in listed.stdout
    saved = shell.type("images", "save", str(tmp_path / "bundle"), "--lite")
    assert saved.returncode == 0, saved.stderr
    loaded = shell.type("images", "load", str(tmp_path / "bundle"))
    assert loaded.returncode == 0, loaded.stderr
    assert "sre-course/app:" in loaded.stdout
    assert shell.type("images", "load", str(tmp_path)).returncode == 2
    assert shell.type("images", "pull", "--lite").returncode == 0


def test_doctor_finds_what_a_deleted_home_left(shell: Shell) -> None:
    """And with --repair removes it."""
    shell.type("start", TIER, "--backend", "docker")
    assert shell.parts()
    shutil.rmtree(shell.home)

    found = {f["about"]: f for f in shell.json("doctor")["findings"]}
    assert found["containers"]["state"] == "note"
    assert "--repair" in found["containers"]["fix"]
    repaired = shell.json("doctor", "--repair")["findings"]
    assert {f["about"]: f["state"] for f in repaired}["containers"] == "ok"
    assert shell.parts() == []
