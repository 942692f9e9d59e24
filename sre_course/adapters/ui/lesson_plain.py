"""Lessons as linear text: no colour, no drawing, for pipes and screen readers."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sre_course.domain.lesson import (
    Block,
    Callout,
    Code,
    Diagram,
    Heading,
    Inline,
    Items,
    Paragraph,
    Predict,
    QuizQuestion,
    Run,
    Style,
    Table,
)


LETTERS = "abcdefgh"
PAIR = 2  # a table of two columns is a list of `name: text`

_HARD_SPACE = "\N{NO-BREAK SPACE}"
_MARKS = ("\N{LEFT-POINTING MAGNIFYING GLASS} ", "\N{JIGSAW PUZZLE PIECE} ")
_MARKS_OF_TIERS = (*_MARKS, "\N{ELECTRIC LIGHT BULB} ")


def render_plain(block: Block, width: int) -> str:
    """Return a block as lines of at most `width` columns, code and long words apart."""
    return "\n".join(_RENDERERS[type(block)](block, width))


def words_of(text: Inline, *, marks: bool = False) -> str:
    """Return a sentence; code keeps its backticks, and the tiers lose their icons."""
    told = ""
    for span in text:
        said = span.text.replace("\n", " ")
        told += f"`{said}`" if span.style is Style.CODE else said
    return told if marks else without_marks(told)


def without_marks(text: str) -> str:
    """Drop the icons of the three tiers: their names stand beside them."""
    for mark in _MARKS_OF_TIERS:
        text = text.replace(mark, "")
    return text


def label_of(callout: Callout) -> str:
    """Return the word that a callout begins with."""
    return {"quote": "", "wrong": "Not quite"}.get(
        callout.kind, callout.kind.capitalize()
    )


def lettered(options: Sequence[str]) -> list[tuple[str, str]]:
    """Return options with the letters that choose them."""
    return list(zip(LETTERS, options, strict=False))


def edge_lines(diagram: Diagram) -> list[str]:
    """Return what a drawing says: its frames, then its edges."""
    frames = [
        f"{frame}: {'; '.join(nodes)}" for frame, nodes in diagram.groups if frame
    ]
    return [*frames, *(str(edge) for edge in diagram.edges)]


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Wrap a sentence; what stands in backticks is kept on one line if it fits."""
    parts = text.split("`")
    parts[1::2] = [part.replace(" ", _HARD_SPACE) for part in parts[1::2]]
    lines = textwrap.wrap(
        "`".join(parts),
        width=max(20, width),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_HARD_SPACE, " ") for line in lines]


def _indented(lines: Sequence[str], by: str = "  ") -> list[str]:
    return [f"{by}{line}" if line else "" for line in lines]


def _heading(block: Heading, width: int) -> list[str]:
    lines = _wrap(words_of(block.text), width)
    return [*lines, ("=" if block.level == 1 else "-") * max(map(len, lines))]


def _paragraph(block: Paragraph, width: int) -> list[str]:
    return _wrap(words_of(block.text), width)


def _items(block: Items, width: int) -> list[str]:
    lines: list[str] = []
    for number, item in enumerate(block.items, start=block.first or 0):
        marker = "- " if block.first is None else f"{number}. "
        inside = blocks_lines(item, width - len(marker))
        first, rest = inside[:1], inside[1:]
        lines += [marker + line for line in first or [""]]
        lines += _indented(rest, " " * len(marker))
    return lines


def blocks_lines(blocks: Sequence[Block], width: int) -> list[str]:
    """Return the lines of blocks inside another one, without blank lines."""
    return [line for block in blocks for line in _RENDERERS[type(block)](block, width)]


def _table(block: Table, width: int) -> list[str]:
    heads = [words_of(cell) for cell in block.head]
    lines = _wrap(f"Table: {'; '.join(filter(None, heads))}", width)
    for row in block.rows:
        first, *rest = [words_of(cell) for cell in row]
        if len(row) == PAIR:
            lines += _wrap(f"{first}: {rest[0]}", width, "- ", "  ")
            continue
        lines += _wrap(first, width, "- ", "  ")
        for head, cell in zip(heads[1:], rest, strict=False):
            if cell:
                lines += _wrap(f"{head}: {cell}", width, "  ", "    ")
    return lines


def _code(block: Code, _: int) -> list[str]:
    return _indented(block.text.splitlines(), "    ")


def _callout(block: Callout, width: int) -> list[str]:
    head = ": ".join(
        part for part in (label_of(block), without_marks(block.title)) if part
    )
    body: list[str] = []
    for inner in block.blocks:
        body += ([""] if body else []) + blocks_lines((inner,), width - 2)
    return [*(_wrap(head, width) if head else []), *_indented(body)]


def _diagram(block: Diagram, width: int) -> list[str]:
    head = _wrap(f"Diagram: {block.title}", width)
    return head + [
        line
        for edge in edge_lines(block)
        for line in _wrap(edge, width, "  ", "      ")
    ]


def _run(block: Run, _: int) -> list[str]:
    return [f"Live command: {block}"]


def _predict(block: Predict, width: int) -> list[str]:
    return [*_wrap(f"Predict: {block.text}", width), *_options(block.options, width)]


def _question(block: QuizQuestion, width: int) -> list[str]:
    options = [option.text for option in block.options]
    return [*_wrap(f"Question: {block.text}", width), *_options(options, width)]


def _options(options: Sequence[str], width: int) -> list[str]:
    return [
        line
        for letter, option in lettered(options)
        for line in _wrap(f"{letter}) {option}", width, "  ", "     ")
    ]


_RENDERERS: Mapping[type, Callable[[Any, int], list[str]]] = {
    Callout: _callout,
    Code: _code,
    Diagram: _diagram,
    Heading: _heading,
    Items: _items,
    Paragraph: _paragraph,
    Predict: _predict,
    QuizQuestion: _question,
    Run: _run,
    Table: _table,
}
