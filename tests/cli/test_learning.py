"""The commands for reading and recalling, without a terminal."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sre_course.adapters.state import progress
from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import load, update
from sre_course.cli import learning
from sre_course.cli.app import run
from sre_course.cli.reading import current_day
from sre_course.domain.errors import ContentError, ServiceError, UsageError
from sre_course.domain.progress import Progress, QuizItem


Out = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return an empty home of the learner."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path))
    monkeypatch.delenv("SRE_COURSE_ROOT", raising=False)
    return Home(tmp_path)


def place(home: Home) -> str | None:
    """Return the remembered place."""
    return load(home).place.get("day1")


@pytest.mark.parametrize(
    ("told", "titles", "remembered"),
    [
        ("2.3", ["2.3 One function"], "metrics/in-code"),
        ("types", ["2.2 Three types"], "metrics/three-types"),
        ("day1/observability", ["1.0 Welcome", "1.7 Three"], "observability/quiz"),
    ],
)
def test_what_is_named_is_printed_and_remembered(
    home: Home, capsys: Out, told: str, titles: list[str], remembered: str
) -> None:
    """A page or a whole section; the pages count as read."""
    assert run(["read", told]) == 0
    shown = capsys.readouterr().out
    assert all(f"{title}" in shown for title in titles)
    assert "\x1b" not in shown
    assert place(home) == remembered
    assert f"day1/{remembered}" in load(home).pages


def test_without_a_name_the_section_of_the_place_is_printed(
    home: Home, capsys: Out
) -> None:
    """And the place stays: printing again prints the same."""
    run(["read", "2.3"])
    pages = load(home).pages
    capsys.readouterr()
    for _ in range(2):
        assert run(["read"]) == 0
        shown = capsys.readouterr().out
        assert "2.1 Numbers over time" in shown
        assert "Answer them: sre-course quiz 2" in shown
        assert "Next: sre-course read 6.0" in shown
    assert place(home) == "metrics/in-code"
    assert load(home).pages == pages


def test_next_goes_on_page_by_page(home: Home, capsys: Out) -> None:
    """From the first page to the last, and stays there."""
    assert run(["next"]) == 0
    assert "1.0 Welcome" in capsys.readouterr().out
    run(["next"])
    assert "1.1 What you can ask" in capsys.readouterr().out
    run(["read", "6.2"])
    run(["next"])
    assert place(home) == "hands-on/beginner"


def test_the_first_reading_of_a_page_is_kept(home: Home) -> None:
    """Not the last one."""
    run(["read", "2.3"])
    before = load(home).pages
    update(home, lambda p: _with_pages(p, {"day1/metrics/in-code": "2020"}))
    run(["read", "2.3"])
    assert load(home).pages == {"day1/metrics/in-code": "2020"}
    assert re.match(r"\d{4}-\d\d-\d\dT.*\+00:00$", before["day1/metrics/in-code"])


def _with_pages(progress: Progress, pages: dict[str, str]) -> Progress:
    return replace(progress, pages=pages)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["read", "zzz"], "no section or page `zzz`"),
        (["read", "day9/1"], "no lesson `day9`"),
        (["read", "thr"], "may mean"),
        (["quiz", "zzz"], "no section or page"),
        (["quiz", "--answers", "abc"], "needs to know the questions"),
        (["quiz", "1", "--answers", "ab"], "does not answer 3"),
        (["quiz", "1", "--answers", "xyz"], "does not answer 3"),
        (["glossary", "zzzz"], "no `zzzz`"),
        (["errata", "R99"], "no correction `R99`"),
    ],
)
def test_what_is_not_there_is_refused(arguments: list[str], told: str) -> None:
    """As a usage error that says what there is."""
    with pytest.raises(UsageError, match=re.escape(told)) as error:
        run(arguments)
    assert error.value.fix


def answers_for(capsys: Out, section: str, *, right: bool) -> str:
    """Return letters that answer a section's quiz, looked up in the printed order."""
    capsys.readouterr()
    run(["quiz", section, "--json"])
    items = json.loads(capsys.readouterr().out)["items"]
    keys = {q.id: q.key.text for q in current_day().questions}
    letters = ""
    for item in items:
        number = item["options"].index(keys[item["id"]])
        letters += "abcd"[number if right else (number + 1) % 4]
    return letters


def test_right_answers_need_no_review(home: Home, capsys: Out) -> None:
    """Exit code 0."""
    letters = answers_for(capsys, "2", right=True)
    assert run(["quiz", "metrics", "--answers", letters]) == 0
    assert "3 of 3 right." in capsys.readouterr().out
    assert {(q.tries, q.due) for q in load(home).quiz.values()} == {(1, 0.0)}


def test_wrong_answers_are_explained_and_come_back(home: Home, capsys: Out) -> None:
    """Exit code 1; `quiz` alone asks for them once they are due."""
    letters = answers_for(capsys, "2", right=False)
    assert run(["quiz", "2", "--answers", f"{letters[0]}, {letters[1:]}"]) == 1
    shown = capsys.readouterr().out
    assert shown.count("Not quite") == 3
    assert shown.count("Right is: ") == 3
    assert "0 of 3 right." in shown
    items = load(home).quiz
    assert all(599 < item.due - time.time() <= 600 for item in items.values())
    due_now(home)
    run(["quiz", "--json"])
    listed = json.loads(capsys.readouterr().out)["items"]
    assert [item["due"] for item in listed] == [True, True]
    run(["read"])
    assert "Questions due for review: 2." in capsys.readouterr().out


