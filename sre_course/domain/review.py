"""When a question comes back: soon after a wrong answer, then at growing gaps."""

from collections.abc import Mapping
from dataclasses import replace

from sre_course.domain.progress import QuizItem


MINUTE = 60.0
DAY = 24 * 60 * MINUTE
GAPS = (10 * MINUTE, DAY, 3 * DAY, 7 * DAY, 21 * DAY)  # seconds

GUESS = 1  # the lowest confidence, of 1 to 3; 0 means that nobody asked
ROW = 2  # at most so many of one section after each other


def answered(item: QuizItem, *, right: bool, confidence: int, now: float) -> QuizItem:
    """Return the item after one more answer at `now` (epoch seconds).

    A wrong answer starts the gaps anew. A right guess is no knowledge: it keeps its
    gap, and is queued if it was not. A right answer that was due goes on to the next
    gap, and after the last one it leaves the queue. Right before it is due changes
    nothing: only what was nearly forgotten is worth recalling.
    """
    counted = replace(
        item,
        tries=item.tries + 1,
        right=item.right + int(right),
        last_right=right,
        confidence=confidence,
    )
    if not right:
        return replace(counted, step=0, due=now + GAPS[0])
    if confidence == GUESS:
        return replace(counted, due=now + GAPS[_step(item)])
    if not item.due or now < item.due:
        return counted
    step = _step(item) + 1
    if step == len(GAPS):
        return replace(counted, step=0, due=0.0)
    return replace(counted, step=step, due=now + GAPS[step])


def predicted(item: QuizItem, *, right: bool, confidence: int) -> QuizItem:
    """Return a prediction's item after one more try: logged, never queued."""
    return replace(
        item,
        tries=item.tries + 1,
        right=item.right + int(right),
        last_right=right,
        confidence=confidence,
    )


def due(items: Mapping[str, QuizItem], now: float, limit: int) -> tuple[str, ...]:
    """Return the ids that are due, longest overdue first, sections interleaved.

    Never more than two of one section follow each other; what does not fit stays due.
    An id is `day/section/item`.
    """
    waiting = sorted(
        (name for name, item in items.items() if item.due and item.due <= now),
        key=lambda name: (items[name].due, name),
    )
    chosen: list[str] = []
    while len(chosen) < limit:
        tail = {section_of(name) for name in chosen[-ROW:]}
        full = tail if len(tail) == 1 and len(chosen) >= ROW else set()
        name = next((n for n in waiting if section_of(n) not in full), None)
        if name is None:
            break
        waiting.remove(name)
        chosen.append(name)
    return tuple(chosen)


def section_of(name: str) -> str:
    """Return the section part of an item's id: `day1/metrics`."""
    return name.rpartition("/")[0]


def _step(item: QuizItem) -> int:
    # a progress file edited by hand may hold anything
    return min(max(item.step, 0), len(GAPS) - 1)
