"""Loose names of sections, pages and terms."""

import pytest

from sre_course.domain.errors import UsageError
from sre_course.domain.lesson import Day, Page, Section, Term
from sre_course.domain.places import find, find_terms, first_page, remembered


def page(section: str, number: str, name: str, title: str) -> Page:
    """Return an empty page."""
    return Page("day1", section, name, number, title, ("X",), ())


LOGS = Section(
    3,
    "logs",
    "Logs",
    10,
    (
        page("logs", "3.1", "ships-log", "The ship's log"),
        page("logs", "3.2", "levels", "Levels"),
        page("logs", "3.10", "story", "A story"),
    ),
)
METRICS = Section(
    2,
    "metrics",
    "Metrics",
    10,
    (
        page("metrics", "2.1", "numbers", "Numbers over time"),
        page("metrics", "2.2", "story", "Another story"),
    ),
)
DAY = Day("day1", "A day", (METRICS, LOGS))


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("2", 2),
        ("3", 3),
        ("metrics", 2),
        ("Metrics", 2),
        ("section 3", 3),
        ("day1/logs", 3),
        ("2.1", "2.1"),
        ("p2.2", "2.2"),
        ("3.10", "3.10"),
        ("3.1", "3.1"),
        ("levels", "3.2"),
        ("numbers-over-time", "2.1"),
        ("Numbers over time", "2.1"),
        ("metrics/story", "2.2"),
        ("logs/story", "3.10"),
        ("day1/logs/levels", "3.2"),
        ("met", 2),
        ("lev", "3.2"),
        ("ship", "3.1"),
        ("over", "2.1"),
        ("another", "2.2"),
    ],
)
def test_a_loose_name_is_understood(told: str, number: int | str) -> None:
    """Numbers, names, titles, their beginnings and parts."""
    assert find(DAY, told).number == number


def test_a_name_of_two_pages_is_refused() -> None:
    """The message names both, and how to choose."""
    with pytest.raises(UsageError) as told:
        find(DAY, "stor")
    assert "2.2 Another story, 3.10 A story" in told.value.message
    assert "read 2.2" in told.value.fix


@pytest.mark.parametrize(("told", "near"), [("levles", "3.2"), ("zzz", "")])
def test_an_unknown_name_lists_the_sections(told: str, near: str) -> None:
    """And guesses at what was meant where it can."""
    with pytest.raises(UsageError) as error:
        find(DAY, told)
    assert "2 Metrics, 3 Logs" in error.value.fix
    assert (f"read {near}`" in error.value.fix) is bool(near)


def test_a_section_begins_with_its_first_page() -> None:
    """A page is its own."""
    assert first_page(LOGS).number == "3.1"
    assert first_page(LOGS.pages[1]).number == "3.2"


@pytest.mark.parametrize(
    ("place", "number"),
    [("logs/levels", "3.2"), ("logs/gone", "3.1"), ("gone/gone", "2.1"), ("", "2.1")],
)
def test_a_remembered_place_is_found_again(place: str, number: str) -> None:
    """Or the nearest to it, when a page was renamed."""
    assert remembered(DAY, place).number == number


TERMS = (
    Term("counter", "It grows."),
    Term("time series", "Values.", ("series",)),
    Term("trace", "A way."),
    Term("trace ID", "An id."),
)


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("Counter", ["counter"]),
        ("trace", ["trace"]),
        ("trac", ["trace", "trace ID"]),
        ("trace-id", ["trace ID"]),
        ("series", ["time series"]),
        ("unter", ["counter"]),
        ("countre", ["counter"]),
        ("qqqq", []),
    ],
)
def test_terms_are_found_loosely(told: str, names: list[str]) -> None:
    """By name, other name, beginning, part, or with a slip."""
    assert [term.name for term in find_terms(TERMS, told)] == names
