"""Ask quiz questions and predictions, one key at a time."""

import contextlib
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

from sre_course.adapters.ui.keys import END, ENTER, ESCAPE, RIGHT, Hand
from sre_course.adapters.ui.lesson import render, render_all, revealed
from sre_course.adapters.ui.lesson_plain import LETTERS
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.lesson import (
    Block,
    Callout,
    Option,
    Paragraph,
    Predict,
    QuizQuestion,
    Span,
    Style,
)


SURE = ("a guess", "fairly sure", "certain")  # confidence 1, 2 and 3

_SKIP = (ENTER, RIGHT, ESCAPE, "n", "s")
_QUIT = ("q", END)


class Left(Exception):  # noqa: N818 - no error: the learner pressed q
    """The learner wants to stop here."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered; `confidence` 1 to 3, or 0 if nobody asked."""

    item: str
    right: bool
    confidence: int
    prediction: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """Where questions are asked: somebody's keys, their terminal, our notebook."""

    hand: Hand
    terminal: Callable[[], Terminal]
    noted: Callable[[Answer], None]
    learner: str

    def show(self, *blocks: Block) -> None:
        """Print blocks with a blank line after them."""
        out(render_all(blocks, self.terminal()) + "\n")

    def prompt(self, words: str) -> str:
        """Print a line of help, wait for a key, and wipe the line where that works."""
        terminal = self.terminal()
        wipes = not terminal.plain and len(words) < terminal.width
        line = render(Paragraph((Span(words, Style.EMPHASIS),)), terminal)
        sys.stdout.write(line)
        sys.stdout.flush()
        try:
            return self.hand.key()
        finally:
            sys.stdout.write("\r\x1b[K" if wipes else "\n")
            sys.stdout.flush()


def out(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ask_question(question: QuizQuestion, session: Session) -> Answer | None:
    """Ask one question and give the feedback of the chosen option; None if skipped.

    Raises Left.
    """
    options = question.shuffled(session.learner)
    session.show(replace(question, options=options))
    chosen = _letter(session, len(options))
    if chosen is None:
        return None
    option = options[chosen]
    answer = Answer(question.id, option.right, _confidence(session))
    session.noted(answer)
    session.show(feedback(question, option))
    return answer


def feedback(question: QuizQuestion, option: Option) -> Callout:
    """Return what somebody reads who chose an option."""
    if option.right:
        return Callout("right", "", (Paragraph((Span(option.why),)),))
    key = question.key
    right = (Span("Right is: ", Style.STRONG), Span(f"{key.text}. {key.why}"))
    return Callout("wrong", "", (Paragraph((Span(option.why),)), Paragraph(right)))


def ask_prediction(block: Predict, session: Session) -> None:
    """Ask for a prediction, then show the answer beside it. Raises Left."""
    session.show(block)
    said = _number(session) if not block.options else _choice(block, session)
    if said:
        right = same(said, block.answer)
        session.noted(Answer(block.id, right, _confidence(session), prediction=True))
        out(f"\nYou said {said}. It is {block.answer}.\n")
    session.show(revealed(block))


def same(said: str, answer: str) -> bool:
    """Whether two answers are equal, as numbers if they are numbers."""
    if said == answer:
        return True
    with contextlib.suppress(ValueError):
        digits = said.replace(",", "").replace(" ", "").rstrip("%")
        return math.isclose(float(digits), float(answer))
    return False


def _choice(block: Predict, session: Session) -> str:
    chosen = _letter(session, len(block.options))
    return "" if chosen is None else block.options[chosen]


def _number(session: Session) -> str:
    while True:
        said = session.hand.line("Your number (Enter: no guess): ")
        if not said or any(c.isdigit() for c in said):
            return said[:40]
        out("A number, please.")


def _letter(session: Session, count: int) -> int | None:
    letters = LETTERS[:count]
    words = f"{letters[0]} to {letters[-1]} answers, Enter skips, q quits "
    while True:
        key = session.prompt(words)
        if key in _QUIT:
            raise Left
        if key in _SKIP:
            return None
        if key in tuple(letters):
            return letters.index(key)


def _confidence(session: Session) -> int:
    told = ", ".join(f"{n} {word}" for n, word in enumerate(SURE, start=1))
    while True:
        key = session.prompt(f"How sure are you? {told} ")
        if key in _QUIT:
            raise Left
        if key in ("1", "2", "3"):
            return int(key)
