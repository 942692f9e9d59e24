"""Exact bounds for what a duration metric may say.

Each request lasted at least as long as we made the dependency sleep and at most as
long as the client waited, so `_sum` lies between two sums that we know, in whatever
unit. No tolerance is needed but for what happens after the last byte was sent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sre_course.checkkit.families import Series, unit_of
from sre_course.checkkit.reconcile import OURS, Reading
from sre_course.domain.ledger import Exchange, Ledger


UNITS = {1.0: "seconds", 1e3: "milliseconds", 1e6: "microseconds", 1e9: "nanoseconds"}
# A server may stop its clock after the client has the last byte, when it is next
# scheduled; some libraries round to whole milliseconds.
AFTER_LAST_BYTE = 0.010
SCRAPE_SECONDS = 0.25  # at most, of one that the histogram counts too


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one series' `_sum` may have grown by, in seconds, and what it did."""

    least: float
    most: float
    grew: float
    requests: int

    def holds(self, per_second: float) -> bool:
        """Whether the growth is possible if it is in units of `per_second`."""
        return self.least <= self.grew / per_second <= self.most


def envelopes(reading: Reading, ledger: Ledger) -> tuple[Envelope, ...]:
    """Return one envelope for each series that counts some of our requests."""
    found = []
    for one in reading.counted:
        cells = one.cells or frozenset()
        exchanges = [e for e in ledger.exchanges if e.request.cell in cells]
        if not exchanges or not one.series.total:
            continue
        ours = sum(one.series.growth) - len(exchanges) if cells & OURS else 0
        spare = AFTER_LAST_BYTE * len(exchanges) + SCRAPE_SECONDS * max(0, ours)
        found.append(
            Envelope(
                least=sum(e.request.floor for e in exchanges) * 0.98,
                most=sum(e.seconds for e in exchanges) * 1.02 + spare,
                grew=sum(one.series.total),
                requests=len(exchanges),
            )
        )
    return tuple(found)


def unit(found: Sequence[Envelope]) -> float | None:
    """Return the unit, as parts of a second, that all envelopes allow."""
    for per_second in UNITS:
        if all(envelope.holds(per_second) for envelope in found):
            return per_second
    return None


def whole(found: Sequence[Envelope]) -> Envelope:
    """Return all envelopes as one."""
    return Envelope(
        sum(e.least for e in found),
        sum(e.most for e in found),
        sum(e.grew for e in found),
        sum(e.requests for e in found),
    )


def declared_unit(reading: Reading) -> float | None:
    """Return the unit that a family's name declares."""
    return unit_of(reading.family.name)


@dataclass(frozen=True, slots=True)
class Modes:
    """The series that hold the slow route, with what they must show.

    `fast` is the longest injected sleep of an ordinary request in them, `slow` the
    shortest of a slow one, both in seconds.
    """

    series: tuple[Series, ...]
    exchanges: tuple[Exchange, ...]
    fast: float
    slow: float

    def within(self, bound: float) -> float:
        """Return the share of requests that a bucket says took at most `bound`."""
        return self.count(bound) / self.counted if self.counted else math.nan

    @property
    def counted(self) -> float:
        """Return how many observations these series took."""
        return sum(sum(s.growth) for s in self.series)

    def count(self, bound: float) -> float:
        """Return how many requests the buckets say took at most `bound`."""
        return sum(sum((s.buckets or {}).get(bound, ())) for s in self.series)

    def possible(self, seconds: float) -> tuple[int, int]:
        """Return how few and how many requests can have taken at most so long."""
        waits = [e.seconds + AFTER_LAST_BYTE for e in self.exchanges]
        floors = [e.request.floor * 0.98 for e in self.exchanges]
        ours = self.counted - len(self.exchanges)  # scrapes and probes take any time
        return (
            sum(wait <= seconds for wait in waits),
            sum(floor <= seconds for floor in floors) + round(ours),
        )

    @property
    def all_bounds(self) -> frozenset[float]:
        """Return every bucket bound, the infinite one included."""
        return frozenset(b for s in self.series for b in s.buckets or ())

    @property
    def bounds(self) -> tuple[float, ...]:
        """Return the finite bucket bounds that all these series have."""
        sets = [set(s.buckets or ()) for s in self.series]
        shared = set.intersection(*sets) if sets else set()
        return tuple(sorted(b for b in shared if math.isfinite(b)))

    def steps_around(self, value: float) -> float | None:
        """Return how far apart the quantiles next to a value are; None without them.

        The widest step over all series: the share of requests below the value is
        known to no better than this.
        """
        steps = []
        for series in self.series:
            quantiles = series.quantiles or {}
            below = [q for q, v in quantiles.items() if v <= value]
            above = [q for q, v in quantiles.items() if v > value]
            if not below or not above:
                return None
            steps.append(min(above) - max(below))
        return max(steps, default=None)


def modes(reading: Reading, ledger: Ledger, cell: str, slow_from: float) -> Modes:
    """Find the series that hold a cell with two modes, slow from so many seconds."""
    held = [one for one in reading.counted if cell in (one.cells or ())]
    cells = frozenset(c for one in held for c in one.cells or ())
    exchanges = tuple(e for e in ledger.exchanges if e.request.cell in cells)
    floors = [e.request.floor for e in exchanges]
    return Modes(
        tuple(one.series for one in held),
        exchanges,
        fast=max((f for f in floors if f < slow_from), default=0.0),
        slow=min((f for f in floors if f >= slow_from), default=math.inf),
    )
