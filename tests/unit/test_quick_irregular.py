"""`hint` and `status` where files are not as we write them, or names are loose."""

import json
import os
from pathlib import Path

import pytest

from sre_course import cli
from sre_course.adapters.state.documents import (
    read_progress,
    running_endpoints,
)
from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import load
from sre_course.cli import app, hot
from sre_course.domain.errors import ContentError, ServiceError, UsageError
from tests.states import (
    BEGINNER,
    NAME,
    NOBODY,
    checked,
    fresh,
    progress_file,
    put,
    started,
)


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which nothing was done yet."""
    return fresh(tmp_path, monkeypatch)


def exercise(**known: object) -> str:
    """Return progress with one exercise."""
    document = {"format": 1, "learner": "abc", "exercises": {NAME: known}}
    return json.dumps(document)


def ladders(known: object) -> str:
    """Return progress with the ladder of the first criterion."""
    return exercise(checks=1, hints={"serves_metrics/no-metrics": known})


@pytest.mark.parametrize("words", [["status"], ["status", "--json"], ["hint"]], ids=str)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"format": 1}',
        '{"learner": "abc"}',
        '{"format": "1", "learner": "abc"}',
        '{"format": 1, "learner": "abc", "exercises": []}',
        '{"format": 1, "learner": "abc", "exercises": {"day1/beginner": 100}}',
    ],
    ids=lambda text: text[:30],
)
def test_progress_that_cannot_be_used(
    home: Home, words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The quick way prints and changes nothing; the other one says what is wrong."""
    checked(home)
    put(home, text)

    assert hot.run(words) is None
    with pytest.raises(UsageError, match="cannot be read as progress") as caught:
        app.run(words)

    assert "sre-course doctor --repair" in caught.value.fix
    assert capsys.readouterr().out == ""
    assert progress_file(home).read_text() == text


def test_no_words_at_all(home: Home) -> None:
    """They mean `status`, whoever runs it."""
    put(home, "{")
    with pytest.raises(UsageError, match="cannot be read as progress"):
        cli._run([])  # noqa: SLF001 - what comes before the process ends


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("status", exercise(best="7")),
        ("status", exercise(checks=True)),
        ("status", exercise(passed_at=1)),
        ("status", '{"format": 1, "learner": "abc", "place": []}'),
        ("status", '{"format": 1, "learner": "abc", "backend": 7}'),
        ("hint", exercise(checks=1.5)),
        ("hint", exercise(hints=[])),
        ("hint", ladders(7)),
        ("hint", ladders({"rung": 1})),
        ("hint", ladders({"rung": "1", "at": 0.0, "checks": 1})),
        ("hint", ladders({"rung": 1, "at": "noon", "checks": 1})),
    ],
)
def test_fields_that_cannot_be_used(home: Home, words: str, text: str) -> None:
    """So it is with those that only one of the commands reads."""
    checked(home)
    put(home, text)
    assert hot.run([words]) is None
    with pytest.raises(UsageError, match="cannot be read as progress"):
        app.run([words])
    assert progress_file(home).read_text() == text


@pytest.mark.parametrize("words", ["status", "hint"])
def test_progress_that_may_not_be_read(home: Home, words: str) -> None:
    """The message names the file."""
    checked(home)
    progress_file(home).unlink()
    progress_file(home).mkdir()
    assert hot.run([words]) is None
    with pytest.raises(ServiceError, match=str(progress_file(home))):
        app.run([words])


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"results": [1]}', "[" * 10**5]
)
def test_reports_that_cannot_be_used(home: Home, text: str | None) -> None:
    """It is said how to get another one, by either way."""
    checked(home)
    path = home.record("reports", BEGINNER)
    path.unlink()
    if text is not None:
        path.write_text(text)
    before = progress_file(home).read_bytes()

    assert hot.run(["hint"]) is None
    with pytest.raises(UsageError, match="no check of day1/beginner") as caught:
        app.run(["hint"])

    assert caught.value.fix == "sre-course check beginner"
    assert progress_file(home).read_bytes() == before


