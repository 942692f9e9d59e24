"""Reading and questions, put together from lessons, progress and the terminal."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sre_course.adapters.content.lessons import (
    list_days,
    load_day,
    load_glossary,
    read_text,
)
from sre_course.adapters.content.locate import course_root
from sre_course.adapters.state.home import Home, home
from sre_course.adapters.state.progress import load, update
from sre_course.adapters.ui.keys import Hand, Keys
from sre_course.adapters.ui.lesson import render_all
from sre_course.adapters.ui.live import run_live
from sre_course.adapters.ui.questions import Answer, Left, Session, ask_question, out
from sre_course.adapters.ui.reader import Desk, print_pages, read
from sre_course.adapters.ui.reference import term_blocks
from sre_course.cli import settings
from sre_course.domain.errors import ContentError, ServiceError
from sre_course.domain.lesson import (
    Block,
    Day,
    Page,
    Paragraph,
    QuizQuestion,
    Run,
    Section,
    Span,
)
from sre_course.domain.places import find, find_terms, first_page, remembered
from sre_course.domain.progress import Progress, QuizItem
from sre_course.domain.review import answered, due, predicted


OPENING = 2  # due questions that a lesson opens with


@dataclass(slots=True)
class Notes:
    """What is remembered of reading; a home that cannot be written is told of once."""

    home: Home
    told: bool = False

    def progress(self) -> Progress:
        """Return what is known. Raises UsageError for a file that cannot be read."""
        return load(self.home)

    def change(self, change: Callable[[Progress], Progress]) -> Progress:
        """Change the progress; reading goes on where that is impossible."""
        try:
            return update(self.home, change)
        except ServiceError as problem:
            if not self.told:
                told = f"Nothing is remembered: {problem.message}\n→ {problem.fix}"
                print(told, file=sys.stderr)  # noqa: T201 - a warning beside the text
                self.told = True
            return change(self.progress())

    def learner(self) -> str:
        """Return the learner's name, which is made up at the first need."""
        return self.change(lambda progress: progress).learner

    def opened(self, page: Page) -> None:
        """Remember a page as the learner's place, and when it was first read."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.change(
            lambda p: replace(
                p,
                place={**p.place, page.day: page.place},
                pages={page.id: now, **p.pages},
            )
        )

    def answer(self, answer: Answer) -> None:
        """Remember an answer, and when its question comes back."""
        self.change(
            lambda p: replace(p, quiz={**p.quiz, answer.item: _item(p, answer)})
        )


def _item(progress: Progress, answer: Answer) -> QuizItem:
    item = progress.quiz.get(answer.item, QuizItem())
    right, sure = answer.right, answer.confidence
    if answer.prediction:
        return predicted(item, right=right, confidence=sure)
    return answered(item, right=right, confidence=sure, now=time.time())


def current_day(name: str | None = None) -> Day:
    """Return a day by name; else the last one that was read, or the first one."""
    days = list_days(course_root())
    known = load(home()).place
    read_before = [day for day in days if day in known]
    return load_day(course_root(), name or (read_before or list(days) or ["day1"])[-1])


def open_place(day: Day, place: str | None) -> None:
    """Open the reader at a place, or print it where no keys can be read.

    Without a place reading goes on where the learner left off; due questions first.
    """
    notes = Notes(home())
    known = notes.progress().place.get(day.name, "")
    target = find(day, place) if place else remembered(day, known)
    if not settings.terminal().interactive:
        if place:
            _print(day, target, notes)
            _remember(target, notes)
        else:
            _say_what_is_due(day, notes)
            _print(day, day.section_of(first_page(target)), notes)
        return
    with Keys() as keys:
        session = _session(keys, notes)
        try:
            if not place:
                ask(due_questions(day, OPENING, notes), session)
            last = read(day, first_page(target), _desk(day, session, notes))
        except Left:
            last = first_page(target)
    following = "sre-course" if last == day.pages[-1] else "sre-course read"
    out(f"\nYou are at {last.number} {last.title}\nNext: {following}")


def next_place(day: Day) -> str:
    """Return the number of the page after the remembered one."""
    known = Notes(home()).progress().place.get(day.name)
    if known is None:
        return day.pages[0].number
    number = day.pages.index(remembered(day, known))
    return day.pages[min(number + 1, len(day.pages) - 1)].number


def show_text(path: Path) -> None:
    """Print a Markdown file. Raises ContentError if it cannot be read."""
    try:
        blocks = read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(
            f"{path.name} cannot be read: {error}", fix="Reinstall sre-course"
        ) from error
    out(render_all(blocks, settings.terminal()))


def due_questions(day: Day, limit: int, notes: Notes) -> tuple[QuizQuestion, ...]:
    """Return the questions of a day that are due for review."""
    known = {question.id: question for question in day.questions}
    items = {n: i for n, i in notes.progress().quiz.items() if n in known}
    return tuple(known[name] for name in due(items, time.time(), limit))


def ask_all(questions: Sequence[QuizQuestion]) -> list[Answer]:
    """Ask questions at the terminal until all are answered or the learner leaves."""
    with Keys() as keys:
        session = _session(keys, Notes(home()))
        try:
            return ask(questions, session)
        except Left:
            return []


def ask(questions: Sequence[QuizQuestion], session: Session) -> list[Answer]:
    """Ask questions one after the other. Raises Left."""
    if not questions:
        return []
    session.show(Paragraph((Span(f"{len(questions)} to recall, from memory:"),)))
    answers = [ask_question(question, session) for question in questions]
    given = [answer for answer in answers if answer]
    right = sum(answer.right for answer in given)
    if given:
        session.show(Paragraph((Span(f"{right} of {len(given)} right."),)))
    return given


def _print(day: Day, target: Section | Page, notes: Notes) -> None:
    pages = _pages(target)
    print_pages(pages, day, settings.terminal(), notes.learner())
    _say_what_follows(day, pages[-1])


def _pages(target: Section | Page) -> tuple[Page, ...]:
    return target.pages if isinstance(target, Section) else (target,)


def _remember(target: Section | Page, notes: Notes) -> None:
    """Count what was asked for by name, and printed, as read."""
    for page in _pages(target):
        notes.opened(page)


def _say_what_is_due(day: Day, notes: Notes) -> None:
    waiting = len(due_questions(day, len(day.questions), notes))
    if waiting:
        out(f"Questions due for review: {waiting}. Recall them: sre-course quiz\n")


def _say_what_follows(day: Day, last: Page) -> None:
    number = day.pages.index(last) + 1
    if last.questions:
        out(f"Answer them: sre-course quiz {day.section_of(last).number}")
    if number < len(day.pages):
        following = day.pages[number]
        out(f"Next: sre-course read {following.number}  ({following.title})")


def _session(hand: Hand, notes: Notes) -> Session:
    return Session(hand, settings.terminal, notes.answer, notes.learner())


def _desk(day: Day, session: Session, notes: Notes) -> Desk:
    def define(told: str) -> Sequence[Block]:
        terms = find_terms(load_glossary(course_root(), day.name), told)
        unknown = Paragraph((Span(f"The glossary has no `{told}`."),))
        return term_blocks(terms) or (unknown,)

    def run(command: Run) -> None:
        run_live(command.arguments, out)

    return Desk(
        session=session,
        opened=notes.opened,
        run=run,
        define=define,
        read=lambda page: page.id in notes.progress().pages,
    )
