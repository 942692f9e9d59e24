"""An attempt's metrics, reconciled: which family counts the requests, and how well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sre_course.checkkit.attempt import Attempt
from sre_course.checkkit.families import Family, families
from sre_course.checkkit.plan import Cell
from sre_course.checkkit.reconcile import (
    OURS,
    Counted,
    Decoder,
    Reading,
    decoder,
    readings,
)
from sre_course.checkkit.traffic import ODD, UNKNOWN
from sre_course.domain.ledger import Ledger
from sre_course.domain.signals import Scrape


COUNTS = ("counter", "histogram", "summary")
CLIENT = "(from the client)"
UNKNOWN_PATH = "(unknown path)"
ODD_METHOD = "(odd method)"


@dataclass(frozen=True, slots=True)
class Requests:
    """What the traffic was, and every family read against it."""

    cells: Mapping[str, Cell]
    decoder: Decoder
    readings: tuple[Reading, ...]
    still: tuple[Family, ...] = ()  # those that did not grow at all

    @property
    def required(self) -> frozenset[str]:
        """The cells that a right solution counts."""
        return frozenset(c.name for c in self.cells.values() if c.required)

    def complete(self, reading: Reading) -> bool:
        """Whether a family counts every required cell, each once and exactly."""
        return reading.exact and reading.cells >= self.required

    def splits_routes(self, reading: Reading) -> bool:
        """Whether no series holds two routes.

        Requests that no route matched may share a series with one route's.
        """
        return all(len(self.routes(one)) <= 1 for one in reading.counted)

    def routes(self, one: Counted) -> frozenset[str]:
        """Return the routes that a series counts."""
        found = (self.cells[c].route for c in one.cells or () if c in self.cells)
        return frozenset(route for route in found if route)

    def classes(self, one: Counted) -> frozenset[int]:
        """Return the status classes that a series counts, as 2, 4 or 5."""
        found = (self.cells[c] for c in one.cells or () if c in self.cells)
        return frozenset(c.status // 100 for c in found if c.required)

    def splits_statuses(self, reading: Reading) -> bool:
        """Whether no series holds two status classes."""
        return all(len(self.classes(one)) <= 1 for one in reading.counted)

    def mixes_ours(self, reading: Reading) -> frozenset[str]:
        """Return scrapes or probes that share a series with requests."""
        mixed = (one.cells or frozenset() for one in reading.counted)
        return frozenset(c for cells in mixed if cells - OURS for c in cells & OURS)

    def counting(self, types: Sequence[str] = COUNTS) -> tuple[Reading, ...]:
        """Return the families of some types that grew, the best one first."""
        found = [r for r in self.readings if r.family.type in types]
        return tuple(sorted(found, key=self._rank))

    def _rank(self, reading: Reading) -> tuple[object, ...]:
        sent = sum(sum(self.decoder.sent[c]) for c in self.required)
        complete = self.complete(reading)
        return (
            not complete,
            not (complete and self.splits_routes(reading)),
            not (complete and self.splits_statuses(reading)),
            bool(self.mixes_ours(reading)),
            0 if complete else abs(sum(reading.family.growth) - sent),
            COUNTS.index(reading.family.type) if reading.family.type in COUNTS else 9,
            reading.family.name,
        )


def requests_of(attempt: Attempt) -> Requests:
    """Reconcile an attempt's metrics with its ledger."""
    return reconcile(
        attempt.cells, attempt.ledger, attempt.scrapes, slack=attempt.scrape_slack
    )


def reconcile(
    cells: Sequence[Cell], ledger: Ledger, scrapes: Sequence[Scrape], *, slack: int = 0
) -> Requests:
    """Reconcile scrapes, one more than rounds, with a ledger."""
    counts = tuple(
        later.ordinal - earlier.ordinal for earlier, later in pairwise(scrapes)
    )
    how = decoder(cells, ledger, counts, slack=slack)
    known = _meanings(ledger)
    found = families(scrapes, lambda value: known.get(value, value))
    still = tuple(f for f in found if not any(any(s.growth) for s in f.series))
    return Requests({c.name: c for c in cells}, how, readings(how, found), still)


def _meanings(ledger: Ledger) -> Mapping[str, str]:
    """Map every text that a client of ours chose to what it stands for."""
    known: dict[str, str] = {}
    for exchange in ledger.exchanges:
        request = exchange.request
        for name, value in request.headers:
            if name != "Content-Type":
                known[value] = CLIENT
        if request.cell == ODD:
            known[request.method] = known[request.method.lower()] = ODD_METHOD
        elif request.cell == UNKNOWN:
            known[request.path] = UNKNOWN_PATH
        elif request.cell.startswith(request.method):
            route = request.cell.split(" ")[1]
            path, query, _ = request.path.partition("?")
            if query:
                known[request.path] = route
            elif path != route:
                known[path] = route
    return known
