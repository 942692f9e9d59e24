"""The commands as a learner types them, in a home of their own, on a real engine."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker import DockerClient

from sre_course.adapters.environments.docker import labels


ROOT = Path(__file__).resolve().parents[2]
SOLUTION = ROOT / "exercises/day1/beginner/solutions/reference/app.py"
TIER = "beginner"
TIMEOUT = 180  # seconds


@dataclass
class Shell:
    """Types commands; `before` is put in front of each, as nsenter is."""

    client: DockerClient
    home: Path
    before: Callable[..., list[str]] = lambda *words: list(words)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Path:
        """The learner's file."""
        return self.home / "day1" / TIER / "app.py"

    def _environment(self) -> dict[str, str]:
        own = {"SRE_COURSE_HOME": str(self.home), "SRE_COURSE_LITE": "1"}
        return {**os.environ, **own, **self.variables}

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        """Type a command and do not wait for it."""
        return subprocess.Popen(
            self.before(sys.executable, "-m", "sre_course", *words, "--no-input"),
            cwd=ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def type(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Type a command and wait until it has ended."""
        process = self.begin(*words)
        out, err = process.communicate(timeout=TIMEOUT)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def json(self, *words: str) -> Any:  # noqa: ANN401 - JSON
        """Type a command that prints JSON."""
        done = self.type(*words, "--json")
        return json.loads(done.stdout) if done.stdout else {"error": done.stderr}

    def solve(self) -> None:
        """Save the reference solution."""
        shutil.copy(SOLUTION, self.app)

    def progress(self) -> Any:  # noqa: ANN401 - JSON
        """Return the progress file's content."""
        return json.loads((self.home / ".state" / "progress.json").read_text())

    def parts(self) -> list[str]:
        """Return what the engine has of this home: roles and kinds, sorted."""
        mark = f"{labels.WORKSPACE}={self.app.parent.resolve()}"
        filters: dict[str, labels.Filter] = {"label": mark}
        containers = self.client.containers.list(
            all=True, filters=filters, ignore_removed=True
        )
        roles = [f"{c.labels[labels.ROLE]} {c.status}" for c in containers]
        networks = ["network" for _ in self.client.networks.list(filters=filters)]
        volumes = ["volume" for _ in self.client.volumes.list(filters=filters)]
        return sorted([*roles, *networks, *volumes])
