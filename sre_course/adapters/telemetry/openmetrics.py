"""OpenMetrics, 0.0.1 and 1.0.0, by prometheus_client's parser, which is strict."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sre_course.adapters.bounded_http import printable
from sre_course.adapters.telemetry.reading import Reader, Stop, TooMuch
from sre_course.domain.signals import Sample


if TYPE_CHECKING:  # importing it costs more than most commands take
    from prometheus_client import Metric

LONGEST_LINE = 32_768  # its time grows with the square of a line's length
SERIES = re.compile(r'[^ {]*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?')
TYPES = {
    "counter": "counter",
    "gauge": "gauge",
    "histogram": "histogram",
    "summary": "summary",
    "info": "gauge",
    "stateset": "gauge",
    "gaugehistogram": "gauge",
}


def parse(reader: Reader) -> None:
    """Read all lines. Raises Stop at one that no scraper can use."""
    from prometheus_client.openmetrics.parser import text_fd_to_metric_families

    place = _Place()
    families: Iterable[Metric] = text_fd_to_metric_families(  # type: ignore[no-untyped-call] # it has no annotations
        _lines(reader, place)
    )
    try:
        for family in families:
            kind = TYPES.get(family.type, "unknown")
            for parsed in family.samples:
                if parsed.value is None:
                    continue  # a native histogram
                if parsed.name == f"{family.name}_created":
                    continue
                labels = tuple(sorted((n, v) for n, v in parsed.labels.items() if v))
                value = float(parsed.value)
                if reader.once(place.line, (parsed.name, labels)):
                    reader.samples.append(
                        Sample(parsed.name, labels, value, family.name, kind)
                    )
    except (Stop, TooMuch):
        raise
    except Exception as error:  # the parser trips over all that a text can be
        raise Stop(place.line, _plainly(error, place.text)) from error


@dataclass(slots=True)
class _Place:
    """How far the parser has read."""

    line: int = 0
    text: str = ""


def _lines(reader: Reader, place: _Place) -> Iterator[str]:
    samples = 0
    for number, line in reader.lines():
        place.line, place.text = number, line
        if len(line) > LONGEST_LINE:
            raise Stop(number, f"it has {len(line)} characters")
        series = None if line.startswith("#") else SERIES.match(line)
        if series:
            reader.room(number, samples)
            reader.once(number, series[0])  # the parser drops the second in silence
            samples += 1
        yield line + "\n"


def _plainly(error: Exception, line: str) -> str:
    if "# EOF" in str(error) and "Missing" in str(error):
        return "after it must come # EOF, which ends every OpenMetrics text"
    if line.endswith("\r"):
        return "it ends in CR LF; every line has to end in LF alone"
    reason = printable(str(error), 120) or type(error).__name__
    if reason.startswith("Clashing name: "):
        name = reason.removeprefix("Clashing name: ")
        return (
            f"the lines of {name} do not stand together under one # TYPE, "
            "or it is a counter whose samples do not end in _total"
        )
    # the parser quotes what it stumbled over; a family it judges at the next one
    return reason if ":" in reason else f"{reason}: {printable(line, 80)}"
