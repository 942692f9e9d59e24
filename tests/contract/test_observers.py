"""What every observer promises: coloured, plain, JSON; the same facts, all harmless."""

import json
import re
from collections.abc import Callable

import pytest

from sre_course.adapters.ui.report import Coloured, Json, Lines, after, summary
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.report import CriterionResult, Report, Verdict
from sre_course.domain.report_document import from_document, to_document
from sre_course.engine.ports import Observer


HOSTILE = "\x1b]0;owned\x07\x1b[2J[bold]boo[/bold] {0} %s \x9b31m\r\u202e"
LONG = " ".join(f"word{n}" for n in range(60))
FACTS = {"sent": "240 requests", "expected": "240", "observed": "246", "next": "Where?"}


CORE = ("one", "two", "n0", "n1")


def result(name: str, verdict: Verdict, **more: str) -> CriterionResult:
    """Return one verdict."""
    title = f"It does {name} well."
    return CriterionResult(name, title, 20, name in CORE, verdict, **more)


def report(*results: CriterionResult) -> Report:
    """Return a report."""
    return Report("day1/beginner", "embedded", 7, results)


PASSED, FAILED, BLOCKED, ERROR = Verdict
REPORTS = {
    "all": report(
        result("one", PASSED, note="judged: http_requests_total"),
        result("two", FAILED, cause="late", **FACTS),
        result("three", BLOCKED, next="First: It does two well."),
        result("four", ERROR, observed="KeyError: 'x'"),
    ),
    "passed": report(result("one", PASSED), result("other", PASSED)),
    "failed": report(result("one", PASSED), result("two", FAILED, **FACTS)),
    "unanswered": report(
        *(result(f"n{n}", PASSED) for n in range(2)),
        result("diagnosis", FAILED, cause="not-answered", **FACTS),
    ),
    "hostile": report(
        result("one", PASSED, note=f"judged: {HOSTILE}"),
        result("two", FAILED, **{name: f"{name} {HOSTILE}" for name in FACTS}),
    ),
    "long": report(
        result("one", FAILED, **{name: f"{name} {LONG}\n{LONG}" for name in FACTS}),
        result("two", FAILED, observed="x" * 5000),
    ),
    "nothing": report(),
}


def terminal(*, plain: bool, unicode: bool = True, colour: bool = True) -> Terminal:
    """Return a terminal of eighty columns."""
    return Terminal(plain, interactive=False, colour=colour, unicode=unicode, width=80)


def tell(observer: Observer, told: Report) -> None:
    """Tell an observer of a whole run, as the engine does."""
    for done in range(0, 101, 25):
        observer.phase("Round 1: requests sent", done, 100)
    observer.phase("Waiting", 0, 0)
    for each in told.results:
        observer.criterion(each)
    observer.finished(told)


Shown = Callable[[Report], str]


