"""Ctrl-C and worse, in the middle of a check: nothing is left, the next one works."""

import os
import signal
import subprocess
import time

import pytest

from sre_course.adapters.state.progress import load
from tests.cli.course import LONGEST, REFERENCE, Course, ended
from tests.embedded.lab import APP, SERVE, until


pytestmark = pytest.mark.slow

SMALL = APP + SERVE
INTERRUPTED = (130, -signal.SIGINT)


@pytest.fixture(scope="module", autouse=True)
def _reference(running: Course) -> None:
    """Let there be something to send traffic to."""
    running.app(REFERENCE.read_text(encoding="utf-8"))


def read_until(process: "subprocess.Popen[bytes]", words: str) -> None:
    """Read what a command prints until some words came."""
    assert process.stdout
    while words not in (line := process.stdout.readline().decode()):
        assert line


@pytest.mark.parametrize("phase", ["Round 0", "Round 1", "Round 2"])
def test_a_check_is_interrupted_at_work(running: Course, phase: str) -> None:
    """It says so and keeps nothing; the app runs on, and the next check is whole."""
    before = running.progress.read_bytes()
    app = running.status().incarnation
    process = running.type("check")
    read_until(process, phase)
    os.killpg(process.pid, signal.SIGINT)
    found = ended(process)

    assert found.code == 130
    assert found.err.strip() == "Interrupted."
    assert running.progress.read_bytes() == before
    assert running.status().incarnation == app
    assert running.check("--only", "serves_metrics").json["score"] == 10


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.5, 1.2])
def test_a_check_is_interrupted_at_any_time(running: Course, delay: float) -> None:
    """Also while it reads its own code, and when it has nearly ended."""
    process = running.type("check", "--json")
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    out, _err = process.communicate(timeout=LONGEST)

    assert process.returncode in (*INTERRUPTED, 1)
    assert out == b""
    assert running.status().state == "running"
    assert running.check("--only", "serves_metrics").json["score"] == 10


@pytest.mark.parametrize(
    ("when", "by"),
    [
        ("0.3 s", signal.SIGINT),
        ("1 s", signal.SIGINT),
        ("Round 2", signal.SIGINT),
        ("Round 0", signal.SIGTERM),
        ("Round 1", signal.SIGHUP),
    ],
)
def test_a_fresh_check_is_interrupted(
    course: Course, when: str, by: signal.Signals
) -> None:
    """What it started it ends, whatever the moment and the signal."""
    course.save(REFERENCE.read_text(encoding="utf-8"))
    process = course.type("check", "--fresh")
    if when.startswith("Round"):
        read_until(process, when)
    else:
        time.sleep(float(when.split(maxsplit=1)[0]))
    os.killpg(process.pid, by)
    process.communicate(timeout=LONGEST)

    assert process.returncode in (130, -by)
    course.prove_nothing_left()
    assert not list(course.home.state.glob("environments/*"))
    assert course.run("status", "--json", code=0).json["running"] == {}


def test_a_check_is_killed(running: Course) -> None:
    """Nobody could clean up: the lock is free, the progress is whole, the app runs."""
    before = load(running.home)
    process = running.type("check")
    assert process.stdout
    assert process.stdout.readline()
    process.kill()
    process.communicate()

    assert load(running.home) == before
    assert running.check("--only", "serves_metrics").json["score"] == 10


@pytest.mark.parametrize("delay", [0.1, 0.4, 0.8])
def test_a_start_is_interrupted_at_any_time(course: Course, delay: float) -> None:
    """With the real starter: all of it runs, or nothing; a later start works."""
    process = course.type("start", "beginner", "--port", str(course.port), "--json")
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=LONGEST)

    if process.returncode:  # 1 is Python's own, before it runs anything of ours
        assert process.returncode in (*INTERRUPTED, 1)
        course.prove_nothing_left()
    course.start()
    assert course.status().state == "running"


def test_the_terminal_is_closed(course: Course) -> None:
    """What was started lives on when the session that started it ends."""
    process = course.type("start", "beginner", "--port", str(course.port), "--json")
    process.communicate(timeout=LONGEST)
    with pytest.raises(ProcessLookupError):  # nothing of it is in the shell's group
        os.killpg(process.pid, signal.SIGHUP)

    assert course.status().state == "running"
    course.start()


def test_stop_after_the_supervisor_was_killed(course: Course) -> None:
    """What it led is found and ended by the mark that it carries."""
    course.start(SMALL)
    os.kill(course.one("supervisor").process.pid, signal.SIGKILL)
    until(lambda: "supervisor" not in [m.role for m in course.processes()])
    assert [m.role for m in course.processes()].count("app") == 1

    course.run("stop", code=0)
    course.prove_nothing_left()


def test_stop_in_the_middle_of_a_check(course: Course) -> None:
    """The check cannot judge what is no longer there, and nothing is scored."""
    course.start(REFERENCE.read_text(encoding="utf-8"))
    before = course.progress.read_bytes()
    process = course.type("check")
    read_until(process, "Round 1")
    course.run("stop", code=0)
    found = ended(process)

    assert found.code == 3
    assert "→ " in found.err
    assert "points" not in found.out
    assert course.progress.read_bytes() == before
    course.prove_nothing_left()
