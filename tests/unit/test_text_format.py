"""The text format, read as strictly as Prometheus reads it."""

import contextlib
import time

import pytest

from sre_course.adapters.telemetry import text_format
from sre_course.adapters.telemetry.reading import MOST_SAMPLES, Reader, Stop, TooMuch
from sre_course.domain.signals import Sample


def read(text: str) -> Reader:
    """Parse within ten seconds."""
    reader = Reader(text, time.monotonic() + 10)
    text_format.parse(reader)
    return reader


def one(line: str) -> Sample:
    """Parse a text of one line that nothing is wrong with."""
    reader = read(line + "\n")
    assert not reader.complaint
    (sample,) = reader.samples
    return sample


@pytest.mark.parametrize(
    ("line", "name", "labels", "value"),
    [
        ("a 1", "a", (), 1),
        ("\t a:b_9 \t 1.5e3 ", "a:b_9", (), 1500),
        ("a{} +Inf 1700000000000", "a", (), float("inf")),
        ("a -3 -5", "a", (), -3),
        ('a{x="1",b="2",} 1', "a", (("b", "2"), ("x", "1")), 1),
        ('a { x = "1" , b="" } 1', "a", (("x", "1"),), 1),
        ('a{x="1"}2', "a", (("x", "1"),), 2),
        (r'a{x="\"\\\n\d"} 1', "a", (("x", '"\\\n\\d'),), 1),
        ('a{x="} # { 5"} 1', "a", (("x", "} # { 5"),), 1),
        ('{"r.s","a.b"="é",b="c"} 1', "r.s", (("a.b", "é"), ("b", "c")), 1),
        ('{"a b"} 1', "a b", (), 1),
    ],
)
def test_samples(
    line: str, name: str, labels: tuple[tuple[str, str], ...], value: float
) -> None:
    """Labels are sorted, empty ones left out, quoted names taken as they are."""
    assert one(line) == Sample(name, labels, value, name, "unknown")


def test_nan_is_a_value() -> None:
    """Summaries without observations have it."""
    assert one("a NaN").value != one("a NaN").value


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a", "it is no sample: a"),
        ("a1", "it is no sample: a1"),
        ("{} 1", "it has no metric name: {} 1"),
        (" 1", "it has no metric name:  1"),
        ('{"x",b="c","y"} 1', 'a label has no value: "x",b="c","y"'),
        ('a{"b"} 1', 'a label has no value: "b"'),
        ("a one", "its value is no number: one"),
        ("a 1_000", "its value is no number: 1_000"),
        ("a \u0661", "its value is no number: \u0661"),
        ("a 1 2 3", "after the value stands 2 3"),
        ("a 1 now", "after the value stands now"),
        ("a{b=1} 1", "its labels cannot be read: b=1"),
        ('a{b="1",,} 1', 'its labels cannot be read: b="1",,'),
        ('a{b="1" c="2"} 1', 'its labels cannot be read: b="1" c="2"'),
        ('a{9="1"} 1', 'its labels cannot be read: 9="1"'),
        ('a{b="1",b="2"} 1', "the label b stands there twice"),
        ('a{b="1} 1', 'it is no sample: a{b="1} 1'),
        ('{"uptime": 5}', "it is no sample: {"),
        ("<html>", "it is no sample: <html>"),
        ("a\r1", "it is no sample: a\\r1"),
        ("\x1b[2Ja 1", "it is no sample: \\x1b[2Ja 1"),
        ("# TYPE", None),
        ("# TYPE ", "after TYPE comes no metric name: "),
        ("# TYPE a", "the type is ''; it may be one of"),
        ("# TYPE a Counter", "the type is 'Counter'; it may be one of"),
        ("# TYPE a counter ", "the type is 'counter '; it may be one of"),
        ("# TYPE a unknown", "the type is 'unknown'; it may be one of"),
        ("# HELP 9 what", "after HELP comes no metric name: 9 what"),
        ("# HELP a", None),
        ("#TYPE a nonsense", None),
        ("# any TYPE of comment", None),
    ],
)
def test_lines_that_prometheus_refuses(line: str, reason: str | None) -> None:
    """Each is named by its number, in plain words; comments are let through."""
    text = f"# HELP ok ok\nok 1\n{line}\n"
    if reason is None:
        assert len(read(text).samples) == 1
        return
    with pytest.raises(Stop) as stop:
        read(text)
    message = str(stop.value)
    assert message.startswith("line 3: ")
    assert reason in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "a 1\r\nb 2\r\n",
            "line 1: it ends in CR LF; every line has to end in LF alone",
        ),
        (
            '# TYPE a counter\na 1 # {id="x"} 1\nb 2\n',
            "line 2: it carries an exemplar, which only OpenMetrics knows",
        ),
        (
            'a 1\nb{x="1"} 2 1700000000000 # {id="x"} 1 1.5\n',
            "line 2: it carries an exemplar, which only OpenMetrics knows",
        ),
    ],
)
def test_what_prometheus_refuses_but_we_can_read(text: str, complaint: str) -> None:
    """The first complaint is told, and the samples are there to be judged."""
    reader = read(text)
    assert reader.complaint == complaint
    assert [(s.name, s.value) for s in reader.samples] == [("a", 1), ("b", 2)]