@pytest.fixture
def coloured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shown:
    """Return what a terminal gets."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def show(told: Report, *, unicode: bool = True, colour: bool = True) -> str:
        tell(Coloured(terminal(plain=False, unicode=unicode, colour=colour)), told)
        return capsys.readouterr().out

    return show


@pytest.fixture
def plain(capsys: pytest.CaptureFixture[str]) -> Shown:
    """Return what a pipe gets."""

    def show(told: Report) -> str:
        tell(Lines(terminal(plain=True)), told)
        return capsys.readouterr().out

    return show


OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours and cursor movements


def facts(shown: str) -> set[str]:
    """Return the words of the verdicts, without decoration."""
    text = OURS.sub(" ", shown)
    text = text[max(0, text.rfind("Waiting") + len("Waiting")) :]  # after the bar
    return set(re.findall(r"[^\s✓✗·!━╸╺]+", text)) - {"0/100"}  # of the bar


@pytest.mark.parametrize("name", REPORTS)
def test_the_plain_one_tells_all_that_the_coloured_one_does(
    coloured: Shown, plain: Shown, name: str
) -> None:
    """Colour, marks and bold are never the only place where something is said."""
    told = REPORTS[name]
    lines = plain(told)

    assert facts(coloured(told)) - facts(lines) == set()
    for each in told.results:
        assert each.title in " ".join(lines.split())
        assert f"{each.verdict.upper()} " in lines
    assert lines.count("(core)") == sum(r.core for r in told.results)
    assert summary(told) in " ".join(lines.split())


@pytest.mark.parametrize("name", REPORTS)
def test_both_give_the_evidence_and_the_next_command(
    coloured: Shown, plain: Shown, name: str
) -> None:
    """Four lines for what failed, a note for what passed, and where to go."""
    told = REPORTS[name]
    for shown in (coloured(told), plain(told)):
        text = " ".join(OURS.sub("", shown).split())
        assert f"Next: {after(told)}" in text
        for each in told.results:
            if each.verdict in (FAILED, ERROR) and name in ("all", "failed"):
                found = (each.sent, each.expected, each.observed, each.next)
                assert all(fact in text for fact in found)
            if each.verdict is PASSED and name == "all":
                assert f"note {each.note}" in text
        assert ("First: It does" in text) is False  # its evidence is there already


@pytest.mark.parametrize("name", REPORTS)
def test_plain_means_plain(plain: Shown, name: str) -> None:
    """No control character but the ends of lines, whatever an app said."""
    shown = plain(REPORTS[name])

    assert [c for c in shown if not c.isprintable() and c != "\n"] == []
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", REPORTS)
def test_a_terminal_gets_no_sequence_but_ours(coloured: Shown, name: str) -> None:
    """What an app said is shown as it is written, markup and format signs included."""
    shown = OURS.sub("", coloured(REPORTS[name]))

    assert [c for c in shown if not c.isprintable() and c not in "\r\n"] == []
    if name == "hostile":
        words = re.sub(r"\s", "", shown)
        wanted = r"\x1b]0;owned\x07\x1b[2J[bold]boo[/bold]{0}%s\x9b31m\r\u202e"
        assert words.count(wanted) == 5


def test_a_terminal_without_colours_or_letters(coloured: Callable[..., str]) -> None:
    """NO_COLOR takes the colours away; one without UTF-8 gets marks that it has."""
    without = coloured(REPORTS["all"], colour=False)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", without)
    assert re.search(r"\x1b\[[0-9;]*3[0-9]", coloured(REPORTS["all"]))

    ascii_only = coloured(report(*REPORTS["all"].results), unicode=False)
    assert {"✓", "✗", "·"} & set(ascii_only) == set()
    assert {"✓", "✗", "·"} <= set(coloured(REPORTS["all"]))


def test_a_phase_is_told_once_to_those_who_read_lines(plain: Shown) -> None:
    """Nobody wants to read a progress bar."""
    shown = plain(REPORTS["passed"])

    assert shown.count("Round 1: requests sent") == 1
    assert shown.splitlines()[:2] == ["Round 1: requests sent", "Waiting"]


def test_a_bar_is_taken_away(coloured: Shown) -> None:
    """Its line is erased before the first verdict is written."""
    shown = coloured(REPORTS["passed"])
    bar, verdicts = shown[: shown.rindex("Waiting")], shown[shown.rindex("Waiting") :]

    assert "Round 1: requests sent" in bar
    assert "\x1b[2K" in verdicts[: verdicts.index("It does one well")]


def test_a_bar_that_was_never_begun(coloured: Shown) -> None:
    """Closing is always possible."""
    observer = Coloured(terminal(plain=False))
    observer.close()
    observer.close()


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_one_object(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Nothing before it, nothing after it; it holds the whole report."""
    tell(Json(), REPORTS[name])
    written = capsys.readouterr()

    document = json.loads(written.out)
    assert document == to_document(REPORTS[name])
    assert from_document(document) == REPORTS[name]
    assert "\x1b" not in written.out
    assert written.err == ""


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("all", "sre-course doctor"),
        ("passed", "sre-course solution beginner, to compare with ours"),
        ("failed", "sre-course hint beginner"),
        ("unanswered", "sre-course answer beginner"),
    ],
)
def test_the_next_command(name: str, command: str) -> None:
    """It follows from how it went."""
    told = REPORTS[name]

    assert after(told) == command
