"""What may stand anywhere on the command line, and where the course is found."""

import os
from pathlib import Path

import pytest

from sre_course.adapters.content import locate
from sre_course.cli import settings
from sre_course.domain.errors import ContentError, UsageError


@pytest.fixture(autouse=True)
def _untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test puts into the environment does not survive it."""
    monkeypatch.setenv(locate.VARIABLE, "before")
    monkeypatch.delenv(locate.VARIABLE)


def course(folder: Path) -> Path:
    """Return an empty course."""
    for part in locate.PARTS:
        (folder / part).mkdir(parents=True)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ["--course", "PATH", "list", "--json"],
        ["list", "--course", "PATH", "--json"],
        ["list", "--json", "--course=PATH"],
        ["--plain", "list", "--course=elsewhere", "--json", "--course", "PATH"],
    ],
)
def test_a_course_may_be_named_anywhere(arguments: list[str], tmp_path: Path) -> None:
    """The command sees the rest; the last one counts; what we start inherits it."""
    course(tmp_path)
    given = [a.replace("PATH", str(tmp_path)) for a in arguments]

    assert settings.take(given) == ["list", "--json"]
    assert os.environ[locate.VARIABLE] == str(tmp_path)
    assert locate.course_root() == tmp_path


@pytest.mark.parametrize("tail", [["--course"], ["--course="], ["--course", "--json"]])
def test_a_course_without_a_path(tail: list[str]) -> None:
    """It is a mistake on the command line, with an example of how it is right."""
    with pytest.raises(UsageError, match="lacks the folder") as problem:
        settings.take(["list", *tail])

    assert "sre-course list --course" in problem.value.fix
    assert locate.VARIABLE not in os.environ


def test_a_relative_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is resolved where the command was typed: others run in other folders."""
    course(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    settings.take(["--course", "mine"])

    assert locate.course_root() == tmp_path / "mine"


def test_a_folder_that_is_no_course(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what it lacks; nothing else is used instead."""
    (tmp_path / "lessons").mkdir()
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path))

    with pytest.raises(ContentError, match="has no exercises, checks"):
        locate.course_root()


def test_no_course_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation says where it looked."""
    monkeypatch.setattr(locate, "PACKAGE", tmp_path / "sre_course")

    with pytest.raises(ContentError, match="no course in") as problem:
        locate.course_root()

    assert "--course PATH" in problem.value.fix


def test_the_course_in_an_installed_package_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A learner's folder beside site-packages is not taken for it."""
    monkeypatch.setattr(locate, "PACKAGE", tmp_path / "sre_course")
    course(tmp_path)
    packed = course(tmp_path / "sre_course" / "_course")

    assert locate.course_root() == packed
