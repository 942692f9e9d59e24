"""Where the home and the course are, and which exercises a course has."""

from pathlib import Path

import pytest

from sre_course.adapters.absolute import absolute
from sre_course.adapters.content.catalogue import exercise_folder, list_exercises
from sre_course.adapters.state.home import Home, home


@pytest.mark.parametrize(
    "told", ["/", "/a", "/a//b/./c/", "/a/../b", "a", "./a", "../a", ".", "~", "~/a"]
)
def test_a_path_in_full(
    told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what pathlib would say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert absolute(told) == str(Path(told).expanduser().absolute())


def test_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is where the learner says, or a folder of theirs."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SRE_COURSE_HOME", raising=False)
    assert home() == Home(tmp_path / "sre-course")
    monkeypatch.setenv("SRE_COURSE_HOME", "~/mine")
    assert home() == Home(tmp_path / "mine")
    monkeypatch.setenv("SRE_COURSE_HOME", "~nobody-of-this-name/mine")
    with pytest.raises(RuntimeError, match="no home folder"):
        home()


def test_exercises_of_a_course(tmp_path: Path) -> None:
    """By day, then from easy to hard, then by name; what is none is not counted."""
    names = ["day2/beginner", "day1/zen", "day1/advanced", "day1/beginner", "day1/art"]
    for name in names:
        folder = tmp_path / "exercises" / name
        folder.mkdir(parents=True)
        (folder / "exercise.toml").touch()
    (tmp_path / "exercises" / "day1" / "draft").mkdir()
    (tmp_path / "exercises" / "README.md").touch()
    (tmp_path / "exercises" / "day1" / "README.md").touch()

    found = list_exercises(tmp_path)

    assert [str(e) for e in found] == [
        "day1/beginner",
        "day1/advanced",
        "day1/art",
        "day1/zen",
        "day2/beginner",
    ]
    assert exercise_folder(tmp_path, found[0]) == tmp_path / "exercises/day1/beginner"


def test_a_course_without_exercises(tmp_path: Path) -> None:
    """It has none."""
    assert list_exercises(tmp_path) == ()
