"""How the results of PromQL are shown."""

from typing import Any

import pytest

from sre_course.cli.querying import lines


def vector(*pairs: tuple[dict[str, str], str]) -> dict[str, Any]:
    """Return an instant vector as the API gives it."""
    result = [{"metric": m, "value": [1_700_000_000, v]} for m, v in pairs]
    return {"resultType": "vector", "result": result}


def test_a_series_is_shown_with_its_value() -> None:
    """The value first, so that a column of numbers can be read."""
    data = vector(
        ({"__name__": "x_total", "route": "/a"}, "12"), ({"route": "/b"}, "0.33333333")
    )

    assert lines(data) == [
        '            12  x_total{route="/a"}',
        '      0.333333  {route="/b"}',
    ]


@pytest.mark.parametrize(
    ("value", "shown"), [("NaN", "nan"), ("+Inf", "inf"), ("1e+21", "1e+21")]
)
def test_odd_values_are_shown(value: str, shown: str) -> None:
    """A ratio of nothing to nothing is no number."""
    assert lines(vector(({}, value)))[0].split()[0] == shown


def test_a_range_is_shown_point_by_point() -> None:
    """With the time of day of each."""
    values = [[1_700_000_000, "1"], [1_700_000_060, "2"]]
    data = {
        "resultType": "matrix",
        "result": [{"metric": {"__name__": "x"}, "values": values}],
    }
    shown = lines(data)

    assert shown[0] == "x"
    assert [line.split()[1] for line in shown[1:]] == ["1", "2"]
    assert all(line.split()[0].count(":") == 2 for line in shown[1:])


def test_nothing_found_says_where_to_look() -> None:
    """A misspelt name is the usual reason."""
    assert "sre-course metrics" in lines(vector())[0]


def test_a_number_by_itself() -> None:
    """PromQL can compute without any series."""
    assert lines({"resultType": "scalar", "result": [1, "4"]}) == ["4"]


def test_what_an_app_put_into_a_label_cannot_act_on_the_terminal() -> None:
    """Labels are text of the learner's app; very many series are cut."""
    data = vector(*(({"x": f"\x1b[2J{n}"}, "1") for n in range(60)))
    shown = lines(data)

    assert not any("\x1b" in line for line in shown)
    assert shown[-1] == "… and 10 more series"
