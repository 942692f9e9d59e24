"""Find what a learner means by `2`, `metrics`, `2.3` or `day1/metrics`."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sre_course.domain.errors import UsageError
from sre_course.domain.lesson import Day, Page, Section, Term


def find(day: Day, told: str) -> Section | Page:
    """Return the section or page that a loose name means.

    Numbers (`2`, `2.3`, `p2.3`), names, and unambiguous beginnings or parts of names
    and titles are understood. Raises UsageError.
    """
    wanted = _folded(told.removeprefix(f"{day.name}/"))
    number = wanted.removeprefix("section").strip().removeprefix("p")
    everything: list[Section | Page] = [*day.sections, *day.pages]
    for place in everything:
        if number == str(place.number) or wanted in _names(place):
            return place
    for fits in (str.startswith, str.__contains__):
        found = [p for p in everything if any(fits(n, wanted) for n in _names(p))]
        sections = [p for p in found if isinstance(p, Section)]
        if len(sections) == 1 or len(found) == 1:
            return (sections or found)[0]
        if found:
            names = ", ".join(_label(p) for p in found[:4])
            raise UsageError(
                f"`{told}` may mean {names}",
                fix=f"Name one by its number: sre-course read {found[0].number}",
            )
    known = {name: p for p in everything for name in _names(p)}
    near = get_close_matches(wanted, known, n=1)
    hint = f"Did you mean `sre-course read {known[near[0]].number}`? " if near else ""
    listing = ", ".join(_label(s) for s in day.sections)
    raise UsageError(
        f"There is no section or page `{told}` in {day.name}",
        fix=f"{hint}The sections are {listing}",
    )


def remembered(day: Day, place: str) -> Page:
    """Return the page of a remembered place; if it is gone, the nearest before it."""
    for page in day.pages:
        if page.place == place:
            return page
    for section in day.sections:
        if section.name == place.partition("/")[0]:
            return section.pages[0]
    return day.pages[0]


def first_page(place: Section | Page) -> Page:
    """Return where reading begins."""
    return place.pages[0] if isinstance(place, Section) else place


def find_terms(terms: Sequence[Term], told: str) -> tuple[Term, ...]:
    """Return the glossary entries that a loose name means; perhaps none."""
    wanted = _folded(told)
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = tuple(
            t for t in terms if any(fits(_folded(n), wanted) for n in (t.name, *t.also))
        )
        if found:
            return found
    near = get_close_matches(wanted, _term_names(terms), n=2)
    return tuple(
        t for t in terms if any(n in near for n in map(_folded, (t.name, *t.also)))
    )


def _term_names(terms: Iterable[Term]) -> list[str]:
    return [_folded(name) for term in terms for name in (term.name, *term.also)]


def _names(place: Section | Page) -> tuple[str, ...]:
    names = (_folded(place.name), _folded(place.title))
    if isinstance(place, Page):
        return (*names, _folded(place.place))
    return names


def _label(place: Section | Page) -> str:
    return f"{place.number} {place.title}"


def _folded(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").replace("_", " ").split())
