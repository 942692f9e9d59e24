"""What both formats share: lines with numbers, bounds, complaints, duplicates."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from sre_course.domain.signals import Sample


MOST_SAMPLES = 100_000


class Stop(Exception):  # noqa: N818 - a finding about the text, not an error of ours
    """A line that no scraper can use."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


class TooMuch(Exception):  # noqa: N818 - likewise
    """More than a scraper should have to read."""


@dataclass(slots=True)
class Reader:
    """One exposition being read. `ends` is a point on the monotonic clock."""

    text: str
    ends: float
    samples: list[Sample] = field(default_factory=list)
    complaint: str = ""  # the first thing that Prometheus refuses and we can read
    _lines_of: dict[Hashable, int] = field(default_factory=dict)
    _count: int = 0

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the lines without their ends, counted from one."""
        place, number = 0, 0
        while place < len(self.text):
            number += 1
            stop = self.text.find("\n", place)
            stop = len(self.text) if stop < 0 else stop
            if monotonic() > self.ends:
                raise TooMuch(f"reading it takes too long; it got to line {number}")
            yield number, self.text[place:stop]
            place = stop + 1

    def complain(self, line: int, reason: str) -> None:
        """Note what Prometheus refuses; the first one is told."""
        self.complaint = self.complaint or f"line {line}: {reason}"

    def room(self, line: int, count: int) -> None:
        """Raise TooMuch once there are more samples than anyone needs."""
        if count >= MOST_SAMPLES:
            raise TooMuch(f"line {line} is past {MOST_SAMPLES:,} samples")

    def once(self, line: int, series: Hashable) -> bool:
        """Whether a series is new; of two equal ones, Prometheus takes the first."""
        first = self._lines_of.setdefault(series, line)
        if len(self._lines_of) == self._count:
            whose = "another line" if first == line else f"line {first}"
            self.complain(line, f"it repeats the series of {whose}")
            return False
        self._count += 1
        return True