def test_of_equal_series_the_first_counts() -> None:
    """As Prometheus has it; an empty label does not make a difference."""
    reader = read('a{x="1"} 1\nb 2\na{y="",x="1"} 3\n')
    assert reader.complaint == "line 3: it repeats the series of line 1"
    assert [s.value for s in reader.samples] == [1, 2]


def test_a_last_line_without_an_end_is_read() -> None:
    """Prometheus adds the line feed itself."""
    assert one("a 1") == read("a 1").samples[0]


INTERLEAVED = """\
# TYPE a counter
# TYPE lat histogram
# TYPE s summary
b_total 9
lat_bucket{le="+Inf"} 2
a_total 1
lat_sum 0.5
s{quantile="0.5"} 1
# TYPE b_total counter
lat_count 2
a 3
s_count 4
s_bucket 1
x_total 1
"""


def test_types_hold_for_interleaved_families_and_late_declarations() -> None:
    """A type is looked up by name, wherever it was declared."""
    found = {s.name: (s.family, s.type) for s in read(INTERLEAVED).samples}
    assert found == {
        "b_total": ("b_total", "counter"),
        "lat_bucket": ("lat", "histogram"),
        "a_total": ("a", "counter"),
        "lat_sum": ("lat", "histogram"),
        "s": ("s", "summary"),
        "lat_count": ("lat", "histogram"),
        "a": ("a", "counter"),
        "s_count": ("s", "summary"),
        "s_bucket": ("s_bucket", "unknown"),
        "x_total": ("x_total", "unknown"),
    }


def test_a_quoted_name_has_a_type_too() -> None:
    """As Prometheus 3 writes names with dots."""
    (sample,) = read('# TYPE "a.b" gauge\n{"a.b"} 1\n').samples
    assert sample.type == "gauge"


def test_creation_times_are_left_out_and_nothing_else() -> None:
    """A counter that happens to be called so stays."""
    text = (
        "# TYPE a_total counter\na_total 1\n# TYPE a_created gauge\na_created 1.7e9\n"
        "# TYPE h histogram\nh_count 1\nh_created 1.7e9\n"
        "# TYPE users_created counter\nusers_created 5\n"
        "# TYPE shop_created gauge\nshop_created 6\n"
    )
    names = [s.name for s in read(text).samples]
    assert names == ["a_total", "h_count", "users_created", "shop_created"]


def test_too_many_samples_are_too_much() -> None:
    """Memory is bounded by a count, not only by bytes."""
    text = "".join(f"a{n} 1\n" for n in range(MOST_SAMPLES + 1))
    with pytest.raises(TooMuch, match="past 100,000 samples"):
        read(text.replace("a", "a_"))


def test_reading_is_bounded_in_time() -> None:
    """Whatever is left unread then is not looked at."""
    with pytest.raises(TooMuch, match="it got to line 1"):
        text_format.parse(Reader("a 1\n", time.monotonic() - 1))


@pytest.mark.parametrize(
    "line",
    [
        "a{" + ",".join(f'l{n}=""' for n in range(100_000)) + "} 1",
        'a{b="' + '\\"' * 1_000_000 + '"} 1',
        'a{b="' + "\\" * 1_000_001,
        "a" * 4_000_000,
        "a" + "{" * 1_000_000,
        "# TYPE " + " " * 1_000_000 + "a",
        "a " + "9" * 1_000_000,
        'a{b="' * 200_000,
    ],
)
def test_no_line_takes_long(line: str) -> None:
    """Time grows with the length of a line, not with its square."""
    started = time.monotonic()
    with contextlib.suppress(Stop):
        read(line + "\n")
    assert time.monotonic() - started < 5
