"""Metric families over an attempt: what grew, in which round, and by how much."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sre_course.domain.signals import Labels, Sample, Scrape


Growth = tuple[float, ...]  # one number per round of the ledger
# What client libraries say of themselves and of their process; no request metric.
SELF = ("python_", "process_", "go_", "nodejs_", "target_info", "otel_scope_")
CUMULATIVE = ("counter", "histogram", "summary")
MANY_VALUES = 20  # of one label: more than any template, status or method needs


@dataclass(frozen=True, slots=True)
class Series:
    """One label set, or several that differ only in what clients chose.

    `buckets` and `quantiles` map the bound or the quantile to its growth or its
    last value; `total` is the growth of `_sum`. Counters have neither.
    """

    labels: Labels
    growth: Growth
    total: Growth = ()
    buckets: Mapping[float, Growth] | None = None
    quantiles: Mapping[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family; `name` as its samples carry it, without `_count` or `_sum`."""

    name: str
    type: str
    series: tuple[Series, ...]

    @property
    def growth(self) -> Growth:
        """The growth of all series together."""
        return add(s.growth for s in self.series)

    @property
    def counting_name(self) -> str:
        """The name of the sample that counts."""
        return (
            self.name
            if self.type not in ("histogram", "summary")
            else f"{self.name}_count"
        )


def add(growths: Iterable[Growth]) -> Growth:
    """Return the sum, round by round."""
    return tuple(map(sum, zip(*growths, strict=True)))


def families(
    scrapes: Sequence[Scrape], fold: Callable[[str], str] = str
) -> tuple[Family, ...]:
    """Return every family that is not about the process itself.

    `fold` maps a label value that a client chose to what it stands for, such as a
    path to its template; label sets that become equal are added up.
    """
    members: dict[str, dict[Labels, dict[str, list[float]]]] = defaultdict(dict)
    types: dict[str, str] = {}
    for position, scrape in enumerate(scrapes):
        for sample in scrape.samples:
            if sample.family.startswith(SELF) or math.isnan(sample.value):
                continue
            name, part, labels = _member(sample)
            types[name] = sample.type
            folded = tuple((n, fold(v)) for n, v in labels)
            row = (
                members[name]
                .setdefault(folded, {})
                .setdefault(part, [0.0] * len(scrapes))
            )
            row[position] += sample.value
    made = [_family(name, types[name], rows) for name, rows in members.items()]
    return tuple(_merged(family) for family in made)


def _member(sample: Sample) -> tuple[str, str, Labels]:
    """Split a sample into its family's name, its part of it, and the labels left."""
    labels = dict(sample.labels)
    if sample.type == "histogram" and sample.name.endswith("_bucket"):
        bound = labels.pop("le", "+Inf")
        return sample.name[: -len("_bucket")], f"le {bound}", tuple(labels.items())
    if sample.type in ("histogram", "summary"):
        for suffix in ("_count", "_sum"):
            if sample.name.endswith(suffix):
                return sample.name[: -len(suffix)], suffix, sample.labels
    if sample.type == "summary" and "quantile" in labels:
        quantile = labels.pop("quantile")
        return sample.name, f"quantile {quantile}", tuple(labels.items())
    return sample.name, "", sample.labels


def _steps(row: Sequence[float]) -> Growth:
    return tuple(later - earlier for earlier, later in pairwise(row))


def _family(
    name: str, kind: str, rows: Mapping[Labels, Mapping[str, list[float]]]
) -> Family:
    return Family(
        name, kind, tuple(_series(labels, parts) for labels, parts in rows.items())
    )


def _series(labels: Labels, parts: Mapping[str, list[float]]) -> Series:
    buckets = {
        _number(p[3:]): _steps(row) for p, row in parts.items() if p.startswith("le ")
    }
    quantiles = {
        _number(p[9:]): row[-1] for p, row in parts.items() if p.startswith("quantile ")
    }
    count = parts.get("", parts.get("_count"))
    if count is None:  # a histogram may leave _count to its +Inf bucket
        growth = buckets.get(math.inf, (0.0,) * (len(next(iter(parts.values()))) - 1))
    else:
        growth = _steps(count)
    total = _steps(parts["_sum"]) if "_sum" in parts else ()
    return Series(labels, growth, total, buckets or None, quantiles or None)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _merged(family: Family) -> Family:
    """Leave out labels with very many values: nothing that a request template needs."""
    values: dict[str, set[str]] = defaultdict(set)
    for series in family.series:
        if any(series.growth):  # others are of no request that we know
            for name, value in series.labels:
                values[name].add(value)
    many = {name for name, found in values.items() if len(found) > MANY_VALUES}
    if not many:
        return family
    groups: dict[Labels, list[Series]] = defaultdict(list)
    for series in family.series:
        groups[tuple(p for p in series.labels if p[0] not in many)].append(series)
    return Family(
        family.name, family.type, tuple(_sum(labels, g) for labels, g in groups.items())
    )


def _sum(labels: Labels, group: Sequence[Series]) -> Series:
    bounds = {bound for s in group for bound in s.buckets or ()}
    zero = (0.0,) * len(group[0].growth)
    buckets = {
        bound: add((s.buckets or {}).get(bound, zero) for s in group)
        for bound in bounds
    }
    total = add(s.total or zero for s in group) if any(s.total for s in group) else ()
    return Series(labels, add(s.growth for s in group), total, buckets or None, None)


def went_down(scrapes: Sequence[Scrape]) -> str:
    """Return the first cumulative series that fell or vanished; "" if none did."""
    for before, after in pairwise(scrapes):
        later = {(s.name, s.labels): s.value for s in after.samples}
        for sample in before.samples:
            if not _cumulative(sample):
                continue
            value = later.get((sample.name, sample.labels))
            if value is None:
                return f"{shown(sample.name, sample.labels)} vanished"
            if value < sample.value:
                return (
                    f"{shown(sample.name, sample.labels)} went from "
                    f"{sample.value:g} to {value:g}"
                )
    return ""


def _cumulative(sample: Sample) -> bool:
    return (
        sample.type in CUMULATIVE
        and not sample.family.startswith(SELF)
        and not any(name == "quantile" for name, _ in sample.labels)
    )


def label_sets(scrape: Scrape) -> Mapping[str, frozenset[Labels]]:
    """Return each family's label sets as exposed, buckets and quantiles aside."""
    found: dict[str, set[Labels]] = defaultdict(set)
    for sample in scrape.samples:
        if not sample.family.startswith(SELF):
            labels = tuple(p for p in sample.labels if p[0] not in ("le", "quantile"))
            found[sample.family].add(labels)
    return {family: frozenset(sets) for family, sets in found.items()}


def shown(name: str, labels: Labels) -> str:
    """Return a series as PromQL writes it."""
    inside = ",".join(f'{n}="{v}"' for n, v in labels)
    return f"{name}{{{inside}}}" if inside else name


UNIT_IN_NAME: Sequence[tuple[str, float]] = (
    (r"(^|_)(milliseconds?|millis|ms)($|_)", 1e3),
    (r"(^|_)(microseconds?|micros|us)($|_)", 1e6),
    (r"(^|_)(nanoseconds?|nanos|ns)($|_)", 1e9),
    (r"(^|_)(seconds?|secs?|s)($|_)", 1.0),
)


def unit_of(name: str) -> float | None:
    """Return how many of the unit in a name make a second; None without one."""
    for pattern, per_second in UNIT_IN_NAME:
        if re.search(pattern, name):
            return per_second
    return None