def test_a_hint_that_cannot_be_remembered(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not shown either, since the next one would never come."""
    checked(home)
    before = progress_file(home).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert hot.run(["hint"]) is None
    with pytest.raises(ServiceError, match="No space left"):
        app.run(["hint"])
    assert capsys.readouterr().out == ""
    assert progress_file(home).read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"exercise": None},
        {"token": 7},
        {"endpoints": None},
        {"endpoints": []},
        {"record": None},
        {"record": {"status": "/no/such/file"}},
    ],
    ids=str,
)
def test_an_environment_that_cannot_be_used(
    home: Home, change: dict[str, object]
) -> None:
    """It does not run; a start finds out what does."""
    started(home)
    assert running_endpoints(str(home.root), NAME)
    path = home.record("environments", BEGINNER)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))

    assert running_endpoints(str(home.root), NAME) == {}


@pytest.mark.parametrize("pid", [NOBODY, 0, -1, 10**30, "1", None, 1.5, True])
def test_a_supervisor_that_is_no_process(home: Home, pid: object) -> None:
    """No number stands for a group of processes or for all of them."""
    started(home)
    (home.state / "status.json").write_text(json.dumps({"supervisor_pid": pid}))
    assert running_endpoints(str(home.root), NAME) == {}


@pytest.fixture(name="course")
def _course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of two days; both have a beginner's exercise."""
    root = tmp_path / "course"
    for part in ("lessons", "checks"):
        (root / part).mkdir(parents=True)
    for name in (NAME, "day1/advanced", "day2/beginner"):
        folder = root / "exercises" / name
        folder.mkdir(parents=True)
        (folder / "exercise.toml").touch()
        ladder = "## serves_metrics\n### ladder\n1. Think.\n"
        (folder / "hints.md").write_text(ladder)
    monkeypatch.setenv("SRE_COURSE_ROOT", str(root))
    return root


@pytest.mark.parametrize(
    ("words", "quick"),
    [
        ([], True),
        (["day1/beginner"], True),
        (["beginner"], False),
        (["Day1 Beginner"], False),
        (["day1"], False),
    ],
)
def test_names_that_may_mean_several(
    home: Home,
    course: Path,
    words: list[str],
    quick: bool,  # noqa: FBT001 - a column of the table above
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The quick way knows exact names and what runs; the rest is left to the other."""
    checked(home)
    assert hot.run(["hint", *words]) == (0 if quick else None)
    assert bool(capsys.readouterr().out) is quick
    assert app.run(["hint", *words]) == 0
    assert "Think." in capsys.readouterr().out


def test_nothing_runs_and_there_are_several(home: Home, course: Path) -> None:
    """Which one is next is found out at leisure."""
    checked(home)
    home.record("environments", BEGINNER).unlink()
    assert hot.run(["hint"]) is None
    assert app.run(["hint"]) == 0


def test_hints_that_are_gone(home: Home, course: Path) -> None:
    """What is wrong with the course is said by the other way."""
    checked(home)
    (course / "exercises" / NAME / "hints.md").unlink()
    assert hot.run(["hint"]) is None
    with pytest.raises(ContentError, match=r"hints\.md"):
        app.run(["hint"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--help"],
        ["hint", "--nope"],
        ["hint", "beginner", "more"],
        ["status", "nope"],
        ["--version", "now"],
    ],
)
def test_what_the_quick_way_does_not_parse(home: Home, arguments: list[str]) -> None:
    """It is Typer's to tell."""
    assert hot.run(arguments) is None


def test_fresh_progress_is_like_that_of_others(home: Home) -> None:
    """A learner has a name from the first command on; looking writes nothing."""
    known = read_progress(str(home.root))
    assert known["format"] == 1
    assert isinstance(known["learner"], str)
    assert len(known["learner"]) == len(load(home).learner)
    assert not home.root.exists()
