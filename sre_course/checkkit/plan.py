"""Traffic whose counts tell afterwards what a series counts.

Request counts per cell are chosen so that no two sets of cells have the same sums
in all rounds. A series' growth then says which cells it counts, whatever its name
and whatever its labels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sre_course.domain.ledger import Request


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of request with one outcome, for example `GET /search 200`.

    `required`: a right solution counts it; others may or may not.
    """

    name: str
    route: str
    status: int
    required: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent: a warm-up that touches every cell, then the rounds.

    `rounds[0]` is idle: probes alone, so that what grows in it counts them.
    """

    cells: tuple[Cell, ...]
    warm_up: tuple[Request, ...]
    rounds: tuple[tuple[Request, ...], ...]


Counts = tuple[int, ...]  # of one cell, per round


def distinct(counts: Sequence[Counts]) -> bool:
    """Whether all subsets of the cells have different sums."""
    base = 1 + max(map(sum, zip(*counts, strict=True)))
    seen = {0}
    for count in counts:  # a vector of sums as one number, its digits in `base`
        step = sum(part * base**place for place, part in enumerate(count))
        shifted = {s + step for s in seen}
        if not seen.isdisjoint(shifted):
            return False
        seen |= shifted
    return True


def choose_counts(
    random: Random, cells: int, *, most: int, fixed: Sequence[Counts] = ()
) -> tuple[Counts, ...]:
    """Return two counts for each cell, rarest cell first, at most `most` in all.

    Counts are drawn log-uniformly from 2 to 60: an even spread over the orders of
    magnitude is what makes distinct sums likely (about one draw in fifty here).
    """
    while True:
        drawn = [
            tuple(
                round(math.exp(random.uniform(math.log(2), math.log(60)))) for _ in "12"
            )
            for _ in range(cells)
        ]
        if sum(map(sum, drawn)) <= most and distinct([*fixed, *drawn]):
            return tuple(sorted(drawn, key=sum))
