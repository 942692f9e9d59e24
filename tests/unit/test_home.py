"""Where the learner's files lie, and who may write them now."""

from pathlib import Path

import pytest

from sre_course.adapters.state import home as homes
from sre_course.adapters.state.home import Home, locked
from sre_course.domain.errors import ServiceError


def test_a_lock_that_somebody_holds(tmp_path: Path) -> None:
    """Whoever is not to wait is told so; once it is free, it is taken."""
    path = tmp_path / "some" / "lock"
    with (
        locked(path, wait=False, busy="Another one is under way"),
        pytest.raises(ServiceError, match="Another one is under way"),
        locked(path, wait=False, busy="Another one is under way"),
    ):
        pytest.fail("two hold it")
    with locked(path, wait=False, busy=""):
        assert path.exists()


def test_a_lock_that_cannot_be_made(tmp_path: Path) -> None:
    """A home that is a file is said to be one."""
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(ServiceError, match="cannot be written"),
        locked(tmp_path / "file" / "lock", wait=True, busy=""),
    ):
        pytest.fail("it was made")


def test_the_home_is_where_the_learner_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """SRE_COURSE_HOME, with ~ expanded; else a folder in the learner's own home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SRE_COURSE_HOME", raising=False)
    assert homes.home() == Home(tmp_path / "sre-course")
    monkeypatch.setenv("SRE_COURSE_HOME", "~/elsewhere")
    assert homes.home() == Home(tmp_path / "elsewhere")
