"""Every candidate gets the verdict on Docker that it gets on the embedded backend.

With SRE_REQUIRE_DOCKER=1 all of them; otherwise a few of each kind, as all take long.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from docker import DockerClient

from sre_course import wiring
from sre_course.cli.proving import prove
from sre_course.domain.exercise import ExerciseId
from sre_course.engine.author import Candidate, candidates, disagreements
from tests.docker.commands import SOLUTION, TIER, Shell
from tests.embedded.lab import free_port, listens, until


A_FEW = {"starter", "reference", "status_classes", "only_success", "json_metrics"}
SEED = 1
# the app's container has no other language: the last test is for those
PYTHON = ((), ("{python}",), ("python",))


def _chosen() -> list[tuple[ExerciseId, Candidate]]:
    """Return the candidates; other languages run outside."""
    everything = os.environ.get("SRE_REQUIRE_DOCKER") == "1"
    return [
        (which, candidate)
        for which in wiring.exercises()
        for candidate in candidates(wiring.folder(which))
        if candidate.command[:1] in PYTHON
        if everything or candidate.name in A_FEW
    ]


ALL = _chosen()


@pytest.mark.parametrize(
    ("which", "candidate"), ALL, ids=[f"{which}/{c}" for which, c in ALL]
)
def test_a_candidate_gets_the_same_verdict(
    client: DockerClient,
    which: ExerciseId,
    candidate: Candidate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Read through the real Prometheus, it fails what it must, and nothing else."""
    monkeypatch.setenv("SRE_COURSE_LITE", "1")
    report = prove(which, candidate, "docker", SEED)

    assert disagreements(candidate, report) == []


def test_an_app_that_runs_elsewhere_is_checked_there(
    client: DockerClient, tmp_path: Path
) -> None:
    """On this machine it calls our service in its container, and passes."""
    shell = Shell(client, tmp_path / "home")
    started = shell.json("start", TIER, "--backend", "docker")
    port = free_port()
    app = subprocess.Popen(
        [sys.executable, str(SOLUTION)],
        env={
            **os.environ,
            "PORT": str(port),
            "WAREHOUSE_URL": started["endpoints"]["warehouse"],
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: listens(port))
        report = shell.json("check", TIER, "--url", f"http://127.0.0.1:{port}")
        assert report["passed"], report
    finally:
        app.kill()
        app.wait()
        assert shell.json("stop")["left"] == []
