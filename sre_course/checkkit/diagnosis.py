"""What a learner could have measured, to judge what they say they measured.

The dependency's own ledger knows the fate of every call, whoever sent the traffic.
A learner may subtract any two looks at their metrics, so a share is right if it is
right for some contiguous stretch of traffic.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sre_course.domain.behaviour import Call


QUIET = 1.0  # seconds without a call that end an episode
LATEST = 40  # episodes that are looked at


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, both counted."""

    part: int
    whole: int

    @property
    def ratio(self) -> float:
        """Return the share as a fraction; 0 of nothing is 0."""
        return self.part / self.whole if self.whole else 0.0

    def __str__(self) -> str:
        return f"{self.part}/{self.whole} ({self.ratio:.1%})"


def parse_share(text: str) -> Share | None:
    """Read `9/52` or `9 of 52`; None for anything else, such as a bare percentage."""
    found = re.fullmatch(r"\s*(\d{1,9})\s*(?:/|of|out of)\s*(\d{1,9})\s*", text)
    if found is None:
        return None
    share = Share(int(found[1]), int(found[2]))
    return share if 0 < share.whole >= share.part else None


def episodes(calls: Sequence[Call]) -> tuple[tuple[Call, ...], ...]:
    """Split the ledger where nothing was called for a while."""
    found: list[list[Call]] = []
    for call in sorted(calls, key=lambda c: c.at):
        if not found or call.at - found[-1][-1].at > QUIET:
            found.append([])
        found[-1].append(call)
    return tuple(tuple(episode) for episode in found)


def measurable(
    calls: Sequence[Call], route: str, hit: Callable[[Call], bool]
) -> Iterator[Share]:
    """Yield the true share of a route's calls that were hit, for every stretch."""
    parts = [
        [call for call in episode if call.route == route] for episode in episodes(calls)
    ]
    older = Share(0, 0)
    counted = [Share(sum(map(hit, part)), len(part)) for part in parts]
    for share in counted[:-LATEST]:
        older = Share(older.part + share.part, older.whole + share.whole)
    stretch = [older, *counted[-LATEST:]]
    for first in range(len(stretch)):
        part = whole = 0
        for share in stretch[first:]:
            part, whole = part + share.part, whole + share.whole
            if whole:
                yield Share(part, whole)


def nearest(told: Share, shares: Iterator[Share]) -> Share | None:
    """Return the true share that a learner's comes closest to; None without traffic.

    Stretches with less than half of the requests that the learner counted are left
    out: a handful of requests can have any share.
    """
    possible = [s for s in shares if s.whole * 2 >= told.whole]
    return min(possible, key=lambda s: abs(s.ratio - told.ratio), default=None)


def same_route(told: str, route: str) -> bool:
    """Whether a learner names a route, in whatever notation their framework has."""
    return _plain(told) == _plain(route)


def _plain(route: str) -> str:
    text = re.sub(r"^\s*(get|post)\s+", "", route.strip().lower())
    text = re.sub(r"\{[^}]*\}|<[^>]*>|:\w+|\*", "*", text)
    return "/" + text.strip("/ ")
