"""Commands on homes and progress files that are not as we left them."""

import json
import shutil
import socket
from pathlib import Path

import pytest

from sre_course.adapters.state.progress import load
from tests.cli.course import BEGINNER, Course
from tests.embedded.lab import APP, SERVE


SMALL = APP + SERVE
NAME = "day1/beginner"
# what a learner types every few minutes, and whether a new home is enough for it
COMMANDS = [
    ("status",),
    (),
    ("list", "--json"),
    ("hint", "beginner"),
    ("answer", "beginner", "slow_route=/search"),
    ("check", "beginner"),
    ("start", "beginner"),
    ("solution", "beginner"),
    ("read", "1"),
    ("quiz", "1"),
]


def put(course: Course, text: str) -> bytes:
    """Write the progress by hand; return what is in the file then."""
    course.progress.parent.mkdir(parents=True, exist_ok=True)
    course.progress.write_text(text, encoding="utf-8")
    return course.progress.read_bytes()


NEWER = {
    "format": 9,
    "learner": "abc",
    "league": {"name": "gold"},
    "exercises": {NAME: {"best": 70, "passed_at": "", "stars": [1, 2]}},
    "quiz": {"day1/metrics/x": {"tries": 1, "mood": "good"}},
}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(NEWER)[:150],
        '{"format": 1, "learner": "abc", "exercises": {"day1/beginner": 100}}',
    ],
    ids=["truncated", "nonsense"],
)
def test_progress_that_cannot_be_read(
    course: Course, words: tuple[str, ...], text: str
) -> None:
    """Every command says what is wrong and how to go on; the file is left as it is."""
    before = put(course, text)
    found = course.run(*words, code=2)

    assert str(course.progress) in found.err
    assert "sre-course doctor --repair" in found.err
    assert course.progress.read_bytes() == before


def test_progress_that_was_repaired(course: Course) -> None:
    """The way out works, and nothing is thrown away."""
    before = put(course, "{")
    course.run("doctor", "--repair", code=0)

    assert course.run("status", code=0).out
    (aside,) = course.home.state.glob("progress-*.json")
    assert aside.read_bytes() == before


@pytest.mark.slow
def test_progress_of_a_newer_course(course: Course) -> None:
    """It is used, and keeps what we do not know, whatever we add to it."""
    put(course, json.dumps(NEWER))
    course.start(SMALL)
    course.check(code=1)
    course.run("hint", code=0)
    course.run("answer", "beginner", "slow_route=/search", code=0)
    course.run("quiz", "metrics", "--answers", "aaa")

    kept = json.loads(course.progress.read_text())
    assert kept["format"] == 9
    assert kept["league"] == {"name": "gold"}
    assert kept["exercises"][NAME]["stars"] == [1, 2]
    assert kept["quiz"]["day1/metrics/x"]["mood"] == "good"
    known = load(course.home).exercise(NAME)
    assert (known.best, known.checks, len(known.hints)) == (70, 1, 1)
    assert known.answers == {"slow_route": "/search"}


@pytest.mark.slow
def test_a_disk_that_is_full(course: Course) -> None:
    """The verdict is shown, the file is as before, and it is said what to do."""
    course.start(SMALL)
    course.run("check", code=1)
    before = course.progress.read_bytes()
    full = "ulimit -f 0"

    checked = course.run("check", code=3, first=full)
    answered = course.run("answer", "slow_route=/search", code=3, first=full)

    assert "FAILED" in checked.out
    for found in (checked, answered):
        assert "cannot be written: File too large" in found.err
        assert "Free some space" in found.err
    assert course.progress.read_bytes() == before
    course.run("status", code=0, first=full)
    course.run("check", code=1)
    assert load(course.home).exercise(NAME).checks == 2


@pytest.mark.parametrize("words", [*COMMANDS, ("doctor",)], ids=" ".join)
def test_a_home_that_cannot_be_used(course: Course, words: tuple[str, ...]) -> None:
    """It is said what is in the way, and nothing is started or broken."""
    course.home.root.mkdir()
    course.home.state.write_text("a file where a folder should be")
    found = course.run(*words, code=3)

    assert "Not a directory" in found.err + found.out
    assert "SRE_COURSE_HOME" in found.err + found.out
    assert course.home.state.read_text() == "a file where a folder should be"
    assert course.processes() == []
    course.home.state.unlink()


WRITING = {"answer": 3, "check": 3, "start": 3, "hint": 3}


@pytest.mark.slow
def test_a_home_that_is_read_only(course: Course) -> None:
    """What only looks still works; the rest says why not, and changes nothing."""
    course.start(SMALL)
    course.check(code=1)
    before = course.progress.read_bytes()
    for lock in course.home.state.glob("*.lock"):  # root may write everything else
        lock.unlink()
        lock.mkdir()
    for words in COMMANDS:
        if not words or words[0] in ("quiz", "solution"):
            continue
        found = course.run(*words, code=WRITING.get(words[0], 0))
        if found.code:
            assert "cannot be written" in found.err
            assert "SRE_COURSE_HOME" in found.err
    assert course.progress.read_bytes() == before
    assert course.status().state == "running"
    for lock in course.home.state.glob("*.lock"):
        lock.rmdir()


@pytest.mark.slow
def test_reports_that_are_gone(course: Course) -> None:
    """Without the last report a hint says what to do; the score is kept elsewhere."""
    course.start(SMALL)
    course.check(code=1)
    report = course.home.record("reports", BEGINNER)
    report.write_text("{")
    assert "sre-course check beginner" in course.run("hint", code=2).err

    shutil.rmtree(report.parent)
    report.parent.write_text("no folder")
    assert str(report) in course.run("check", code=3).err
    assert course.run("status", code=0).out


def test_a_port_that_is_taken(course: Course) -> None:
    """Whoever has it is named; the learner's files are there, and nothing runs."""
    course.save("mine = 1\n")
    with socket.create_server(("127.0.0.1", course.port)):
        found = course.run("start", "beginner", "--port", str(course.port), code=3)

    assert str(course.port) in found.err
    assert course.processes() == []
    assert (course.workspace / "app.py").read_text() == "mine = 1\n"


def test_a_home_in_a_folder_with_any_name(tmp_path: Path, course: Course) -> None:
    """Spaces, quotes and letters of any language are only letters."""
    root = tmp_path / "Schüler's [bold]home; $(x)"
    found = course.run("status", "--json", variables={"SRE_COURSE_HOME": str(root)})

    assert found.json["home"] == str(root)
