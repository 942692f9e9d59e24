"""Every candidate gets the verdict on Docker that it gets on the embedded backend.

With SRE_REQUIRE_DOCKER=1 all of them; otherwise a few of each kind, as all take long.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from docker import DockerClient

from sre_course import wiring
from sre_course.adapters.environments.docker import readiness
from sre_course.adapters.environments.docker.backend import Docker
from sre_course.adapters.state.home import Home
from sre_course.cli.proving import exercise_of, judged
from sre_course.domain.environment import AppState, Running, ServiceState
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.report import Report
from sre_course.domain.seeds import environment_key, fault_seed
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


@dataclass
class Bench:
    """One environment in which candidates take turns, as saves of a learner do."""

    client: DockerClient
    folder: Path
    runs: dict[ExerciseId, Running] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        """The author's home."""
        return Home(self.folder)

    def judged(self, which: ExerciseId, candidate: Candidate) -> Report:
        """Save a candidate's files, wait until they run or cannot, and judge."""
        what = exercise_of(which, candidate)
        environment = wiring.environment("docker", self.home)
        workspace = self.home.workspace(which)
        before = self._restarts(which)
        workspace.mkdir(parents=True, exist_ok=True)
        wanted = {p.name for p in candidate.folder.iterdir()} - {"expect.toml"}
        for name in wanted:  # as an editor does: never half of a file
            shutil.copy(candidate.folder / name, workspace / f".{name}")
            (workspace / f".{name}").replace(workspace / name)
        for old in workspace.iterdir():
            if old.name not in wanted:
                old.unlink()
        key = environment_key("author", str(self.folder), str(which))
        if which in self.runs:  # a ledger of its own, as of a learner's first day
            self.client.containers.get(f"sre-{key}-dependency").restart(timeout=0)
        faults = fault_seed("author", str(which), SEED)
        running = environment.start(what, workspace, key, faults)
        self.runs[which] = running
        until(lambda: self._restarts(which) != before, 60)
        until(lambda: settled(environment.state(running)), 60)
        return judged(what, running, environment, SEED)

    def _restarts(self, which: ExerciseId) -> tuple[float, int]:
        """Return what changes with every start of the app, even of one that fails."""
        if which not in self.runs:
            return (0.0, -1)
        seen = readiness.status(str(self.runs[which].record["status"]))
        return (seen.supervisor_started, seen.restarts) if seen else (0.0, -2)


def settled(state: ServiceState) -> bool:
    """Whether the app answers, or is known not to."""
    return state.state is not AppState.STARTING or bool(state.detail)


@pytest.fixture(scope="module")
def bench(
    client: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """An environment for all candidates of an exercise."""
    folder = tmp_path_factory.mktemp("parity")
    before = os.environ.get("SRE_COURSE_LITE")
    os.environ["SRE_COURSE_LITE"] = "1"
    made = Bench(client, folder)
    yield made
    for running in made.runs.values():
        assert Docker().stop(running) == []
    if before is None:
        del os.environ["SRE_COURSE_LITE"]


@pytest.mark.parametrize(
    ("which", "candidate"), ALL, ids=[f"{which}/{c}" for which, c in ALL]
)
def test_a_candidate_gets_the_same_verdict(
    bench: Bench, which: ExerciseId, candidate: Candidate
) -> None:
    """Read through the real Prometheus, it fails what it must, and nothing else."""
    report = bench.judged(which, candidate)

    assert report.backend == "docker"
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
