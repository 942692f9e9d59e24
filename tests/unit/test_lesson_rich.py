"""Lessons with colour and drawings."""

import re
from pathlib import Path

import pytest

from sre_course.adapters.content.lessons import read_text
from sre_course.adapters.ui.lesson import page_head, render, render_all, video_line
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.lesson import (
    Block,
    Callout,
    Code,
    Diagram,
    Edge,
    Page,
    Paragraph,
    Section,
    Span,
)


BLOCKS = read_text(Path(__file__).parent / "lesson_golden" / "page.md")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
DRAWING = Diagram(
    "d", "Two boxes", (("", ("A", "B")),), (Edge("A", "B", "goes"),), "┌─A─►B─┐"
)


@pytest.fixture(autouse=True)
def _colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("COLORTERM", raising=False)


def terminal(width: int = 80, *, colour: bool = True, unicode: bool = True) -> Terminal:
    """Return a terminal with keys."""
    return Terminal(
        plain=False, interactive=True, colour=colour, unicode=unicode, width=width
    )


def plain_terminal(width: int) -> Terminal:
    """Return one without colour."""
    return Terminal(
        plain=True, interactive=False, colour=False, unicode=True, width=width
    )


def words(text: str) -> list[str]:
    """Return what is written, without colours, frames and bullets."""
    return re.findall(r"[a-z0-9]{2,}", ESCAPES.sub("", text).lower())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_both_renderers_say_the_same(width: int) -> None:
    """Every word of the coloured page is in the plain one, and the other way round."""
    plain = plain_terminal(width)
    said = {"live", "command", "table", "diagram"}  # words instead of signs
    assert set(words(render_all(BLOCKS, terminal(width)))) - {"question"} <= set(
        words(render_all(BLOCKS, plain))
    )
    shown = set(words(render_all(BLOCKS, terminal(width))))
    assert set(words(render_all(BLOCKS, plain))) - said <= shown


@pytest.mark.parametrize("width", [40, 60, 76, 80, 120])
def test_no_line_is_too_long(width: int) -> None:
    """Code apart, which must stay as it is."""
    for block in BLOCKS:
        if not isinstance(block, Code):
            shown = ESCAPES.sub("", render(block, terminal(width)))
            assert max(map(len, shown.splitlines())) <= width


def test_no_line_ends_in_blanks() -> None:
    """They get in the way of copying and of resizing the window."""
    shown = ESCAPES.sub("", render_all(BLOCKS, terminal()))
    assert not [line for line in shown.splitlines() if line != line.rstrip()]


def test_code_is_never_wrapped_or_padded() -> None:
    """Somebody will copy it."""
    code = Code("python", 'def f(x):\n    return "' + "y" * 100 + '"  # why\n\nf(1)')
    shown = ESCAPES.sub("", render(code, terminal(60)))
    assert shown.splitlines() == [f"  {x}".rstrip() for x in code.text.splitlines()]


def test_colour_can_be_left_out() -> None:
    """NO_COLOR keeps bold and italics, and drops every colour."""
    shown = render_all(BLOCKS, terminal(colour=False))
    codes = {
        int(code)
        for sequence in re.findall(r"\x1b\[([0-9;]*)m", shown)
        for code in sequence.split(";")
        if code
    }
    assert codes <= {0, 1, 2, 3, 4, 22, 23, 24}
    assert codes & {1, 3}


def test_markup_and_emoji_codes_are_text() -> None:
    """Nothing in a lesson or in an app's output is rich markup."""
    said = "[bold]x[/bold] [/red] [link=https://x]y[/link] :warning:"
    blocks: list[Block] = [
        Paragraph((Span(said),)),
        Code("text", said),
        Callout("note", said, (Paragraph((Span(said),)),)),
    ]
    for block in blocks:
        assert said in ESCAPES.sub("", render(block, terminal(120)))


@pytest.mark.parametrize(
    ("width", "unicode", "shown"),
    [
        (80, True, "┌─A─►B─┐"),
        (76, True, "┌─A─►B─┐"),
        (80, False, "+-A->B-+"),
        (75, True, "Two boxes\n• A -> B (goes)"),
    ],
)
def test_a_drawing_needs_its_width(width: int, *, unicode: bool, shown: str) -> None:
    """Where it does not fit, its edges are listed; without UTF-8 it is redrawn."""
    text = render(DRAWING, terminal(width, unicode=unicode))
    assert ESCAPES.sub("", text).replace(" \n", "\n").rstrip() == shown


def test_no_drawing_means_edges() -> None:
    """They are always right."""
    bare = Diagram("d", "T", (("F", ("A", "B")),), DRAWING.edges)
    shown = ESCAPES.sub("", render(bare, terminal()))
    assert [line.rstrip() for line in shown.splitlines()] == [
        "T",
        "• F: A; B",
        "• A -> B (goes)",
    ]


PAGE = Page("day1", "s", "p", "2.1", "A title", ("X",), (), "https://example.org/v")
SECTION = Section(2, "s", "The section", 5, (PAGE,))


def test_the_head_of_a_page() -> None:
    """Title, section, how far, and a rule; only the title where there is no room."""
    title, rule = ESCAPES.sub("", page_head(PAGE, SECTION, terminal())).splitlines()
    assert title.startswith("2.1 A title   ")
    assert title.endswith("The section, page 1 of 1")
    assert len(title) == len(rule) == 80
    narrow = ESCAPES.sub("", page_head(PAGE, SECTION, terminal(30, unicode=False)))
    assert narrow == "2.1 A title\n" + "-" * 30
    plain = page_head(PAGE, SECTION, plain_terminal(80))
    assert plain == "2.1 A title\n==========="


def test_a_video_is_named_only_if_there_is_one() -> None:
    """An empty slot is not shown."""
    shown = ESCAPES.sub("", render_all(video_line(PAGE), terminal()))
    assert shown == "Video: https://example.org/v"
    assert video_line(Page("d", "s", "p", "1.1", "T", ("X",), ())) == ()
