"""A lesson's pages as text: rich or plain, cut into screens."""

from collections.abc import Sequence

from sre_course.adapters.ui.ascii import to_ascii
from sre_course.adapters.ui.lesson_plain import render_plain
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.lesson import (
    Block,
    Callout,
    Heading,
    Page,
    Paragraph,
    Predict,
    Run,
    Section,
    Span,
    Style,
    plain,
)


READABLE = 96  # columns: longer lines are hard to read


def render(block: Block, terminal: Terminal) -> str:
    """Return one block, as the terminal can show it, without a newline at its end."""
    width = min(terminal.width, READABLE)
    if terminal.plain:
        text = render_plain(block, width)
    else:
        from sre_course.adapters.ui.lesson_rich import render_rich

        text = render_rich(block, width, colour=terminal.colour)
    return text if terminal.unicode else to_ascii(text)


def render_all(blocks: Sequence[Block], terminal: Terminal) -> str:
    """Return blocks under each other."""
    return "\n".join(screens(blocks, terminal, rows=None))


def screens(
    blocks: Sequence[Block], terminal: Terminal, *, rows: int | None, used: int = 0
) -> list[str]:
    """Return blocks as texts of at most `rows` lines; a block is never cut.

    `used` lines of the first screen are taken already.
    """
    texts: list[str] = []
    before: Block | None = None
    for group in _groups(blocks):
        text = ""
        for number, block in enumerate(group):
            gap = _gap(group[number - 1], block) if number else ""
            text += gap + render(block, terminal)
        if before is None:
            texts.append(text)
        else:
            joined = f"{texts[-1]}{_gap(before, group[0])}{text}"
            room = None if rows is None else rows - (used if len(texts) == 1 else 0)
            fits = room is None or joined.count("\n") < room
            texts[-1:] = [joined] if fits else [texts[-1], text]
        before = group[-1]
    return texts


def _groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """Keep together what a screen must not part.

    A heading or a sentence that ends in a colon, and what follows; live commands.
    """
    groups: list[list[Block]] = []
    open_end = False
    for block in blocks:
        if open_end or (groups and _together(groups[-1][-1], block)):
            groups[-1].append(block)
        else:
            groups.append([block])
        words = plain(block.text).rstrip() if isinstance(block, Paragraph) else ""
        open_end = isinstance(block, Heading) or words.endswith(":")
    return groups


def _gap(before: Block, block: Block) -> str:
    close = isinstance(before, Heading) or _together(before, block)
    return "\n" if close else "\n\n"


def _together(before: Block, block: Block) -> bool:
    return isinstance(before, Run) and isinstance(block, Run)


def page_head(page: Page, section: Section, terminal: Terminal) -> str:
    """Return the title of a page with a rule under it."""
    width = min(terminal.width, READABLE)
    left = f"{page.number} {page.title}"
    right = (
        f"{section.title}, page {section.pages.index(page) + 1} of {len(section.pages)}"
    )
    if terminal.plain:
        return f"{left}\n{'=' * min(len(left), width)}"
    gap = width - len(left) - len(right)
    title = render(Paragraph((Span(left, Style.STRONG),)), terminal)
    line = title + (" " * gap + right if gap > 1 else "")
    return f"{line}\n{'─' * width if terminal.unicode else '-' * width}"


def video_line(page: Page) -> tuple[Block, ...]:
    """Return the line that names a page's video; nothing while its slot is empty."""
    if not page.video:
        return ()
    return (Paragraph((Span("Video: ", Style.STRONG), Span(page.video))),)


def revealed(block: Predict) -> Callout:
    """Return the answer of a prediction."""
    return Callout("answer", block.answer, (Paragraph((Span(block.why),)),))
