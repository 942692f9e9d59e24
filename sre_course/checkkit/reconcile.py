"""Say which cells each series counts, from nothing but how much it grew."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sre_course.checkkit.families import Family, Growth, Series, add
from sre_course.checkkit.plan import Cell
from sre_course.domain.ledger import Ledger


PROBE = "probe"
SCRAPE = "scrape"
OURS = frozenset({PROBE, SCRAPE})  # nobody's requests: sent to observe the app

Vector = tuple[int, ...]  # requests per round


@dataclass(frozen=True, slots=True)
class Counted:
    """One series and the cells that its growth is the sum of; None if of none."""

    series: Series
    cells: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One family, decoded."""

    family: Family
    counted: tuple[Counted, ...]

    @property
    def cells(self) -> frozenset[str]:
        """Every cell that some series counts."""
        return frozenset(c for one in self.counted for c in one.cells or ())

    @property
    def exact(self) -> bool:
        """Whether each series decodes and no cell is counted in two of them."""
        if any(one.cells is None for one in self.counted):
            return False
        return sum(len(one.cells or ()) for one in self.counted) == len(self.cells)


@dataclass(frozen=True, slots=True)
class Decoder:
    """What was really sent: a vector of requests per round for every cell."""

    sent: Mapping[str, Vector]
    table: Mapping[Vector, frozenset[str]]
    scrapes: Vector  # per round, those of ours that the app answered
    slack: int  # by how many scrapes a round may be off

    def decode(self, growth: Growth) -> frozenset[str] | None:
        """Return the one set of cells whose requests add up to a growth."""
        if not all(map(math.isfinite, growth)):
            return None  # an app may say +Inf of anything
        vector = tuple(round(g) for g in growth)
        if any(abs(g - v) > 1e-6 for g, v in zip(growth, vector, strict=True)):  # noqa: PLR2004 - counts are whole
            return None
        if vector in self.table:
            return self.table[vector]
        for scrapes in _near(self.scrapes, self.slack):
            rest = tuple(v - s for v, s in zip(vector, scrapes, strict=True))
            if any(scrapes) and rest in self.table:
                return self.table[rest] | {SCRAPE}
        return None

    def read(self, family: Family) -> Reading:
        """Decode every series of a family that grew."""
        counted = tuple(
            Counted(series, self.decode(series.growth))
            for series in family.series
            if any(series.growth)
        )
        return Reading(family, counted)

    def total(self, cells: Iterable[str]) -> Vector:
        """Return how many requests some cells are, per round."""
        return add([tuple(0 for _ in self.scrapes), *(self.sent[c] for c in cells)])  # type: ignore[return-value]


def _near(scrapes: Vector, slack: int) -> Iterable[Vector]:
    """Yield the vector itself, then those up to `slack` off in each round."""
    found: list[Vector] = [()]
    for count in scrapes:
        near = sorted(range(-slack, slack + 1), key=abs)
        found = [(*f, max(0, count + n)) for f in found for n in near]
    return dict.fromkeys(found)


def decoder(
    cells: Sequence[Cell], ledger: Ledger, scrapes: Vector, *, slack: int = 0
) -> Decoder:
    """Build the decoder of an attempt.

    `scrapes` says how many scrapes of ours each round of the ledger had.
    """
    names = [cell.name for cell in cells] + [PROBE]
    sent = {
        name: tuple(sum(e.request.cell == name for e in part) for part in ledger.rounds)
        for name in names
    }
    table: dict[Vector, frozenset[str]] = {tuple(0 for _ in ledger.rounds): frozenset()}
    for name in names:
        if any(sent[name]):
            shifted = {
                tuple(map(sum, zip(vector, sent[name], strict=True))): found | {name}
                for vector, found in table.items()
            }
            table = {**shifted, **table}  # where both fit, the fewer cells
    return Decoder({**sent, SCRAPE: scrapes}, table, scrapes, slack)


def readings(decoder: Decoder, families: Iterable[Family]) -> tuple[Reading, ...]:
    """Decode every family that grew at all."""
    return tuple(
        decoder.read(f) for f in families if any(any(s.growth) for s in f.series)
    )
