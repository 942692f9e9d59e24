"""The progress file: never half written, nothing lost to another version or a hand."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import load, set_aside, update
from sre_course.domain.errors import ServiceError, UsageError
from sre_course.domain.progress import ExerciseProgress, HintRung, Progress, QuizItem
from tests.chance import chance


FULL = {
    "format": 7,
    "learner": "0123456789abcdef",
    "backend": "embedded",
    "place": {"day1": "metrics/red"},
    "pages": {"day1/metrics/red": "2026-01-01T00:00:00+00:00"},
    "badge": {"colour": ["blue"]},
    "exercises": {
        "day1/beginner": {
            "attempt": 2,
            "checks": 9,
            "best": 90,
            "passed_at": "2026-01-01T00:00:00+00:00",
            "gave_up": False,
            "answers": {"slow_route": "/search"},
            "answered_at": 5,
            "mood": "good",
            "hints": {"a/b": {"rung": 1, "at": 2.5, "checks": 3, "liked": True}},
        },
        "day9/of-a-later-course": {"checks": 1, "stars": 3},
    },
    "quiz": {
        "day1/metrics/q": {
            "tries": 2,
            "right": 1,
            "last_right": True,
            "confidence": 3,
            "step": 1,
            "due": 12.5,
            "seconds": 4.5,
        }
    },
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home without any progress."""
    return Home(tmp_path)


def file(home: Home) -> Path:
    """Return the path of the file."""
    return home.state / "progress.json"


def put(home: Home, text: str) -> None:
    """Write the file by hand."""
    file(home).parent.mkdir(exist_ok=True)
    file(home).write_text(text, encoding="utf-8")


def checked(progress: Progress) -> Progress:
    """Return the progress after one more check."""
    known = progress.exercise("day1/beginner")
    return progress.with_exercise(
        "day1/beginner", replace(known, checks=known.checks + 1)
    )


def passing(name: str) -> Callable[[Progress], Progress]:
    """Return a change after which an exercise is passed."""
    return lambda p: p.with_exercise(
        name, replace(p.exercise(name), passed_at="then", best=100)
    )


def test_a_first_look_writes_nothing(home: Home) -> None:
    """There is a learner, but no file until something happens; then it stays one."""
    assert load(home).exercises == {}
    assert not file(home).exists()

    first = update(home, lambda p: p)
    assert load(home).learner == first.learner
    assert load(home).exercise("day1/beginner") == ExerciseProgress()


def test_what_did_not_change_is_not_written(home: Home) -> None:
    """A command that only looks does not touch the file."""
    update(home, checked)
    before = file(home).stat().st_mtime_ns, file(home).stat().st_ino

    update(home, lambda p: p)
    assert (file(home).stat().st_mtime_ns, file(home).stat().st_ino) == before
    update(home, checked)
    assert file(home).stat().st_ino != before[1]


def test_everything_is_read(home: Home) -> None:
    """Each field arrives where it belongs; whole numbers may stand for seconds."""
    put(home, json.dumps(FULL))
    progress = load(home)

    beginner = progress.exercise("day1/beginner")
    assert (beginner.attempt, beginner.checks, beginner.best) == (2, 9, 90)
    assert beginner.hints["a/b"] == HintRung(1, 2.5, 3, {"liked": True})
    assert beginner.answered_at == 5
    assert progress.quiz["day1/metrics/q"] == QuizItem(
        tries=2,
        right=1,
        last_right=True,
        confidence=3,
        step=1,
        due=12.5,
        extra={"seconds": 4.5},
    )
    assert progress.place == {"day1": "metrics/red"}


def test_a_newer_course_loses_nothing(home: Home) -> None:
    """Its fields and its format number are kept, at every depth, when we write."""
    put(home, json.dumps(FULL))
    update(home, checked)

    wanted = json.loads(json.dumps(FULL))
    wanted["exercises"]["day1/beginner"]["checks"] += 1
    found = json.loads(file(home).read_text())
    assert found["exercises"].pop("day9/of-a-later-course") == {
        **_plain(ExerciseProgress(checks=1)),
        "stars": 3,
    }
    del wanted["exercises"]["day9/of-a-later-course"]
    assert found == wanted


