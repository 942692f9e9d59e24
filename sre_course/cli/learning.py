"""Commands for reading and recalling: read, next, quiz, glossary, errata."""

from typing import TYPE_CHECKING, Annotated

import typer

from sre_course.cli import settings
from sre_course.domain.errors import UsageError


if TYPE_CHECKING:
    from pathlib import Path

PLACE = typer.Argument(help="A section or page: 2, metrics, 2.3, day1/metrics.")
JSON = typer.Option("--json", help="Print one JSON object.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("read", epilog="Example: sre-course read 2.3")(read)
    app.command("next", epilog="Example: sre-course next")(next_page)
    app.command("quiz", epilog="Example: sre-course quiz metrics")(quiz)
    app.command("glossary", epilog="Example: sre-course glossary counter")(glossary)
    app.command("errata", epilog="Example: sre-course errata R18")(errata)


def open_lesson(day: str, place: str | None = None) -> None:
    """Open the lesson of a day where the learner left off, or at a place.

    Interactive at a terminal, where due review questions come first; elsewhere it
    prints the section. Raises UsageError, ContentError.
    """
    from sre_course.cli.reading import current_day, open_place

    open_place(current_day(day), place)


def show_markdown(path: "Path") -> None:
    """Print a Markdown file, such as an exercise's README, as lessons are printed."""
    from sre_course.cli.reading import show_text

    show_text(path)


def read(place: Annotated[str | None, PLACE] = None) -> None:
    """Read the lesson, from where you left off or at a section or page."""
    from sre_course.cli.reading import current_day, open_place

    day, rest = _day_and_place(place)
    open_place(current_day(day), rest)


def next_page() -> None:
    """Read the page after the one that you read last."""
    from sre_course.cli.reading import current_day, next_place, open_place

    day = current_day()
    open_place(day, next_place(day))


def quiz(
    section: Annotated[str | None, PLACE] = None,
    answers: Annotated[
        str, typer.Option(help="Answer without being asked: one letter per question.")
    ] = "",
    as_json: Annotated[bool, JSON] = False,  # noqa: FBT002 - Typer's way
) -> None:
    """Recall what you read: the questions of a section, or those that are due."""
    import json

    from sre_course.cli import quizzing

    if answers and not section:
        raise UsageError(
            "--answers needs to know the questions",
            fix="Name the section: sre-course quiz 1 --answers abc",
        )
    name, rest = _day_and_place(section)
    questions = quizzing.questions(name, rest)
    if as_json and not answers:
        settings.say(json.dumps(quizzing.document(questions), indent=1))
    elif answers:
        raise typer.Exit(quizzing.mark(questions, answers, as_json=as_json))
    else:
        quizzing.hold(questions)


def glossary(
    term: Annotated[str | None, typer.Argument(help="A term, or part of it.")] = None,
    as_json: Annotated[bool, JSON] = False,  # noqa: FBT002 - Typer's way
) -> None:
    """Explain a term, or list them all."""
    from sre_course.cli.reference import show_glossary

    show_glossary(term, as_json=as_json)


def errata(
    what: Annotated[
        str | None, typer.Argument(help="An id (R18) or a section (metrics).")
    ] = None,
    as_json: Annotated[bool, JSON] = False,  # noqa: FBT002 - Typer's way
) -> None:
    """Say what we corrected in the original course text, and why."""
    from sre_course.cli.reference import show_errata

    show_errata(what, as_json=as_json)


def _day_and_place(told: str | None) -> tuple[str | None, str | None]:
    """Split `day1/metrics`; a lone `day1` is a day, anything else a place in one."""
    if told is None:
        return None, None
    day, _, rest = told.strip().lower().partition("/")
    if day.startswith("day") and day[3:].isdecimal():
        return day, rest or None
    return None, told
