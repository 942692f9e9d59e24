"""Lessons with colour, frames and drawings, as text for the scrollback."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style as Look
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table as Grid
from rich.text import Text

from sre_course.adapters.ui.lesson_plain import (
    PAIR,
    edge_lines,
    label_of,
    lettered,
    words_of,
)
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


ART_WIDTH = 76  # columns that every drawing fits in
GRID_WIDTH = 60  # a table with frames needs at least so many

_PADDING = re.compile(r"(?: |\x1b\[[0-9;]*m)+$", re.MULTILINE)
_LOOKS = {
    Style.PLAIN: "",
    Style.STRONG: "bold",
    Style.EMPHASIS: "italic",
    Style.CODE: "cyan",
}
_BARS = {
    "analogy": "green",
    "answer": "green",
    "note": "blue",
    "right": "green",
    "story": "magenta",
    "tip": "green",
    "warning": "yellow",
    "wrong": "yellow",
}
# Only what is readable on a light and on a dark ground alike.
_THEME = ANSISyntaxTheme(
    {
        ("Comment",): Look(dim=True, italic=True),
        ("Keyword",): Look(bold=True),
        ("Name", "Decorator"): Look(bold=True),
        ("Literal", "String"): Look(color="green"),
    }
)


@dataclass(frozen=True, slots=True)
class _Barred:
    """Something with a coloured bar at its left."""

    body: RenderableType
    colour: str

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> RenderResult:
        narrower = options.update_width(options.max_width - 2)
        for line in console.render_lines(self.body, narrower, pad=False):
            yield Segment("│ ", Look.parse(self.colour))
            yield from line
            yield Segment.line()


def render_rich(block: Block, width: int, *, colour: bool) -> str:
    """Return a block as lines of at most `width` columns, code apart."""
    out = StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=True,
        no_color=not colour,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(_renderable(block, width), soft_wrap=isinstance(block, Code))
    return _PADDING.sub(_unpadded, out.getvalue().rstrip("\n"))


def _unpadded(padding: re.Match[str]) -> str:
    """Drop blanks before a line's end: they get in the way of copying and resizing."""
    return padding.group().replace(" ", "")


def _renderable(block: Block, width: int) -> RenderableType:
    return _RENDERERS[type(block)](block, width)


def _text(text: Inline) -> Text:
    words = Text()
    for span in text:
        words.append(span.text.replace("\n", " "), style=_LOOKS[span.style])
    return words


def _heading(block: Heading, _: int) -> RenderableType:
    words = _text(block.text)
    words.stylize("bold underline")
    return words


def _paragraph(block: Paragraph, _: int) -> RenderableType:
    return _text(block.text)


def _items(block: Items, width: int) -> RenderableType:
    rows = Grid.grid(padding=(0, 1, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(ratio=1)
    for number, item in enumerate(block.items, start=block.first or 0):
        marker = "•" if block.first is None else f"{number}."
        rows.add_row(marker, Group(*(_renderable(b, width - 4) for b in item)))
    return rows


def _table(block: Table, width: int) -> RenderableType:
    if width < GRID_WIDTH:
        return _records(block)
    natural = max(sum(len(words_of(c)) + 3 for c in row) for row in block.rows)
    grid = Grid(box=box.ROUNDED, show_lines=natural >= width, border_style="dim")
    for cell in block.head:
        grid.add_column(_text(cell), header_style="bold")
    for row in block.rows:
        grid.add_row(*(_text(cell) for cell in row))
    return grid


def _records(block: Table) -> RenderableType:
    heads = "; ".join(filter(None, map(words_of, block.head)))
    lines: list[RenderableType] = [Text(heads, style="dim")]
    for row in block.rows:
        name = _text(row[0])
        name.stylize("bold")
        if len(row) == PAIR:
            lines.append(Text.assemble(name, ": ", _text(row[1])))
            continue
        lines.append(name)
        for head, cell in zip(block.head[1:], row[1:], strict=False):
            said = Text.assemble((f"{words_of(head)}: ", "dim"), _text(cell))
            lines.append(Padding(said, (0, 0, 0, 2)))
    return Group(*lines)


def _code(block: Code, _: int) -> RenderableType:
    listing = Syntax("", block.language or "text", theme=_THEME).highlight(block.text)
    listing.rstrip()
    indented = (Text("  ") + line if line else line for line in listing.split("\n"))
    return Group(*(_unwrapped(line) for line in indented))


def _unwrapped(line: Text) -> Text:
    line.no_wrap = True
    line.overflow = "ignore"
    return line


def _callout(block: Callout, width: int) -> RenderableType:
    colour = _BARS.get(block.kind, "dim")
    kind = label_of(block)
    parts: list[RenderableType] = []
    if kind or block.title:
        title = " · ".join(part for part in (kind, block.title) if part)
        parts.append(Text(title, style=f"bold {colour}"))
    for number, inner in enumerate(block.blocks):
        if number:
            parts.append(Text())
        parts.append(_renderable(inner, width - 2))
    return _Barred(Group(*parts), colour)


def _diagram(block: Diagram, width: int) -> RenderableType:
    if block.art and width >= ART_WIDTH:
        return Group(*(_unwrapped(Text(line)) for line in block.art.splitlines()))
    rows = Grid.grid(padding=(0, 1, 0, 0))
    for line in edge_lines(block):
        rows.add_row("•", Text(line))
    return Group(Text(block.title, style="bold"), rows)


def _run(block: Run, _: int) -> RenderableType:
    return Text.assemble(("▸ ", "bold green"), (str(block), "bold cyan"))


def _predict(block: Predict, _: int) -> RenderableType:
    return _asked("Predict", block.text, block.options)


def _question(block: QuizQuestion, _: int) -> RenderableType:
    return _asked("Question", block.text, [o.text for o in block.options])


def _asked(kind: str, text: str, options: Sequence[str]) -> RenderableType:
    head = Text.assemble((f"{kind} · ", "bold magenta"), (text, "bold"))
    rows = Grid.grid(padding=(0, 1, 0, 0))
    rows.add_column(no_wrap=True)
    rows.add_column(ratio=1)
    for letter, option in lettered(options):
        rows.add_row(Text(f"  {letter}", style="bold"), Text(option))
    return Group(head, rows) if options else head


_RENDERERS: Mapping[type, Callable[[Any, int], RenderableType]] = {
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
