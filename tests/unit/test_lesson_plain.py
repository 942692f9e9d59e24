"""Lessons as plain text, compared with golden files.

To write them anew: GOLDEN=write pytest tests/unit/test_lesson_plain.py; read the diff.
"""

import os
from pathlib import Path

import pytest

from sre_course.adapters.content.lessons import read_text
from sre_course.adapters.ui.lesson import render, render_all, revealed, screens
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.lesson import (
    Block,
    Callout,
    Code,
    Heading,
    Items,
    Paragraph,
    Predict,
    Run,
    Span,
)


GOLDEN = Path(__file__).parent / "lesson_golden"
BLOCKS = read_text(GOLDEN / "page.md")


def terminal(width: int, *, unicode: bool = True) -> Terminal:
    """Return a terminal without colour and keys."""
    return Terminal(
        plain=True, interactive=False, colour=False, unicode=unicode, width=width
    )


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_page_of_everything_looks_like_this(width: int) -> None:
    """At each width."""
    path = GOLDEN / f"{width}.txt"
    text = render_all(BLOCKS, terminal(width)) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_plain_text_is_plain(width: int) -> None:
    """No escape sequence, no icon, no line that is too long but code."""
    text = render_all(BLOCKS, terminal(width))
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not [c for c in text if ord(c) > 0x2FFF]
    lines = [line for line in text.splitlines() if not line.startswith("    ")]
    assert max(map(len, lines)) <= width


def test_ascii_is_enough() -> None:
    """Where the terminal is not UTF-8, drawing characters are replaced."""
    text = render_all(BLOCKS, terminal(80, unicode=False))
    assert text.isascii()
    assert '"typographic" characters - such as x and <= 3' in text
    assert "?" not in text.replace("option", "").partition("How many")[0]


def test_what_no_table_knows_becomes_a_question_mark() -> None:
    """Rather than an error at printing."""
    shown = render(Paragraph((Span("naïve ☃"),)), terminal(80, unicode=False))
    assert shown == "na?ve ?"


def test_the_answer_of_a_prediction_is_a_callout() -> None:
    """With the reason."""
    block = Predict("d/s/p", "How many?", (), "4", "Because of two and two.")
    shown = render(revealed(block), terminal(80))
    assert shown == "Answer: 4\n  Because of two and two."


def paragraph(text: str) -> Paragraph:
    """Return a paragraph."""
    return Paragraph((Span(text),))


def test_a_page_is_cut_between_blocks() -> None:
    """The first screen has less room; a block is never cut."""
    code = Code("", "\n".join("abcdefgh"))
    blocks: list[Block] = [paragraph("one"), paragraph("two"), code, paragraph("end")]
    first, second, third = screens(blocks, terminal(80), rows=5, used=1)
    assert first == "one\n\ntwo"
    assert second.count("\n") == 7
    assert third == "end"
    assert len(screens(blocks, terminal(80), rows=None)) == 1
    assert screens([], terminal(80), rows=5) == []


def test_what_belongs_together_stays_together() -> None:
    """A heading and a sentence that ends in a colon wait for what follows."""
    blocks: list[Block] = [
        paragraph("one"),
        Heading(2, (Span("Head"),)),
        paragraph("as follows:"),
        Items(((paragraph("item"),),)),
        Run(("a",)),
        Run(("b",)),
    ]
    first, second, third = screens(blocks, terminal(80), rows=6)
    assert first == "one"
    assert second == "Head\n----\nas follows:\n\n- item"
    assert third == "Live command: sre-course a\nLive command: sre-course b"


def test_an_empty_item_and_an_empty_quotation_are_shown() -> None:
    """Without falling over."""
    assert render(Items(((),)), terminal(80)) == "- "
    assert render(Callout("quote", "", ()), terminal(80)) == ""