def _plain(known: ExerciseProgress) -> dict[str, Any]:
    return {
        "attempt": known.attempt,
        "checks": known.checks,
        "best": known.best,
        "passed_at": known.passed_at,
        "gave_up": known.gave_up,
        "answers": {},
        "answered_at": known.answered_at,
        "hints": {},
    }


def test_an_older_course_is_read(home: Home) -> None:
    """What it did not know yet has its usual value."""
    put(home, '{"format": 1, "learner": "x", "exercises": {"day1/beginner": {}}}')

    assert load(home).exercise("day1/beginner") == ExerciseProgress()
    assert load(home).backend == "embedded"


@pytest.mark.parametrize("seed", range(40))
def test_any_path_of_upgrades_keeps_what_was_passed(home: Home, seed: int) -> None:
    """Versions that know more or less take turns; what was passed stays passed."""
    random = chance(seed)
    document: dict[str, Any] = {"format": 1, "learner": "x", "exercises": {}}
    passed: set[str] = set()
    for step in range(8):
        name = f"day{random.randint(1, 3)}/{random.choice(['beginner', 'advanced'])}"
        if random.random() < 0.5:  # a newer course, which adds fields anywhere
            entry = document["exercises"].setdefault(name, {})
            entry |= {"passed_at": "then", f"new{step}": [step]}
            document |= {f"top{step}": {"deep": step}, "format": step + 1}
            put(home, json.dumps(document))
        else:  # ours
            put(home, json.dumps(document))
            update(home, passing(name))
        passed.add(name)
        before, document = document, json.loads(file(home).read_text())
        assert before.keys() <= document.keys()
        assert document["format"] >= before["format"]
        for exercise, entry in before["exercises"].items():
            assert entry.keys() <= document["exercises"][exercise].keys()

    assert {n for n, e in load(home).exercises.items() if e.passed_at} == passed


def _edits() -> list[tuple[str, Callable[[dict[str, Any]], Any]]]:
    def at(*path: str, value: object) -> Callable[[dict[str, Any]], Any]:
        def edit(document: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
            inner: Any = document
            for part in path[:-1]:
                inner = inner[part]
            inner[path[-1]] = value
            return document

        return edit

    beginner = ("exercises", "day1/beginner")
    return [
        ("a list", lambda _d: []),
        ("a number", lambda _d: 4),
        ("nothing", lambda _d: None),
        ("format", at("format", value="1")),
        ("learner", at("learner", value="")),
        ("learner", at("learner", value=7)),
        ("learner", at("learner", value="\ud800")),
        ("backend", at("backend", value=None)),
        ("place", at("place", value=[])),
        ("pages", at("pages", value="all")),
        ("exercises", at("exercises", value=3)),
        ("an exercise", at("exercises", "day1/beginner", value=None)),
        ("checks", at(*beginner, "checks", value="many")),
        ("checks", at(*beginner, "checks", value=1.5)),
        ("best", at(*beginner, "best", value=True)),
        ("passed_at", at(*beginner, "passed_at", value=1)),
        ("gave_up", at(*beginner, "gave_up", value="no")),
        ("answers", at(*beginner, "answers", value=["/search"])),
        ("answered_at", at(*beginner, "answered_at", value="now")),
        ("hints", at(*beginner, "hints", value=1)),
        ("a hint", at(*beginner, "hints", "a/b", value=[1])),
        ("a rung", at(*beginner, "hints", "a/b", "rung", value={})),
        ("half a hint", at(*beginner, "hints", "a/b", value={"rung": 1})),
        ("quiz", at("quiz", value=[1])),
        ("a quiz item", at("quiz", "day1/metrics/q", value=1)),
        ("due", at("quiz", "day1/metrics/q", "due", value="soon")),
    ]


@pytest.mark.parametrize(("name", "edit"), _edits(), ids=[n for n, _ in _edits()])
def test_what_a_hand_broke_is_left_as_it_is(
    home: Home, name: str, edit: Callable[[dict[str, Any]], Any]
) -> None:
    """We guess at nothing, say what is wrong and how to go on, and change nothing."""
    text = json.dumps(edit(json.loads(json.dumps(FULL))))
    put(home, text)

    with pytest.raises(UsageError, match="cannot be read as progress") as caught:
        update(home, checked)

    assert "sre-course doctor --repair" in caught.value.fix
    assert file(home).read_text() == text


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format": ' + b"9" * 5000 + b"}"],
)
def test_what_is_no_json(home: Home, raw: bytes) -> None:
    """Likewise for bytes that are no text, and for depths and numbers without end."""
    put(home, "")
    file(home).write_bytes(raw)

    with pytest.raises(UsageError, match="cannot be read as progress"):
        load(home)

    assert file(home).read_bytes() == raw


