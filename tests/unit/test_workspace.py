"""The learner's folder: made once, reset without loss."""

import errno
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sre_course.adapters.state import workspace
from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import load, update
from sre_course.adapters.state.workspace import prepare, reset, show_solution
from sre_course.domain.errors import ContentError, ServiceError, UsageError
from sre_course.domain.exercise import Exercise
from sre_course.domain.progress import ExerciseProgress
from tests.embedded.lab import APP, SERVE, exercise


NAME = "day1/beginner"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that does not exist yet."""
    return Home(tmp_path / "home")


@pytest.fixture
def course(tmp_path: Path) -> Exercise:
    """An exercise with a starter, a briefing and a solution."""
    made = exercise(tmp_path / "exercise")
    (made.starter / "more").mkdir()
    (made.starter / "more" / "data.txt").write_text("data")
    (made.starter / "__pycache__").mkdir()
    (made.starter / "__pycache__" / "app.pyc").write_text("")
    reference = made.folder / "solutions" / "reference"
    reference.mkdir(parents=True)
    (reference / "app.py").write_text("solved = True\n")
    return made


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, at any depth."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def set_progress(home: Home, known: ExerciseProgress) -> None:
    """Write the progress of the exercise."""
    update(home, lambda p: p.with_exercise(NAME, known))


def test_a_workspace_is_made(home: Home, course: Exercise) -> None:
    """Starter and briefing are there, and nothing else anywhere."""
    folder = prepare(home, course)

    assert folder == home.root / "day1" / "beginner"
    assert names(folder) == ["README.md", "app.py", "more", "more/data.txt"]
    assert names(home.root / "day1") == [
        "beginner",
        *(f"beginner/{n}" for n in names(folder)),
    ]


def test_what_the_learner_has_is_left_alone(home: Home, course: Exercise) -> None:
    """Only what is missing is added."""
    folder = prepare(home, course)
    (folder / "app.py").write_text("mine")
    (folder / "more" / "data.txt").unlink()

    prepare(home, course)

    assert (folder / "app.py").read_text() == "mine"
    assert (folder / "more" / "data.txt").read_text() == "data"


def test_a_read_only_course_gives_files_that_can_be_edited(
    home: Home, course: Exercise
) -> None:
    """The permissions of an installed course are not the learner's."""
    (course.starter / "app.py").chmod(0o444)
    (course.starter / "more").chmod(0o555)

    folder = prepare(home, course)

    assert (folder / "app.py").stat().st_mode & 0o200
    assert (folder / "more").stat().st_mode & 0o200
    (course.starter / "more").chmod(0o755)


def full(*_: object, **__: object) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_no_half(
    home: Home, course: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of a new workspace nor of a file in an old one."""
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ServiceError, match="No space left"):
        prepare(home, course)
    assert names(home.root / "day1") == []

    monkeypatch.undo()
    folder = prepare(home, course)
    (folder / "app.py").unlink()
    copyfile = shutil.copyfile

    def fill(source: Path, target: Path) -> None:
        copyfile(source, target)
        if folder in target.parents:
            full()

    monkeypatch.setattr(shutil, "copyfile", fill)
    with pytest.raises(ServiceError, match="No space left"):
        prepare(home, course)
    assert names(folder) == ["README.md", "more", "more/data.txt"]


def test_reset(home: Home, course: Exercise) -> None:
    """All is moved, hidden things stay; the attempt counts, old answers are gone."""
    folder = prepare(home, course)
    (folder / "app.py").write_text("mine")
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("what I saw")
    (folder / ".venv").mkdir()
    known = ExerciseProgress(checks=3, best=55, answers={"slow_route": "/x"})
    set_progress(home, known)

    backup = reset(home, course)

    assert backup.parent == folder.parent
    assert backup.name.startswith("beginner.backup-")
    assert (backup / "app.py").read_text() == "mine"
    assert (backup / "notes" / "a.txt").read_text() == "what I saw"
    assert (folder / "app.py").read_text() == APP + SERVE
    assert (folder / ".venv").is_dir()
    assert not (folder / "notes").exists()
    assert load(home).exercise(NAME) == replace(known, attempt=2, answers={})


def test_reset_twice_in_a_second(home: Home, course: Exercise) -> None:
    """Each backup has a name of its own."""
    prepare(home, course)
    assert len({reset(home, course) for _ in range(3)}) == 3
    assert load(home).exercise(NAME).attempt == 4


def test_reset_without_a_workspace(home: Home, course: Exercise) -> None:
    """There is nothing to reset; it is said how to begin."""
    with pytest.raises(UsageError, match="does not exist yet") as caught:
        reset(home, course)
    assert caught.value.fix == "sre-course start beginner"


def test_a_reset_that_fails_undoes_itself(
    home: Home, course: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At whatever point: files and attempt are as before, and no backup is left."""
    folder = prepare(home, course)
    (folder / "app.py").write_text("mine")
    (folder / "zeta.py").write_text("more of mine")
    before = names(folder)
    rename = Path.rename

    for allowed in range(8):
        moves = 0

        def move(source: Path, target: Path, most: int = allowed) -> Path:
            nonlocal moves
            moves += 1
            if moves == most + 1:
                full()
            return rename(source, target)

        monkeypatch.setattr(Path, "rename", move)
        try:
            reset(home, course)
        except ServiceError:
            pass
        else:
            assert allowed >= 7  # four away, three in place
            break
        finally:
            monkeypatch.undo()
        assert names(folder) == before
        assert (folder / "app.py").read_text() == "mine"
        assert [p.name for p in folder.parent.iterdir()] == ["beginner"]
        assert load(home).exercise(NAME).attempt == 1


def test_a_reset_that_cannot_be_remembered(
    home: Home, course: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the new attempt there are no new files either."""
    folder = prepare(home, course)
    (folder / "app.py").write_text("mine")

    def refuse(*_: object) -> None:
        raise ServiceError("no", fix="-")

    monkeypatch.setattr(workspace, "update", refuse)
    with pytest.raises(ServiceError):
        reset(home, course)

    assert (folder / "app.py").read_text() == "mine"
    assert [p.name for p in folder.parent.iterdir()] == ["beginner"]


def test_the_solution_after_a_pass(home: Home, course: Exercise) -> None:
    """It lies beside the learner's files and is not counted as given up."""
    set_progress(home, ExerciseProgress(passed_at="2026-01-01T00:00:00+00:00"))

    folder = show_solution(home, course, give_up=True)

    assert folder == home.root / "day1" / "beginner.solution"
    assert (folder / "app.py").read_text() == "solved = True\n"
    assert not load(home).exercise(NAME).gave_up


def test_the_solution_without_a_pass(home: Home, course: Exercise) -> None:
    """Only who gives up sees it, and then it stays open; notes in it survive."""
    with pytest.raises(UsageError, match="have not passed"):
        show_solution(home, course, give_up=False)
    assert not home.root.exists()

    folder = show_solution(home, course, give_up=True)
    (folder / "app.py").write_text("solved = True  # my note\n")
    assert load(home).exercise(NAME).gave_up
    assert show_solution(home, course, give_up=False) == folder
    assert "my note" in (folder / "app.py").read_text()


def test_no_solution(home: Home, course: Exercise) -> None:
    """Its author forgot it."""
    shutil.rmtree(course.folder / "solutions")
    with pytest.raises(ContentError, match="no reference"):
        show_solution(home, course, give_up=True)


def test_the_solution_on_a_full_disk(
    home: Home, course: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not given up for nothing."""
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ServiceError, match="No space left"):
        show_solution(home, course, give_up=True)
    assert not load(home).exercise(NAME).gave_up
