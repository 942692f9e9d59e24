"""Series of an exposition, by family, with what became of them since a look before."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sre_course.adapters.ui.terminal import visible
from sre_course.domain.signals import Labels, Sample, Scrape


Look = Mapping[str, float]  # values by series, as `series` writes it


def series(name: str, labels: Labels) -> str:
    """Return a series as PromQL writes it, on one line, safe to print."""
    pairs = ",".join(f'{n}="{_escaped(v)}"' for n, v in labels)
    text = f"{name}{{{pairs}}}" if labels else name
    return visible(text).replace("\n", "\\n")


def look_at(samples: Sequence[Sample]) -> Look:
    """Return what is to be remembered of a look."""
    return {series(s.name, s.labels): s.value for s in samples}


@dataclass(frozen=True, slots=True)
class Table:
    """Some series, to be shown in so many columns.

    `before` is the look to compare with, if there is one; with `changed` only what
    differs from it is shown. `width` None means that nothing is shortened.
    """

    samples: Sequence[Sample]
    before: Look | None = None
    changed: bool = False
    width: int | None = None

    def rows(self) -> list[Sample]:
        """Return the samples that are to be shown."""
        return [s for s in self.samples if not self.changed or self._differs(s)]

    def lines(self) -> Iterator[str]:
        """Yield a heading for each family, and a line for each series."""
        rows = self.rows()
        longest = max((len(_inside(s.labels)) for s in rows), default=0)
        for _, group in groupby(rows, key=lambda s: (s.family, s.type)):
            family = list(group)
            names = {s.name for s in family}
            head = family[0].name if len(names) == 1 else family[0].family
            head = series(head, ())
            yield f"{head}  ({family[0].type})"
            tails = [series(s.name, ())[len(head) :] for s in family]
            tail_width = max(map(len, tails))
            room = self._room(tail_width)
            width = longest if room is None else min(longest, room)
            for sample, tail in zip(family, tails, strict=True):
                labels = _inside(sample.labels)
                if room is not None and len(labels) > width:
                    labels = f"{labels[: width - 1]}…"
                start = f"{tail:<{tail_width}} " if tail_width else ""
                line = f"  {start}{labels:<{width}} "
                yield f"{line}{number(sample.value):>12}{self._change(sample)}"

    def news(self) -> Iterator[str]:
        """Yield what differs from the look before, a self-contained line for each."""
        for sample in self.samples:
            if self._differs(sample):
                name = series(sample.name, sample.labels)
                change = self._change(sample).strip()
                yield f"{name} {number(sample.value)} {change}".rstrip()

    def _room(self, tail: int) -> int | None:
        """Return the columns that labels may take."""
        if self.width is None:
            return None
        return max(12, self.width - tail - 4 - 12 - (0 if self.before is None else 10))

    def _differs(self, sample: Sample) -> bool:
        if self.before is None:
            return True
        value = self.before.get(series(sample.name, sample.labels))
        return value is None or not _same(value, sample.value)

    def _change(self, sample: Sample) -> str:
        if self.before is None:
            return ""
        value = self.before.get(series(sample.name, sample.labels))
        if value is None:
            return f"{'new':>10}"
        if _same(value, sample.value):
            return ""
        return f"{_signed(sample.value - value):>10}"


def troubles(scrape: Scrape) -> Iterator[str]:
    """Yield what is wrong with an exposition, and how it begins."""
    if scrape.problem is None:
        return
    yield f"A scraper could not use this: {visible(scrape.detail)}"
    if not scrape.samples and scrape.excerpt.strip():
        yield "It begins:"
        for line in visible(scrape.excerpt).splitlines()[:6]:
            yield f"  {line}"


def to_document(scrape: Scrape, table: Table) -> dict[str, object]:
    """Return what `metrics --json` prints."""
    return {
        "format": 1,
        "at": scrape.at,
        "problem": scrape.problem,
        "detail": scrape.detail,
        "status": scrape.status,
        "content_type": scrape.content_type,
        "samples": [
            {
                "name": s.name,
                "family": s.family,
                "type": s.type,
                "labels": dict(s.labels),
                "value": _json_number(s.value),
                **_json_change(s, table.before),
            }
            for s in table.rows()
        ],
    }


def _inside(labels: Labels) -> str:
    return series("", labels)[1:-1]


def number(value: float) -> str:
    """Return a value as short as it can be said."""
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:  # noqa: PLR2004 - beyond, floats have no units digit
        return str(int(value))
    return f"{value:.6g}"


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _json_number(value: float) -> float | str:
    """JSON has no infinities: they are written as Prometheus writes them."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{value:+}".replace("inf", "Inf")


def _json_change(sample: Sample, before: Look | None) -> dict[str, object]:
    if before is None:
        return {}
    value = before.get(series(sample.name, sample.labels))
    return {"change": None if value is None else _json_number(sample.value - value)}
