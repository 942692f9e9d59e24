"""The text format, 0.0.4 and 1.0.0, read as strictly as Prometheus reads it.

prometheus_client's parser is not used for it: it takes lines that Prometheus
refuses, renames counters, loses the types of interleaved families, does not say
where it stopped, and needs time quadratic in the length of a line. The tests hold
it against this one.
"""

import re
from collections.abc import Mapping

from sre_course.adapters.bounded_http import printable
from sre_course.adapters.telemetry.reading import Reader, Stop
from sre_course.domain.signals import Labels, Sample


TYPES = ("counter", "gauge", "histogram", "summary", "untyped")
SUFFIXES = (
    ("_bucket", ("histogram",)),
    ("_sum", ("histogram", "summary")),
    ("_count", ("histogram", "summary")),
    ("_total", ("counter",)),
)

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_STRING = r'"(?:[^"\\]|\\.)*"'
_META = re.compile(r"[ \t]*#[ \t]+(HELP|TYPE)[ \t]+(.*)")
_NAMED = re.compile(rf"({_NAME}|{_STRING})(?:[ \t]([^\n]*))?")
_SAMPLE = re.compile(
    rf"[ \t]*({_NAME})?(?:[ \t]*\{{((?:[^\"{{}}]|{_STRING})*)\}}[ \t]*|[ \t]+)"
    r"([^ \t{}]+)[ \t]*(.*)"
)
_LABEL = re.compile(
    rf"[ \t]*(?:([a-zA-Z_][a-zA-Z0-9_]*)|({_STRING}))[ \t]*"
    rf"(?:=[ \t]*({_STRING}))?[ \t]*(?:,|$)[ \t]*"
)
_TIMESTAMP = re.compile(r"-?[0-9]+[ \t]*")
_EXEMPLAR = re.compile(r"(?:-?[0-9.]+[ \t]+)?# \{")
_ESCAPE = re.compile(r'\\([\\n"])')


def parse(reader: Reader) -> None:
    """Read all lines. Raises Stop at one that no scraper can use."""
    types: dict[str, str] = {}
    found: list[tuple[int, str, Labels, float]] = []
    for number, line in reader.lines():
        if line.endswith("\r"):
            reader.complain(
                number, "it ends in CR LF; every line has to end in LF alone"
            )
        text = line.rstrip("\r")
        if text.strip(" \t").startswith("#"):
            _metadata(number, text, types)
        elif text.strip(" \t"):
            name, labels, value, rest = _sample(number, text)
            if _EXEMPLAR.match(rest):
                reader.complain(
                    number, "it carries an exemplar, which only OpenMetrics knows"
                )
            elif rest and not _TIMESTAMP.fullmatch(rest):
                raise Stop(number, f"after the value stands {printable(rest, 40)}")
            reader.room(number, len(found))
            found.append((number, name, labels, value))
    for number, name, labels, value in found:
        if reader.once(number, (name, labels)) and not _creation(name, types):
            family, kind = family_of(name, types)
            reader.samples.append(Sample(name, labels, value, family, kind))


def family_of(name: str, types: Mapping[str, str]) -> tuple[str, str]:
    """Return the family that a sample belongs to, and its type, as declared."""
    if name not in types:
        for suffix, kinds in SUFFIXES:
            base = name.removesuffix(suffix)
            if base != name and types.get(base) in kinds:
                return base, types[base]
    kind = types.get(name, "untyped")
    return name, "unknown" if kind == "untyped" else kind


def _creation(name: str, types: Mapping[str, str]) -> bool:
    """Whether a sample says when another series was created."""
    base = name.removesuffix("_created")
    if base == name or types.get(name) not in (None, "gauge"):
        return False
    kind = types.get(base, types.get(f"{base}_total", ""))
    return kind in ("counter", "histogram", "summary")


def _metadata(number: int, line: str, types: dict[str, str]) -> None:
    meta = _META.fullmatch(line)
    if meta is None:
        return  # an ordinary comment
    word, text = meta.groups()
    named = _NAMED.fullmatch(text)
    if named is None:
        raise Stop(number, f"after {word} comes no metric name: {printable(text, 60)}")
    if word == "TYPE":
        kind = (named[2] or "").lstrip(" \t")
        if kind not in TYPES:
            choice = ", ".join(TYPES)
            raise Stop(
                number,
                f"the type is '{printable(kind, 40)}'; it may be one of {choice}",
            )
        types[_unquoted(named[1])] = kind


def _sample(number: int, line: str) -> tuple[str, Labels, float, str]:
    parts = _SAMPLE.fullmatch(line)
    if parts is None:
        raise Stop(number, f"it is no sample: {printable(line, 80)}")
    name, inside, value, rest = parts.groups()
    labels: dict[str, str] = {}
    place = 0
    while inside and place < len(inside):
        label = _LABEL.match(inside, place)
        if label is None:
            raise Stop(number, f"its labels cannot be read: {printable(inside, 80)}")
        plain, quoted, text = label.groups()
        if text is None and quoted is not None and name is None:
            name = _unquoted(quoted)
        elif text is None:
            raise Stop(number, f"a label has no value: {printable(inside, 80)}")
        else:
            key = plain if quoted is None else _unquoted(quoted)
            if key in labels:
                raise Stop(number, f"the label {printable(key, 40)} stands there twice")
            labels[key] = _unquoted(text)
        place = label.end()
    if not name:
        raise Stop(number, f"it has no metric name: {printable(line, 80)}")
    kept = tuple(sorted((n, v) for n, v in labels.items() if v))
    return name, kept, _number(number, value), rest


def _number(number: int, text: str) -> float:
    try:
        return float(text if text.isascii() and "_" not in text else "no")
    except ValueError:
        raise Stop(number, f"its value is no number: {printable(text, 40)}") from None


def _unquoted(text: str) -> str:
    if not text.startswith('"'):
        return text
    inside = text[1:-1]
    if "\\" not in inside:
        return inside
    return _ESCAPE.sub(lambda m: "\n" if m[1] == "n" else m[1], inside)
