"""The quiz command: which questions, how they are asked, how answers are marked."""

import json
import time
from collections.abc import Sequence

from sre_course.adapters.state.home import home
from sre_course.adapters.ui.lesson import render_all
from sre_course.adapters.ui.lesson_plain import LETTERS
from sre_course.adapters.ui.questions import Answer, feedback, out
from sre_course.cli import settings
from sre_course.cli.reading import Notes, ask_all, current_day, due_questions
from sre_course.domain.errors import UsageError
from sre_course.domain.lesson import (
    Block,
    Heading,
    Option,
    Page,
    Paragraph,
    QuizQuestion,
    Span,
    Style,
)
from sre_course.domain.places import find, remembered
from sre_course.domain.progress import QuizItem
from sre_course.domain.review import section_of


def questions(day: str | None, place: str | None) -> tuple[QuizQuestion, ...]:
    """Return a section's questions; without a place those due, or the current ones.

    Raises UsageError where there are none.
    """
    lesson = current_day(day)
    notes = Notes(home())
    if place is None:
        if waiting := due_questions(lesson, len(lesson.questions), notes):
            return waiting
        page = remembered(lesson, notes.progress().place.get(lesson.name, ""))
        section = lesson.section_of(page)
    else:
        found = find(lesson, place)
        section = lesson.section_of(found) if isinstance(found, Page) else found
    if not section.questions:
        raise UsageError(
            f"Section {section.number} has no questions",
            fix="Choose another one: sre-course quiz 1",
        )
    return section.questions


def hold(chosen: Sequence[QuizQuestion]) -> None:
    """Ask at a terminal; elsewhere print the questions and say how to answer."""
    if settings.terminal().interactive:
        given = ask_all(chosen)
        if any(not answer.right for answer in given):
            out("What was wrong comes back in ten minutes: sre-course quiz")
        return
    terminal = settings.terminal()
    learner = Notes(home()).learner()
    for question in chosen:
        shown = QuizQuestion(question.id, question.text, question.shuffled(learner))
        out(render_all([shown], terminal) + "\n")
    sections = {section_of(question.id) for question in chosen}
    if len(sections) == 1:
        letters = "".join(LETTERS[n % 4] for n in range(len(chosen)))
        out(f"Answer like this: sre-course quiz {sections.pop()} --answers {letters}")


def mark(chosen: Sequence[QuizQuestion], letters: str, *, as_json: bool) -> int:
    """Mark letters, one per question in the printed order; 0 if all are right, else 1.

    Raises UsageError for letters that do not fit.
    """
    notes = Notes(home())
    learner = notes.learner()
    picked = [c for c in letters.lower() if c.isalnum()]
    if len(picked) != len(chosen) or any(c not in LETTERS[:4] for c in picked):
        raise UsageError(
            f"`{letters}` does not answer {len(chosen)} questions",
            fix=f"Give {len(chosen)} letters of a to d, such as --answers "
            + "abcd"[: len(chosen)],
        )
    options = [
        question.shuffled(learner)[LETTERS.index(letter)]
        for question, letter in zip(chosen, picked, strict=True)
    ]
    for question, option in zip(chosen, options, strict=True):
        notes.answer(Answer(question.id, option.right, 0))
    right = sum(option.right for option in options)
    if as_json:
        out(json.dumps(document(chosen), indent=1))
    else:
        _tell(chosen, options)
        out(f"{right} of {len(chosen)} right.")
    return 0 if right == len(chosen) else 1


def document(chosen: Sequence[QuizQuestion]) -> dict[str, object]:
    """Return how the questions stand, for --json."""
    notes = Notes(home())
    learner, items = notes.learner(), notes.progress().quiz
    return {"format": 1, "items": [_entry(q, items.get(q.id), learner) for q in chosen]}


def _entry(
    question: QuizQuestion, item: QuizItem | None, learner: str
) -> dict[str, object]:
    known = item or QuizItem()
    return {
        "id": question.id,
        "question": question.text,
        "options": [option.text for option in question.shuffled(learner)],
        "tries": known.tries,
        "right": known.right,
        "last_right": known.last_right,
        "confidence": known.confidence,
        "due": bool(known.due and known.due <= time.time()),
        "due_at": known.due,
    }


def _tell(chosen: Sequence[QuizQuestion], options: Sequence[Option]) -> None:
    for question, option in zip(chosen, options, strict=True):
        asked = Heading(3, (Span(question.text),))
        given = Paragraph((Span("Your answer: ", Style.STRONG), Span(option.text)))
        blocks: list[Block] = [asked, given, feedback(question, option)]
        told = render_all(blocks, settings.terminal())
        out(told + "\n")
