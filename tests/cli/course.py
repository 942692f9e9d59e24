"""A learner at a shell: real commands, a home of their own, nothing left at the end."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sre_course.adapters.environments import ending
from sre_course.adapters.environments.paths import Paths
from sre_course.adapters.environments.processes import Marked
from sre_course.adapters.state.home import Home
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.supervision import Status
from tests.embedded.lab import free_port, listens, until


ROOT = Path(__file__).resolve().parents[2]
BEGINNER = ExerciseId("day1", "beginner")
EXERCISE = ROOT / "exercises" / "day1" / "beginner"
REFERENCE = EXERCISE / "solutions" / "reference" / "app.py"
STARTER = EXERCISE / "starter" / "app.py"
LONGEST = 120  # seconds that any command may take
EXIT_CODES = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever it says
        """The one object that it printed."""
        return json.loads(self.out)

    @property
    def verdicts(self) -> dict[str, dict[str, Any]]:
        """The results of a check, by criterion."""
        return {r["criterion"]: r for r in self.json["results"]}


@dataclass
class Course:
    """Types commands; remembers which ports must be free in the end."""

    home: Home
    port: int = field(default_factory=free_port)
    variables: dict[str, str] = field(default_factory=dict)
    ports: set[int] = field(default_factory=set)

    @property
    def workspace(self) -> Path:
        """The learner's folder."""
        return self.home.workspace(BEGINNER)

    @property
    def progress(self) -> Path:
        """The file that holds what was achieved."""
        return self.home.state / "progress.json"

    @property
    def environment(self) -> dict[str, str]:
        """What every command finds around it."""
        told = {"SRE_COURSE_HOME": str(self.home.root), "NO_COLOR": "1"}
        return {**os.environ, **told, **self.variables}

    def enrol(self, learner: str) -> None:
        """Let the learner have a known name, and with it known faults."""
        self.progress.parent.mkdir(parents=True, exist_ok=True)
        self.progress.write_text(json.dumps({"format": 1, "learner": learner}))

    def save(self, source: str) -> None:
        """Write app.py as an editor does: under another name, then renamed."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        temporary = self.workspace / "app.py.swp"
        temporary.write_text(source, encoding="utf-8")
        temporary.replace(self.workspace / "app.py")

    def type(
        self,
        *words: str,
        first: str = ":",
        stdout: int = subprocess.PIPE,
        variables: Mapping[str, str] | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Start a command in a group of its own; `first` is what its shell does."""
        command = [sys.executable, "-m", "sre_course", *words]
        return subprocess.Popen(
            ["sh", "-c", f'{first}; exec "$@"', "sh", *command],
            cwd=ROOT,
            env={**self.environment, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            process_group=0,
        )

    def run(
        self,
        *words: str,
        code: int | None = None,
        first: str = ":",
        variables: Mapping[str, str] | None = None,
    ) -> Said:
        """Run a command to its end. Whatever the input was, it ends as designed."""
        said = ended(self.type(*words, first=first, variables=variables))
        assert said.code in EXIT_CODES, said
        if code is not None:
            assert said.code == code, said
        if said.code > 1:  # a problem is told in words, with a way out
            assert "→" in said.err + said.out or "Error:" in said.err, said
        return said

    def start(self, source: str | None = None) -> dict[str, str]:
        """Start the exercise with some app, the starter at first; return the URLs."""
        if source is not None:
            self.save(source)
        words = ("start", "beginner", "--port", str(self.port), "--json")
        endpoints: dict[str, str] = self.run(*words, code=0).json["endpoints"]
        self.ports |= {int(url.rpartition(":")[2]) for url in endpoints.values()}
        return endpoints

    def app(self, source: str, *states: str) -> None:
        """Save another app, and wait until the supervisor has seen what comes of it."""
        before = self.status().restarts
        self.save(source)
        until(lambda: self.status().restarts != before, 20)
        until(lambda: self.status().state in (states or ("running",)), 20)

    def status(self) -> Status:
        """What the supervisor says of itself."""
        paths = Paths(self.home.state, BEGINNER.slug)
        until(lambda: paths.read_status() is not None)
        status = paths.read_status()
        assert status
        return status

    def check(self, *words: str, code: int | None = None) -> Said:
        """Check and return what it said, as JSON."""
        return self.run("check", "beginner", "--json", *words, code=code)

    def processes(self) -> list[Marked]:
        """Return what carries this home's mark."""
        return list(ending.marked_under(self.home.state))

    def one(self, role: str) -> Marked:
        """Return the one process of a role."""
        return next(m for m in self.processes() if m.role == role)

    def prove_nothing_left(self) -> None:
        """Fail if a process or a port of this home is left."""
        assert self.processes() == []
        assert [port for port in sorted(self.ports) if listens(port)] == []


def ended(process: "subprocess.Popen[bytes]") -> Said:
    """Wait for a command's end; no traceback and no control sequence is ever shown."""
    try:
        out, err = process.communicate(timeout=LONGEST)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    out = out or b""
    assert b"\x1b" not in out + err, out + err
    assert b"Traceback" not in out + err, (out + err).decode()
    texts = (stream.decode(errors="backslashreplace") for stream in (out, err))
    return Said(process.returncode, *texts)


@contextlib.contextmanager
def course(folder: Path) -> Iterator[Course]:
    """A home that is stopped in the end, and proved to have left nothing."""
    made = Course(Home(folder / "home"))
    try:
        yield made
        made.run("stop", code=0)
        made.prove_nothing_left()
    finally:
        ending.end_marked(made.processes())


def eventually_gone(made: Course, seconds: float = 10.0) -> None:
    """Wait until no process of a home is left."""
    until(lambda: made.processes() == [], seconds)


def soon(seconds: float) -> None:
    """Let a while pass where there is no condition to wait for: a signal's moment."""
    time.sleep(seconds)
