"""Which environments run, between two commands."""

from pathlib import Path

import pytest

from sre_course.adapters.state.environments import (
    forget_running,
    load_running,
    recorded,
    save_running,
    touch_used,
)
from sre_course.adapters.state.home import Home
from sre_course.domain.environment import Running
from sre_course.domain.errors import ServiceError
from sre_course.domain.exercise import ExerciseId


WHICH = ExerciseId("day1", "beginner")
RUNNING = Running(
    exercise="day1/beginner",
    backend="embedded",
    key="k",
    fault_seed="s",
    token="t",  # noqa: S106 - not a secret
    endpoints={"app": "http://127.0.0.1:8000"},
    record={"ports": [8000, 1]},
)


def test_records(tmp_path: Path) -> None:
    """What is loaded is what was saved; forgotten twice is forgotten."""
    home = Home(tmp_path / "home")
    assert load_running(home, WHICH) is None
    assert recorded(home) == []

    save_running(home, WHICH, RUNNING)
    assert load_running(home, WHICH) == RUNNING
    assert recorded(home) == [WHICH]
    assert home.record("environments", WHICH).is_file()

    forget_running(home, WHICH)
    forget_running(home, WHICH)
    assert load_running(home, WHICH) is None
    assert recorded(home) == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"exercise": 1}', "\xff", "null", '{"key": "k"}']
)
def test_a_record_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """It counts as none, yet the exercise is known: what runs is found by its key."""
    home = Home(tmp_path)
    path = home.record("environments", WHICH)
    path.parent.mkdir(parents=True)
    path.write_bytes(text.encode("latin-1"))

    assert load_running(home, WHICH) is None
    assert recorded(home) == [WHICH]


def test_a_record_with_wrong_fields(tmp_path: Path) -> None:
    """Neither is one with numbers for names."""
    home = Home(tmp_path)
    save_running(home, WHICH, RUNNING)
    path = home.record("environments", WHICH)
    path.write_text(path.read_text().replace('"embedded"', "7"))

    assert load_running(home, WHICH) is None


def test_other_files_are_no_records(tmp_path: Path) -> None:
    """Only `<day>-<tier>.json` counts."""
    home = Home(tmp_path)
    (home.state / "environments").mkdir(parents=True)
    (home.state / "environments" / "notes.json").write_text("{}")
    assert recorded(home) == []


def test_use_is_noted(tmp_path: Path) -> None:
    """The time of the file changes."""
    home = Home(tmp_path)
    touch_used(home, WHICH)
    path = home.state / "used" / "day1-beginner"
    before = path.stat().st_mtime_ns
    touch_used(home, WHICH)
    assert path.stat().st_mtime_ns >= before


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    """There is nothing to forget, and nothing can be kept."""
    (tmp_path / "home").write_text("")
    home = Home(tmp_path / "home")
    forget_running(home, WHICH)
    with pytest.raises(ServiceError):
        save_running(home, WHICH, RUNNING)


def test_a_record_that_cannot_be_removed(tmp_path: Path) -> None:
    """It is said which one."""
    home = Home(tmp_path)
    home.record("environments", WHICH).mkdir(parents=True)
    with pytest.raises(ServiceError, match="day1-beginner"):
        forget_running(home, WHICH)
