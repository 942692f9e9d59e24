"""Turn Markdown into the blocks of a lesson."""

import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from sre_course.adapters.content.fences import Source, read_fence
from sre_course.domain.lesson import (
    Block,
    Callout,
    Heading,
    Inline,
    Items,
    Paragraph,
    Span,
    Style,
    Table,
    plain,
)


CALLOUTS = ("note", "tip", "warning", "analogy", "story")

_STYLES = {"strong": Style.STRONG, "em": Style.EMPHASIS}
_CALLOUT = re.compile(r"\[!(\w+)\]\s*(.*)$")


def read_blocks(text: str, source: Source) -> tuple[Block, ...]:
    """Parse a text; what a lesson cannot show is noted as a mistake and left out."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    return _blocks(tree.children, source)


def _blocks(nodes: Sequence[SyntaxTreeNode], source: Source) -> tuple[Block, ...]:
    return tuple(block for node in nodes for block in _block(node, source))


def _block(node: SyntaxTreeNode, source: Source) -> tuple[Block, ...]:
    if node.type in ("fence", "code_block"):
        return read_fence(node.info, node.content, source)
    if node.type not in _READERS:
        source.wrong(node.type, "a lesson cannot show this")
        return ()
    return (_READERS[node.type](node, source),)


def _paragraph(node: SyntaxTreeNode, _: Source) -> Paragraph:
    return Paragraph(_inline(node))


def _heading(node: SyntaxTreeNode, _: Source) -> Heading:
    return Heading(int(node.tag[1:]), _inline(node))


def _bullets(node: SyntaxTreeNode, source: Source) -> Items:
    return Items(_items(node, source))


def _numbers(node: SyntaxTreeNode, source: Source) -> Items:
    return Items(_items(node, source), int(node.attrs.get("start", 1)))


def _items(node: SyntaxTreeNode, source: Source) -> tuple[tuple[Block, ...], ...]:
    return tuple(_blocks(item.children, source) for item in node.children)


def _table(node: SyntaxTreeNode, _: Source) -> Table:
    head, *body = node.children
    return Table(
        head=tuple(_inline(cell) for cell in head.children[0].children),
        rows=tuple(
            tuple(_inline(cell) for cell in row.children)
            for part in body
            for row in part.children
        ),
    )


def _callout(node: SyntaxTreeNode, source: Source) -> Callout:
    """Read `> [!NOTE] Title`, the rest of the quotation being its body."""
    blocks = _blocks(node.children, source)
    head = blocks[0] if blocks else None
    words = plain(head.text) if isinstance(head, Paragraph) else ""
    first, _, _ = words.partition("\n")
    found = _CALLOUT.match(first)
    if found is None or not isinstance(head, Paragraph):
        return Callout("quote", "", blocks)
    kind = found[1].lower()
    if kind not in CALLOUTS:
        source.wrong(f"[!{found[1]}]", f"must be one of {', '.join(CALLOUTS).upper()}")
    rest = _without(head.text, len(first) + 1)
    body = ((Paragraph(rest),) if rest else ()) + blocks[1:]
    return Callout(kind, found[2], body)


def _without(text: Inline, count: int) -> Inline:
    """Return what is left after so many characters."""
    left: list[Span] = []
    for span in text:
        kept = span.text[count:]
        count = max(0, count - len(span.text))
        if kept:
            left.append(Span(kept, span.style))
    return tuple(left)


def _inline(node: SyntaxTreeNode) -> Inline:
    return tuple(
        span
        for inline in node.children
        for child in inline.children
        for span in _spans(child, Style.PLAIN)
    )


def _spans(node: SyntaxTreeNode, style: Style) -> list[Span]:
    if node.type in _STYLES:
        return _inside(node, _STYLES[node.type])
    if node.type == "link":
        return _link(node, style)
    if node.type == "code_inline":
        return [Span(node.content, Style.CODE)]
    if node.type == "image":
        return [Span(f"(picture: {node.content})", style)]
    broken = node.type in ("softbreak", "hardbreak")
    return [Span("\n" if broken else node.content, style)]


def _link(node: SyntaxTreeNode, style: Style) -> list[Span]:
    target = str(node.attrs.get("href", ""))
    words = _inside(node, style)
    told = "".join(span.text for span in words)
    return words if told == target else [*words, Span(f" ({target})", style)]


def _inside(node: SyntaxTreeNode, style: Style) -> list[Span]:
    return [span for child in node.children for span in _spans(child, style)]


_READERS: Mapping[str, Callable[[SyntaxTreeNode, Source], Block]] = {
    "blockquote": _callout,
    "bullet_list": _bullets,
    "heading": _heading,
    "ordered_list": _numbers,
    "paragraph": _paragraph,
    "table": _table,
}
