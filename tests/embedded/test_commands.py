"""The commands themselves, as a learner types them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sre_course.adapters.environments import ending
from sre_course.adapters.state.home import Home
from tests.embedded.lab import APP, SERVE, free_port, get, until


ROOT = Path(__file__).resolve().parents[2]
HANGING = "import time\ntime.sleep(600)\n"


@dataclass
class Shell:
    """Types commands for a learner with a home and a course of their own."""

    home: Home
    course: Path
    environment: dict[str, str]
    limit: str = "true"  # what the shell does first

    def type(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command."""
        command = [sys.executable, "-m", "sre_course", *words, "--no-input"]
        return subprocess.Popen(
            ["sh", "-c", f'{self.limit}; exec "$@"', "sh", *command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, code: int = 0) -> str:
        """Return what a command prints, on standard error if it fails."""
        out, err = (process := self.type(*words)).communicate(timeout=60)
        assert process.returncode == code, (out, err)
        return err if code else out

    def json(self, *words: str, code: int = 0) -> Any:  # noqa: ANN401 - whatever it says
        """Return the one object that a command prints."""
        out, err = (process := self.type(*words, "--json")).communicate(timeout=60)
        assert process.returncode == code, (out, err)
        return json.loads(out)

    def starter(self, source: str) -> None:
        """Write the app that learners begin with."""
        starter = self.course / "exercises/day1/beginner/starter"
        (starter / "app.py").write_text(source)

    def remember(self, port: int) -> None:
        """Let starts use a port that no other test uses."""
        path = self.home.state / "ports" / "day1-beginner"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(port))


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A learner at a shell."""
    course = tmp_path / "course"
    shutil.copytree(
        ROOT / "exercises/day1/beginner",
        course / "exercises/day1/beginner",
        ignore=shutil.ignore_patterns("mutants", "starter", "__pycache__"),
    )
    for part in ("exercises/day1/beginner/starter", "lessons", "checks"):
        (course / part).mkdir()
    home = Home(tmp_path / "home")
    told = {"SRE_COURSE_HOME": str(home.root), "SRE_COURSE_ROOT": str(course)}
    made = Shell(home, course, {**os.environ, **told})
    made.starter(APP + SERVE)
    made.remember(free_port())
    try:
        yield made
    finally:
        assert ending.end_marked(ending.marked_under(home.state)) == []


def test_start_and_stop(shell: Shell) -> None:
    """One object with the URLs; again the same; then nothing is left, twice."""
    first = shell.json("start", "beginner")

    assert (first["exercise"], first["state"]) == ("day1/beginner", "running")
    assert get(first["endpoints"]["app"]) == b"one"
    assert Path(first["workspace"], "app.py").read_text() == APP + SERVE
    assert shell.json("start") == first

    assert shell.json("stop") == {
        "format": 1,
        "stopped": ["day1/beginner"],
        "strays": 0,
        "left": [],
    }
    assert "Nothing was running" in shell.run("stop")


def test_start_in_words(shell: Shell) -> None:
    """URLs, the file to edit, the next command."""
    text = shell.run("start", "day1/beginner")

    assert "http://127.0.0.1:" in text
    assert str(shell.home.root / "day1/beginner/app.py") in text
    assert "Next: sre-course check beginner" in text


def test_start_with_a_broken_app(shell: Shell) -> None:
    """It is said where, and what to do; a control sequence does nothing."""
    shell.starter("def f(:\n# \x1b[31m\n")

    text = shell.run("start", "beginner")

    assert "app.py, line 1: SyntaxError" in text
    assert "the app starts again by itself" in text
    assert "\x1b" not in text


def test_two_starts_at_once(shell: Shell) -> None:
    """The second one waits, and adopts what the first one started."""
    both = [shell.type("start", "beginner", "--json") for _ in range(2)]
    first, second = (json.loads(p.communicate(timeout=60)[0]) for p in both)

    assert [p.returncode for p in both] == [0, 0]
    assert first == second
    found = ending.marked_under(shell.home.state)
    assert len([m for m in found if m.role == "supervisor"]) == 1


@pytest.mark.parametrize(
    ("when", "by"),
    [
        ("day1", signal.SIGINT),
        (".state/plans", signal.SIGINT),
        (".state/plans", signal.SIGTERM),
        (".state/used", signal.SIGHUP),
        ("app", signal.SIGINT),
    ],
)
def test_start_is_interrupted(shell: Shell, when: str, by: signal.Signals) -> None:
    """Wherever it was, there is no process and no record; a later start works."""
    shell.starter(HANGING)
    process = shell.type("start", "beginner")
    if when == "app":
        until(lambda: len(ending.marked_under(shell.home.state)) >= 3)
    else:
        until(lambda: any((shell.home.root / when).glob("*")))
    process.send_signal(by)
    process.communicate(timeout=30)

    assert process.returncode in (130, -by)
    assert ending.marked_under(shell.home.state) == []
    assert list((shell.home.state / "environments").glob("*")) == []
    assert list((shell.home.state / "plans").glob("*")) == []


@pytest.mark.parametrize("delay", [0.05, 0.25])
def test_start_is_interrupted_early(shell: Shell, delay: float) -> None:
    """Also while it is still reading its own code."""
    shell.starter(HANGING)
    process = shell.type("start", "beginner")
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert process.returncode != 0
    assert ending.marked_under(shell.home.state) == []


def test_the_command_is_killed(shell: Shell) -> None:
    """A start that was killed has no record; the next one takes over what runs."""
    shell.starter(HANGING)
    process = shell.type("start", "beginner")
    until(lambda: len(ending.marked_under(shell.home.state)) >= 3)
    process.kill()
    process.communicate()
    (before,) = _supervisors(shell)

    (shell.home.root / "day1/beginner/app.py").write_text(APP + SERVE)
    assert shell.json("start")["state"] == "running"
    assert _supervisors(shell) == [before]


def test_the_terminal_is_closed(shell: Shell) -> None:
    """What a start at a terminal has started outlives it."""
    code = "import os, pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
    start = [sys.executable, "-m", "sre_course", "start", "beginner", "--no-input"]
    done = subprocess.run(
        [sys.executable, "-c", code, *start],
        cwd=ROOT,
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"Next:" in done.stdout

    time.sleep(0.3)

    assert shell.json("start")["state"] == "running"
    assert {m.role for m in ending.marked_under(shell.home.state)} == {
        "app",
        "dependency",
        "supervisor",
    }


def test_stop_without_records(shell: Shell) -> None:
    """What runs is found by its mark when nobody remembers it."""
    shell.json("start", "beginner")
    os.kill(_supervisors(shell)[0], signal.SIGKILL)
    shutil.rmtree(shell.home.root)

    stopped = shell.json("stop")

    assert stopped["left"] == []
    assert stopped["strays"] >= 1
    assert not shell.home.root.exists()


def test_reset_keeps_everything(shell: Shell) -> None:
    """Files go to a backup, what ran is ended, the faults are others."""
    shell.json("start", "beginner")
    mine = shell.home.root / "day1/beginner"
    (mine / "app.py").write_text("mine = 1\n")
    (mine / "notes.txt").write_text("what I saw")
    seed = _record(shell)["fault_seed"]

    shell.run("reset", "beginner")

    (backup,) = mine.parent.glob("beginner.backup-*")
    assert (backup / "app.py").read_text() == "mine = 1\n"
    assert (backup / "notes.txt").read_text() == "what I saw"
    assert (mine / "app.py").read_text() == APP + SERVE
    assert ending.marked_under(shell.home.state) == []
    shell.json("start", "beginner")
    assert _record(shell)["fault_seed"] != seed


def test_solution_is_earned(shell: Shell) -> None:
    """Not before a pass; giving up is one word more, and remembered."""
    assert "--give-up" in shell.run("solution", "beginner", code=2)

    text = shell.run("solution", "beginner", "--give-up")

    folder = shell.home.root / "day1/beginner.solution"
    assert str(folder) in text
    assert (folder / "app.py").read_text().rstrip() in text
    assert str(folder) in shell.run("solution", "beginner")


@pytest.mark.parametrize("command", ["start", "reset", "solution", "stop"])
def test_a_name_that_does_not_exist(shell: Shell, command: str) -> None:
    """What exists is named, and what was probably meant."""
    text = shell.run(command, "beginer", code=2)

    assert "There is no day or exercise beginer" in text
    assert "Did you mean beginner?" in text


def test_a_backend_that_does_not_exist(shell: Shell) -> None:
    """Nothing is started for it, and it is not remembered."""
    shell.run("start", "beginner", "--backend", "cloud", code=2)

    assert shell.json("start", "beginner")["backend"] == "embedded"


def test_a_home_that_cannot_be_written(shell: Shell) -> None:
    """Exit code 3 and a way out."""
    shell.environment["SRE_COURSE_HOME"] = "/proc/no-such-home"

    assert "SRE_COURSE_HOME" in shell.run("start", "beginner", code=3)


def test_a_full_disk(shell: Shell) -> None:
    """Exit code 3; there is no half of a workspace and no process."""
    shell.limit = "ulimit -f 0"

    assert "Free some space" in shell.run("start", "beginner", code=3)

    shell.limit = "true"
    assert not (shell.home.root / "day1").exists()
    assert ending.marked_under(shell.home.state) == []
    assert shell.json("start", "beginner")["state"] == "running"


def test_doctor_repairs(shell: Shell) -> None:
    """A broken progress file is moved aside, orphans are ended; nothing else."""
    assert shell.json("doctor")["ok"] is True
    shell.json("start", "beginner")
    (supervisor,) = _supervisors(shell)
    os.kill(supervisor, signal.SIGKILL)
    (shell.home.state / "progress.json").write_text("{")

    findings = {f["about"]: f for f in shell.json("doctor", code=3)["findings"]}
    assert findings["progress"]["state"] == "wrong"
    assert findings["orphans"]["state"] == "note"

    findings = {f["about"]: f for f in shell.json("doctor", "--repair")["findings"]}
    assert findings["progress"]["state"] == "ok"
    assert ending.marked_under(shell.home.state) == []
    assert len(list(shell.home.state.glob("progress-*.json"))) == 1


def _supervisors(shell: Shell) -> list[int]:
    found = ending.marked_under(shell.home.state)
    return [m.process.pid for m in found if m.role == "supervisor"]


def _record(shell: Shell) -> Any:  # noqa: ANN401 - JSON
    path = shell.home.state / "environments" / "day1-beginner.json"
    return json.loads(path.read_text())
