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
    blocks: Sequence[Block], terminal: Terminal, *, rows: int | None
) -> list[str]:
    """Return blocks as texts of at most `rows` lines; a block is never cut."""
    texts: list[str] = []
    before: Block | None = None
    for block in blocks:
        text = render(block, terminal)
        if before is None:
            texts.append(text)
        else:
            joined = f"{texts[-1]}{_gap(before, block)}{text}"
            fits = rows is None or joined.count("\n") < rows
            texts[-1:] = [joined] if fits else [texts[-1], text]
        before = block
    return texts


def _gap(before: Block, block: Block) -> str:
    close = isinstance(before, Heading) or (
        isinstance(before, Run) and isinstance(block, Run)
    )
    return "\n" if close else "\n\n"


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
