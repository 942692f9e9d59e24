"""The reader, with keys from a list instead of a keyboard."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from sre_course.adapters.ui.keys import END, ENTER, ESCAPE, LEFT, RIGHT
from sre_course.adapters.ui.questions import (
    Answer,
    Left,
    Session,
    ask_prediction,
    ask_question,
    same,
)
from sre_course.adapters.ui.reader import Desk, contents, print_pages, read
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.lesson import (
    Block,
    Code,
    Day,
    Option,
    Page,
    Paragraph,
    Predict,
    QuizQuestion,
    Run,
    Section,
    Span,
)


PLAIN = Terminal(plain=True, interactive=True, colour=False, unicode=True, width=80)
FANCY = replace(PLAIN, plain=False)


def paragraph(text: str) -> Paragraph:
    """Return a paragraph."""
    return Paragraph((Span(text),))


PREDICT = Predict("day1/a/p", "How many?", (), "4000", "Twenty per URL.")
CHOICE = Predict("day1/a/c", "Which?", ("this", "that"), "that", "Of course.")
QUESTION = QuizQuestion(
    "day1/a/q",
    "Why?",
    tuple(Option(f"o{n}", n == 2, f"why {n}") for n in range(4)),
)


def page(number: str, *blocks: Block) -> Page:
    """Return a page of section a or b."""
    section = "a" if number.startswith("1") else "b"
    return Page("day1", section, f"n{number[2:]}", number, f"Page {number}", (), blocks)


ONE = page("1.1", paragraph("Hello."), Run(("metrics",)), Run(("load",)))
TWO = page("1.2", paragraph("Before."), PREDICT, paragraph("After."))
THREE = page("2.1", QUESTION)
DAY = Day(
    "day1",
    "A day",
    (Section(1, "a", "First", 5, (ONE, TWO)), Section(2, "b", "Second", 6, (THREE,))),
)


@dataclass
class Scripted:
    """Keys and lines from lists; at their end the learner has left."""

    keys: list[str]
    lines: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pauses: int = 0

    def key(self) -> str:
        """Return the next key."""
        return self.keys.pop(0) if self.keys else END

    def line(self, prompt: str) -> str:
        """Return the next line."""
        self.asked.append(prompt)
        return self.lines.pop(0)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Count the pauses."""
        self.pauses += 1
        yield


@dataclass
class Scene:
    """Somebody who reads, and what they left behind."""

    hand: Scripted
    terminal: Terminal = PLAIN
    noted: list[Answer] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    @property
    def session(self) -> Session:
        """Return where questions are asked."""
        return Session(self.hand, lambda: self.terminal, self.noted.append, "ann")

    def read(self, start: Page = ONE) -> str:
        """Read from a page; return the number of the last one."""
        desk = Desk(
            self.session,
            opened=lambda page: self.opened.append(page.number),
            run=lambda command: self.ran.append(str(command)),
            define=lambda told: (paragraph(f"{told} is a word."),),
            read=lambda page: page is ONE,
        )
        return read(DAY, start, desk).number


@pytest.fixture(autouse=True)
def _lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    ("keys", "opened"),
    [
        (["q"], ["1.1"]),
        ([END], ["1.1"]),
        ([ENTER, "q"], ["1.1", "1.2"]),
        (["n", "q"], ["1.1", "1.2"]),
        ([RIGHT, LEFT, "q"], ["1.1", "1.2", "1.1"]),
        (["p", "q"], ["1.1", "1.1"]),
        (["x", ESCAPE, "r", "q"], ["1.1"]),
        (["n", "n", ENTER, ENTER], ["1.1", "1.2", "2.1"]),
    ],
)
def test_keys_turn_pages(keys: list[str], opened: list[str]) -> None:
    """The place is told each time; after the last page reading ends."""
    scene = Scene(Scripted(keys, ["", "", ""]))
    assert scene.read() == opened[-1]
    assert scene.opened == opened


def test_a_page_is_printed_with_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    """And with the keys that work there."""
    Scene(Scripted(["q"])).read()
    shown = capsys.readouterr().out
    assert "1.1 Page 1.1\n============\n\nHello.\n" in shown
    assert "Enter next, p back, r run, t contents, ? term, q quit" in shown
    Scene(Scripted(["q"], [""])).read(TWO)
    assert "r run" not in capsys.readouterr().out


def test_live_commands_run_one_after_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each with the terminal given back; a third `r` does nothing."""
    scene = Scene(Scripted(["r", "r", "r", "q"]))
    scene.read()
    assert scene.ran == ["sre-course metrics", "sre-course load"]
    assert scene.hand.pauses == 2
    assert "$ sre-course metrics\n" in capsys.readouterr().out


def test_terms_are_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty line explains nothing."""
    Scene(Scripted(["?", "?", "q"], ["", "span"])).read()
    shown = capsys.readouterr().out
    assert shown.count("is a word.") == 1
    assert "span is a word." in shown


