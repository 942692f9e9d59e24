"""Names and values that do not exist: exit code 2, what there is, and no harm done."""

import pytest

from tests.cli.course import Course


WRONG = [
    (("nope",), "nope"),
    (("--nope",), "nope"),
    (("check", "nope"), "There are: day1"),
    (("check", "begginer"), "Did you mean beginner?"),
    (("check", "day9/beginner"), "There are: day1"),
    (("check", "beginner", "more"), "more"),
    (("check", "--seed", "many"), "many"),
    (("check", "--only"), "--only"),
    (("check", "--only", "nope"), "counts_every_request"),
    (("check", "--only", "clean_names", "--only", "nope"), "no criterion nope"),
    (("check", "--nope"), "--nope"),
    (("start", "nope"), "There are: day1"),
    (("start", "--port", "0"), "65535"),
    (("start", "--port", "70000"), "65535"),
    (("start", "--port", "http"), "http"),
    (("start", "--backend", "cloud"), "embedded or docker"),
    (("hint", "nope"), "There are: day1"),
    (("hint", "beginner", "more"), "more"),
    (("hint", "--nope"), "--nope"),
    (("answer", "nope"), "There are: day1"),
    (("answer", "beginner", "speed=9"), "slow_route, slow_share, error_ratio"),
    (("answer", "beginner", "slow_route"), "NAME=VALUE"),
    (("answer", "slow_route=" + "x" * 201), "200 characters"),
    (("read", "9.9"), "9.9"),
    (("quiz", "nope"), "nope"),
    (("load", "--rps", "-1"), "between 0 and"),
    (("load", "--rps", "fast"), "fast"),
    (("load", "--for", "soon"), "no length of time"),
    (("load", "--route", "/nope"), "/search"),
    (("load", "--url", "nope"), "http://HOST:PORT"),
    (("metrics", "--url", "nope"), "http://HOST:PORT"),
    (("reset",), "tier"),
    (("\x1b[2J",), "No such command"),
    (("reset", "nope"), "There are: day1"),
    (("solution", "nope"), "There are: day1"),
    (("stop", "nope"), "There are: day1"),
    (("status", "nope"), "nope"),
    (("list", "nope"), "nope"),
    (("check", "\x1b[2J[bold]x[/bold]"), "\\x1b[2J[bold]x[/bold]"),
    (("answer", "beginner", "\x1b[2J=1"), "slow_route, slow_share, error_ratio"),
    (("load", "--route", "\x1b[2J"), "\\x1b[2J"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(w) for w, _ in WRONG])
def test_it_is_said_what_there_is(
    running: Course, words: tuple[str, ...], said: str
) -> None:
    """Nothing is changed, nothing is ended, and the next command works."""
    progress = running.progress.read_bytes()
    found = running.run(*words, code=2)

    assert said in found.err
    assert running.progress.read_bytes() == progress
    assert running.status().state == "running"


@pytest.mark.parametrize("words", [("check",), ("load",), ("metrics",)])
def test_nothing_runs(course: Course, words: tuple[str, ...]) -> None:
    """Exit code 3, and the command that starts it."""
    found = course.run(*words, code=3)

    assert "Nothing of day1/beginner is running" in found.err
    assert "sre-course start beginner" in found.err
    assert not course.workspace.exists()


@pytest.mark.parametrize("words", [("hint",), ("solution", "beginner")])
def test_too_early(course: Course, words: tuple[str, ...]) -> None:
    """There is nothing to give a hint on, nothing to compare with: what comes first."""
    assert "→ sre-course " in course.run(*words, code=2).err


def test_a_reset_of_nothing(course: Course) -> None:
    """What was never started cannot be started anew."""
    assert "→ sre-course start beginner" in course.run("reset", "beginner", code=2).err
