"""`dev new`: an exercise that proves itself before anything in it was rewritten."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sre_course import wiring
from sre_course.adapters.content.locate import PARTS, VARIABLE
from sre_course.cli import scaffolding
from sre_course.domain.errors import ServiceError, UsageError


@pytest.fixture(autouse=True)
def _course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.mark.slow
def test_a_new_course_proves_itself(tmp_path: Path) -> None:
    """Made by one command, proved by the next one: starter fails, reference passes."""
    told = {"SRE_COURSE_HOME": str(tmp_path / "home")}
    course = tmp_path / "mine"

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "sre_course", *arguments],
            env={**os.environ, **told},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = run("dev", "new", "week1/expert", "--into", str(course))
    assert f"Next: sre-course dev check week1/expert --course {course}" in said

    proved = run("dev", "check", "week1/expert", "--course", str(course))
    assert "as expected  starter" in proved
    assert "as expected  solutions/reference" in proved
    assert "All as expected." in proved

    # a day without a lesson: its exercise's briefing takes the lesson's place
    try:
        started = run("start", "week1", "--course", str(course))
    finally:
        run("stop", "--course", str(course))
    assert "Your task" in started
    assert "Next: sre-course check expert" in started


def test_what_comes_along(tmp_path: Path) -> None:
    """The reference does; other solutions, mutants and litter do not."""
    scaffolding.run_new("day2/beginner", "", tmp_path)
    made = tmp_path / "exercises" / "day2" / "beginner"

    assert {p.name for p in made.iterdir()} >= {"exercise.toml", "hints.md", "starter"}
    assert [p.name for p in (made / "solutions").iterdir()] == ["reference"]
    assert not (made / "mutants").exists()
    assert (tmp_path / "checks" / "day2" / "beginner" / "__init__.py").is_file()
    assert not list(tmp_path.rglob("__pycache__"))
    assert all((tmp_path / part).is_dir() for part in PARTS)


def test_a_check_module_of_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays one file."""
    scaffolding.run_new("a/b", "", tmp_path / "first")
    package = tmp_path / "first" / "checks" / "a" / "b"
    (package.with_suffix(".py")).write_text("CRITERIA = ()\n")
    for path in package.iterdir():
        path.unlink()
    package.rmdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "first"))

    scaffolding.run_new("a/c", "a/b", tmp_path / "second")

    assert (tmp_path / "second/checks/a/c.py").read_text() == "CRITERIA = ()\n"
    assert [str(e) for e in wiring.exercises()] == ["a/b"]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """An exercise of that name stays as it is."""
    scaffolding.run_new("day2/beginner", "", tmp_path)

    with pytest.raises(UsageError, match="is there already"):
        scaffolding.run_new("day2/beginner", "", tmp_path)


@pytest.mark.parametrize(
    "name", ["", "day2", "Day2/beginner", "day2/../..", "day2/a/b", "/etc", "day2/"]
)
def test_names(name: str, tmp_path: Path) -> None:
    """A name is day/tier, and never a way out of the folder."""
    with pytest.raises(UsageError, match="names no exercise"):
        scaffolding.run_new(name, "", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_may_be_written(tmp_path: Path) -> None:
    """It is said what could not be written."""
    (tmp_path / "exercises").write_text("a file")

    with pytest.raises(ServiceError, match="cannot be written"):
        scaffolding.run_new("day2/beginner", "", tmp_path)