@pytest.mark.parametrize("seed", range(25))
def test_any_nonsense_is_read_or_refused(home: Home, seed: int) -> None:
    """Whatever a hand did to one value: progress, or UsageError; nothing else."""
    random = chance(seed)
    values: list[Any] = [None, True, -1, 0.5, "", "\ud800", [], {}, [[]], {"": {}}]
    read = 0
    for _ in range(40):
        document = json.loads(json.dumps(FULL))
        inner: Any = document
        while True:
            key = random.choice(list(inner))
            if isinstance(inner[key], dict) and inner[key] and random.random() < 0.7:
                inner = inner[key]
                continue
            inner[key] = random.choice(values)
            break
        put(home, json.dumps(document))
        try:
            update(home, checked)
        except UsageError:
            continue
        read += 1
        assert load(home).exercise("day1/beginner").checks
    assert 0 < read < 40


@pytest.mark.parametrize("when", ["before", "half", "last"])
def test_a_write_that_breaks_off_keeps_the_old_file(
    home: Home, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """The old file is whole, no half of a new one lies about, and it is said why."""
    update(home, checked)
    old = file(home).read_bytes()

    really = os.open

    def full(*given: Any) -> int:  # noqa: ANN401 - as what it stands for
        if when == "before" and not given[1] & os.O_EXCL:
            return really(*given)  # the lock needs no space
        raise OSError(28, "No space left on device")

    step = {"before": "os.open", "half": "os.fsync", "last": "os.replace"}[when]
    monkeypatch.setattr(step, full)
    with pytest.raises(ServiceError, match="No space left") as caught:
        update(home, checked)

    assert "Free some space" in caught.value.fix
    assert file(home).read_bytes() == old
    assert sorted(p.name for p in home.state.iterdir()) == [
        "progress.json",
        "progress.lock",
    ]


@pytest.mark.parametrize("seed", range(30))
def test_a_truncated_new_file_never_takes_the_place_of_the_old(
    home: Home, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """A kill after any byte of the new file leaves the old one."""
    put(home, json.dumps(FULL))
    old = load(home)
    real = os.fdopen
    cut = chance(seed).randrange(400)

    class Killed(BaseException):
        """The process ends here: nothing after it runs."""

    def short(handle: int, *_args: object, **_more: object) -> Any:  # noqa: ANN401
        stream = real(handle, "w", encoding="utf-8")
        stream.write(json.dumps(FULL)[:cut])
        stream.close()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", short)
        with pytest.raises(Killed):
            update(home, checked)

    assert load(home) == old
    assert update(home, checked).exercise("day1/beginner").checks == 10


def test_updates_at_once_lose_nothing(home: Home) -> None:
    """Each of many writers finds what the one before it wrote."""
    update(home, lambda p: p)
    threads = [
        threading.Thread(target=lambda: [update(home, checked) for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert load(home).exercise("day1/beginner").checks == 40


def test_a_broken_file_is_set_aside(home: Home) -> None:
    """It keeps its content under a dated name, and a new one can be begun."""
    put(home, "{")
    aside = set_aside(home)

    assert aside.read_text() == "{"
    assert aside.parent == home.state
    assert load(home).exercises == {}


def test_a_file_that_may_not_be_read(home: Home) -> None:
    """It is no broken file: nobody is told to move it aside, and nobody can."""
    home.state.write_text("a file where a folder should be")

    with pytest.raises(ServiceError, match="cannot be read: Not a directory") as caught:
        load(home)
    assert "permissions" in caught.value.fix
    with pytest.raises(ServiceError, match="cannot be written"):
        set_aside(home)