@pytest.mark.parametrize(
    ("told", "opened"),
    [("2", "2.1"), ("1.2", "1.2"), ("", None), ("no such", None)],
)
def test_contents_lead_anywhere(
    told: str, opened: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Enter stays, and so does a name that does not exist, with a word of why."""
    scene = Scene(Scripted(["t", "q"], [told, ""]))
    scene.read()
    assert scene.opened == ["1.1", opened] if opened else ["1.1"]
    shown = capsys.readouterr().out
    assert "1 First (5 min)\n  > 1.1  Page 1.1\n    1.2  Page 1.2\n" in shown
    assert ("There is no section" in shown) is (told == "no such")


def test_contents_mark_what_was_read() -> None:
    """And where the learner is."""
    assert contents(DAY, TWO, lambda _: True)[2:4] == [
        "  x 1.1  Page 1.1",
        "  > 1.2  Page 1.2",
    ]


def test_a_prediction_comes_before_what_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Question, confidence, both numbers, reason; then the rest of the page."""
    scene = Scene(Scripted(["x", "2", "q"], ["many", "4,000"]))
    scene.read(TWO)
    shown = capsys.readouterr().out
    order = ("Before", "How many?", "A number", "You said 4,000. It is 4000.", "Twenty")
    found = [shown.index(words) for words in order]
    assert found == sorted(found)
    assert shown.index("Twenty") < shown.index("After.")
    assert scene.noted == [
        Answer("day1/a/p", right=True, confidence=2, prediction=True)
    ]


def test_nobody_must_predict(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer is shown, nothing is noted."""
    scene = Scene(Scripted(["q"], [""]))
    scene.read(TWO)
    assert "Twenty per URL." in capsys.readouterr().out
    assert scene.noted == []


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["a", "3"], Answer("day1/a/c", right=False, confidence=3, prediction=True)),
        (["b", "1"], Answer("day1/a/c", right=True, confidence=1, prediction=True)),
        ([ENTER], None),
    ],
)
def test_a_prediction_may_be_a_choice(keys: list[str], answer: Answer | None) -> None:
    """Of the options as they are written."""
    scene = Scene(Scripted(keys))
    ask_prediction(CHOICE, scene.session)
    assert scene.noted == ([answer] if answer else [])


@pytest.mark.parametrize(
    ("said", "answer", "equal"),
    [
        ("4,000", "4000", True),
        ("4 000", "4000", True),
        ("30 %", "30", True),
        ("5.0", "5", True),
        ("6", "5", False),
        ("5 or 6", "5", False),
        ("that", "that", True),
    ],
)
def test_numbers_are_compared_as_numbers(
    said: str, answer: str, *, equal: bool
) -> None:
    """However they are written."""
    assert same(said, answer) is equal


def letter_of(option: str) -> str:
    """Return the key of an option in ann's order."""
    order = [o.text for o in QUESTION.shuffled("ann")]
    return "abcd"[order.index(option)]


def test_the_right_answer_gets_its_own_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Keys that mean nothing are passed over."""
    scene = Scene(Scripted(["z", letter_of("o2"), "7", "3"]))
    answer = ask_question(QUESTION, scene.session)
    assert answer == Answer("day1/a/q", right=True, confidence=3)
    assert scene.noted == [answer]
    assert "Right\n  why 2" in capsys.readouterr().out


def test_a_wrong_answer_gets_its_own_words_and_the_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """First why this one is wrong, then what is right."""
    scene = Scene(Scripted([letter_of("o1"), "1"]))
    answer = ask_question(QUESTION, scene.session)
    assert answer == Answer("day1/a/q", right=False, confidence=1)
    shown = capsys.readouterr().out
    assert "Not quite\n  why 1\n\n  Right is: o2. why 2" in shown


@pytest.mark.parametrize("key", [ENTER, RIGHT, ESCAPE, "n", "s"])
def test_a_question_can_be_skipped(key: str) -> None:
    """Nothing is noted then."""
    scene = Scene(Scripted([key]))
    assert ask_question(QUESTION, scene.session) is None
    assert scene.noted == []


@pytest.mark.parametrize("keys", [["q"], ["a", "q"], [END]])
def test_one_can_leave_at_a_question(keys: list[str]) -> None:
    """Also at the question how sure one is: then the answer is not noted."""
    scene = Scene(Scripted(keys))
    with pytest.raises(Left):
        ask_question(QUESTION, scene.session)
    assert scene.noted == []
    assert Scene(Scripted(list(keys))).read(THREE) == "2.1"


def test_a_long_page_waits_at_each_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one may leave there."""
    monkeypatch.setenv("LINES", "10")
    tall = [Code("", "\n".join(f"line {n}.{m}" for m in range(5))) for n in range(3)]
    long = page("1.3", *tall)
    day = Day("day1", "D", (Section(1, "a", "First", 5, (long,)),))
    for keys, last in (([ENTER, ENTER, "q"], "line 2.4"), (["q"], "line 0.4")):
        scene = Scene(Scripted(keys))
        desk = Desk(
            scene.session,
            opened=lambda _: None,
            run=lambda _: None,
            define=lambda _: (),
            read=lambda _: False,
        )
        read(day, long, desk)
        shown = capsys.readouterr().out
        assert re.findall(r"line \d\.\d", shown)[-1] == last
        assert "Enter: more of this page" in shown


def test_a_prompt_is_wiped_where_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    """Not in plain text, where nothing moves back."""
    Scene(Scripted(["q"]), FANCY).read()
    assert capsys.readouterr().out.endswith("\r\x1b[K")
    Scene(Scripted(["q"])).read()
    assert "\x1b" not in capsys.readouterr().out


def test_without_keys_everything_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Predictions with their answers, questions without."""
    print_pages(DAY.pages, DAY, PLAIN, "ann")
    shown = capsys.readouterr().out
    assert "How many?\n\nAnswer: 4000\n  Twenty per URL.\n\nAfter." in shown
    options = [
        f"{n}) {o.text}" for n, o in zip("abcd", QUESTION.shuffled("ann"), strict=True)
    ]
    assert "Why?\n  " + "\n  ".join(options) in shown
    assert "why 2" not in shown
