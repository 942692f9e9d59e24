"""Series as they are shown: by family, with changes, safe to print."""

import json
import math

import pytest

from sre_course.adapters.ui.series import (
    Table,
    look_at,
    number,
    series,
    to_document,
    troubles,
)
from sre_course.domain.signals import Sample, Scrape, ScrapeProblem


ROUTE = (("route", "/a"), ("status", "200"))
COUNTER = Sample("req_total", ROUTE, 5, "req", "counter")
SAMPLES = (
    COUNTER,
    Sample("req_total", (("route", "/b"), ("status", "200")), 7, "req", "counter"),
    Sample("lat_bucket", (("le", "0.1"),), 3, "lat", "histogram"),
    Sample("lat_sum", (), 0.25, "lat", "histogram"),
    Sample("up", (), 1, "up", "gauge"),
)


def test_families_have_a_heading_and_series_a_line() -> None:
    """Parts of a histogram are told by what their names add."""
    assert list(Table(SAMPLES).lines()) == [
        "req_total  (counter)",
        '  route="/a",status="200"            5',
        '  route="/b",status="200"            7',
        "lat  (histogram)",
        '  _bucket le="0.1"                           3',
        "  _sum                                    0.25",
        "up  (gauge)",
        "                                     1",
    ]


def test_changes_are_told_against_a_look_before() -> None:
    """Growth, new series, and nothing where nothing changed."""
    before = {**look_at(SAMPLES), 'req_total{route="/a",status="200"}': 2.0}
    del before["up"]
    lines = list(Table(SAMPLES, before).lines())
    assert lines[1].endswith(" 5        +3")
    assert lines[2].endswith(" 7")
    assert lines[-1].endswith(" 1       new")


def test_only_what_changed() -> None:
    """A fall is told as one; NaN that stays NaN is no change."""
    samples = (COUNTER, Sample("x", (), math.nan, "x", "gauge"))
    before = {**look_at(samples), series("req_total", ROUTE): 9.0}
    table = Table(samples, before, changed=True)
    assert table.rows() == [COUNTER]
    assert list(table.lines())[-1].endswith("-4")
    assert list(table.news()) == ['req_total{route="/a",status="200"} 5 -4']
    assert Table(samples, None, changed=True).rows() == list(samples)


def test_long_labels_are_shortened_where_there_is_little_room() -> None:
    """On a terminal only; a pipe gets everything."""
    long = Sample("a", (("x", "y" * 300),), 1, "a", "gauge")
    assert max(map(len, Table([long], width=60).lines())) <= 60
    assert "y" * 300 in list(Table([long]).lines())[1]


def test_hostile_labels_are_shown_and_not_obeyed() -> None:
    """No escapes, no new lines, no markup."""
    hostile = (("x", '\x1b]0;owned\x07[red]\n"q"\\'), ("\x1b[2J", "b"))
    text = series("a\x1b[1m", hostile)
    assert text == ('a\\x1b[1m{x="\\x1b]0;owned\\x07[red]\\n\\"q\\"\\\\",\\x1b[2J="b"}')
    for line in Table([Sample("a\x1b[1m", hostile, 1, "a\x1b[1m", "gauge")]).lines():
        assert line.isprintable()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.5, "-0.5"),
        (1e21, "1e+21"),
        (0.1234567, "0.123457"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    """Whole ones without a point."""
    assert number(value) == text


def test_what_is_wrong_with_an_exposition() -> None:
    """Said in words; how it begins only where nothing could be read."""
    bad = Scrape(
        0, problem=ScrapeProblem.STATUS, detail="it answers 404", excerpt="<p>\n\x1b"
    )
    assert list(troubles(bad)) == [
        "A scraper could not use this: it answers 404",
        "It begins:",
        "  <p>",
        "  \\x1b",
    ]
    readable = Scrape(
        0, samples=SAMPLES, problem=ScrapeProblem.CONTENT_TYPE, excerpt="x"
    )
    assert len(list(troubles(readable))) == 1
    assert list(troubles(Scrape(0, samples=SAMPLES))) == []


def test_json_is_valid_json_whatever_the_values() -> None:
    """Infinities are texts, as Prometheus writes them."""
    samples = [
        Sample("a", (), v, "a", "gauge") for v in (1.5, math.inf, -math.inf, math.nan)
    ]
    document = to_document(Scrape(1.0, samples=tuple(samples)), Table(samples))
    text = json.dumps(document, allow_nan=False)
    values = [s["value"] for s in json.loads(text)["samples"]]
    assert values == [1.5, "+Inf", "-Inf", "NaN"]
    assert "change" not in json.loads(text)["samples"][0]


def test_json_tells_changes() -> None:
    """Null for a series that was not there before."""
    scrape = Scrape(1.0, samples=SAMPLES)
    document = json.loads(json.dumps(to_document(scrape, Table(SAMPLES, {"up": 0.0}))))
    changes = {s["name"]: s["change"] for s in document["samples"]}
    assert changes["up"] == 1.0
    assert changes["lat_sum"] is None
