"""Glossary and errata as blocks, so that every renderer can show them."""

from collections.abc import Sequence

from sre_course.domain.lesson import (
    Block,
    Correction,
    Heading,
    Items,
    Paragraph,
    Span,
    Style,
    Term,
)


def term_blocks(terms: Sequence[Term]) -> tuple[Block, ...]:
    """Return glossary entries as a list."""
    entries = tuple((Paragraph(_term(term)),) for term in terms)
    return (Items(entries),) if entries else ()


def _term(term: Term) -> tuple[Span, ...]:
    also = f" (also: {', '.join(term.also)})" if term.also else ""
    return (Span(term.name, Style.STRONG), Span(f"{also}: {term.text}"))


def correction_blocks(corrections: Sequence[Correction]) -> tuple[Block, ...]:
    """Return what we changed, one heading each."""
    blocks: list[Block] = []
    for each in corrections:
        blocks.append(Heading(2, (Span(f"{each.id} {each.original}"),)))
        told = (("Problem", each.problem), ("Now", each.now), ("Source", each.source))
        blocks.append(Items(tuple((Paragraph(_named(*pair)),) for pair in told)))
    return tuple(blocks)


def _named(name: str, text: str) -> tuple[Span, ...]:
    return (Span(f"{name}: ", Style.STRONG), Span(text))
