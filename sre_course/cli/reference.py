"""The glossary and errata commands."""

import json
from dataclasses import asdict

from sre_course.adapters.content.lessons import load_corrections, load_glossary
from sre_course.adapters.content.locate import course_root
from sre_course.adapters.ui.lesson import render_all
from sre_course.adapters.ui.questions import out
from sre_course.adapters.ui.reference import correction_blocks, term_blocks
from sre_course.cli import settings
from sre_course.cli.reading import current_day
from sre_course.domain.errors import UsageError
from sre_course.domain.places import find_terms


def show_glossary(told: str | None, *, as_json: bool) -> None:
    """Print one term, or all. Raises UsageError for one that is not there."""
    terms = load_glossary(course_root(), current_day().name)
    chosen = find_terms(terms, told) if told else terms
    if not chosen:
        raise UsageError(
            f"The glossary has no `{told}`", fix="List all terms: sre-course glossary"
        )
    if as_json:
        document = {"format": 1, "terms": [asdict(term) for term in chosen]}
        out(json.dumps(document, indent=1))
    else:
        out(render_all(term_blocks(chosen), settings.terminal()))


def show_errata(told: str | None, *, as_json: bool) -> None:
    """Print the corrections: all, one by its id, or those of a section."""
    every = load_corrections(course_root(), current_day().name)
    wanted = (told or "").lower()
    chosen = [c for c in every if wanted in (c.id.lower(), c.section.lower(), "")]
    if not chosen:
        known = ", ".join(dict.fromkeys(c.section for c in every))
        raise UsageError(
            f"There is no correction `{told}`",
            fix=f"Give an id such as {every[0].id}, or a section: {known}",
        )
    if as_json:
        document = {"format": 1, "corrections": [asdict(c) for c in chosen]}
        out(json.dumps(document, indent=1))
    else:
        out(render_all(correction_blocks(chosen), settings.terminal()))