def test_a_review_mixes_sections(home: Home, capsys: Out) -> None:
    """At most two of one in a row; what spans sections is answered at a terminal."""
    for section in ("1", "2"):
        run(["quiz", section, "--answers", answers_for(capsys, section, right=False)])
    due_now(home)
    capsys.readouterr()
    run(["quiz"])
    shown = capsys.readouterr().out
    assert shown.count("Question: ") == 6
    assert "--answers" not in shown


def due_now(home: Home) -> None:
    """Let ten minutes pass."""
    update(
        home,
        lambda p: replace(p, quiz={n: replace(i, due=1.0) for n, i in p.quiz.items()}),
    )


def test_questions_that_are_gone_are_not_due(home: Home, capsys: Out) -> None:
    """A newer lesson may have dropped them."""
    gone = {"day1/metrics/gone": QuizItem(due=1.0)}
    update(home, lambda p: replace(p, quiz=gone))
    run(["quiz"])
    assert "All dashboards are green" in capsys.readouterr().out


def test_a_quiz_is_printed_for_pipes(capsys: Out) -> None:
    """With the command that answers it."""
    assert run(["quiz", "2.4"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("Question: ") == 3
    assert "sre-course quiz day1/metrics --answers abc" in shown


def test_marks_are_reported_as_json(capsys: Out) -> None:
    """With the exit code of the marks."""
    letters = answers_for(capsys, "1", right=True)
    assert run(["quiz", "1", "--answers", letters, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["format"] == 1
    assert [item["last_right"] for item in document["items"]] == [True] * 3


def test_the_glossary(capsys: Out) -> None:
    """One term, several, or all; or as JSON."""
    assert run(["glossary", "counter"]) == 0
    assert capsys.readouterr().out.startswith("- counter: A metric that only grows")
    run(["glossary", "p95"])
    assert "quantile (also: percentile, p50, p95, p99): " in capsys.readouterr().out
    run(["glossary"])
    assert capsys.readouterr().out.count("\n- ") > 40
    run(["glossary", "gauge", "--json"])
    (term,) = json.loads(capsys.readouterr().out)["terms"]
    assert term["name"] == "gauge"


def test_the_errata(capsys: Out) -> None:
    """One correction, those of a section, or all; or as JSON."""
    assert run(["errata", "r22"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("R22 Diagram: Prometheus to Alert Manager")
    assert "- Problem: Alertmanager evaluates nothing." in shown
    run(["errata", "observability"])
    assert len(re.findall(r"^R\d\d ", capsys.readouterr().out, re.MULTILINE)) == 2
    run(["errata", "--json"])
    assert len(json.loads(capsys.readouterr().out)["corrections"]) > 20


def test_start_opens_the_lesson(home: Home, capsys: Out) -> None:
    """Without a place the section, with one that place."""
    learning.open_lesson("day1")
    assert "1.0 Welcome to day 1" in capsys.readouterr().out
    assert place(home) is None
    learning.open_lesson("day1", "2.1")
    assert "2.1 Numbers over time" in capsys.readouterr().out
    assert place(home) == "metrics/numbers-over-time"


def test_a_readme_is_shown_as_lessons_are(tmp_path: Path, capsys: Out) -> None:
    """One that cannot be read is an error with a way out."""
    path = tmp_path / "README.md"
    path.write_text("# Some requests\n\nAre **slow**. [/red]\n")
    learning.show_markdown(path)
    assert capsys.readouterr().out == "Some requests\n=============\nAre slow. [/red]\n"
    with pytest.raises(ContentError, match=r"gone\.md cannot be read"):
        learning.show_markdown(tmp_path / "gone.md")


def test_reading_goes_on_where_nothing_can_be_remembered(
    monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    """It is said once, on standard error."""

    def full(path: Path, text: str) -> None:
        raise ServiceError("The disk is full", fix="Free some space")

    monkeypatch.setattr(progress, "write", full)
    assert run(["read", "1"]) == 0
    shown = capsys.readouterr()
    assert "1.7 Three questions" in shown.out
    assert shown.err == "Nothing is remembered: The disk is full\n→ Free some space\n"


def test_a_broken_progress_file_is_left_alone(home: Home) -> None:
    """It is the learner's work."""
    home.state.mkdir(parents=True)
    (home.state / "progress.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read as progress"):
        run(["read", "1.1"])
    assert (home.state / "progress.json").read_text() == "{"


def test_thin_modules_import_nothing_heavy() -> None:
    """Rich and the Markdown parser are paid for by those who read."""
    program = (
        "import sys, sre_course.cli.app as app; app.build(); "
        "print({'rich', 'markdown_it', 'pygments'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "set()\n"


@pytest.fixture
def cli(home: Home) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Return a function that runs the command in a process of its own."""

    def run_it(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sre_course", *arguments],
            env={**os.environ, "SRE_COURSE_HOME": str(home.root), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_it


def test_a_terminal_without_utf8_gets_ascii(
    cli: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    """Every page of the lesson."""
    for section in ("1", "2", "6"):
        done = cli("read", section, PYTHONIOENCODING="ascii")
        assert done.returncode == 0
        assert done.stdout.isascii()


def test_a_reader_that_closes_its_pipe_is_no_error(home: Home) -> None:
    """`sre-course read 2 | head -1` prints one line and no traceback."""
    done = subprocess.run(  # noqa: S602 - the pipe is what is looked at
        f"{sys.executable} -m sre_course glossary | head -1",
        shell=True,
        env={**os.environ, "SRE_COURSE_HOME": str(home.root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("- ")
    assert done.stderr == ""
