"""When questions come back."""

import pytest

from sre_course.domain.progress import QuizItem
from sre_course.domain.review import DAY, GAPS, answered, due, predicted, section_of


NOW = 1_000_000.0


def after(
    *answers: tuple[bool, int], item: QuizItem | None = None, now: float = NOW
) -> QuizItem:
    """Answer again and again, each time exactly when the item is due."""
    item = item or QuizItem()
    for right, confidence in answers:
        now = item.due or now
        item = answered(item, right=right, confidence=confidence, now=now)
    return item


def test_a_wrong_answer_comes_back_in_ten_minutes() -> None:
    """However sure somebody was."""
    item = after((False, 3))
    assert (item.due, item.step) == (NOW + 600, 0)
    assert (item.tries, item.right, item.last_right, item.confidence) == (
        1,
        0,
        False,
        3,
    )


def test_a_right_guess_is_queued() -> None:
    """It is no knowledge yet."""
    item = after((True, 1))
    assert item.due == NOW + 600
    assert (item.right, item.last_right) == (1, True)


@pytest.mark.parametrize("confidence", [0, 2, 3])
def test_a_right_answer_is_not_queued(confidence: int) -> None:
    """Neither when nobody asked how sure somebody was."""
    assert after((True, confidence)).due == 0


def test_gaps_grow_until_the_item_leaves() -> None:
    """10 minutes, 1, 3, 7 and 21 days; then it is known."""
    item, gaps = after((False, 2)), []
    while item.due:
        before = item
        item = after((True, 3), item=item)
        gaps.append(round((item.due - before.due) / DAY, 3) if item.due else None)
    assert gaps == [1, 3, 7, 21, None]
    assert item.step == 0
    assert item.tries == 6


def test_a_guess_keeps_its_gap() -> None:
    """It neither goes on nor back."""
    item = after((False, 2), (True, 3), (True, 1))
    assert item.step == 1
    assert item.due == NOW + GAPS[0] + GAPS[1] + GAPS[1]


def test_a_wrong_answer_starts_anew() -> None:
    """Also after days."""
    item = after((False, 2), (True, 3), (True, 3), (False, 3))
    assert item.step == 0


def test_early_recall_changes_no_date() -> None:
    """Ten right answers within a minute are not ten gaps."""
    item = after((False, 2))
    again = answered(item, right=True, confidence=3, now=NOW + 1)
    assert (again.due, again.step) == (item.due, item.step)
    assert again.tries == 2


@pytest.mark.parametrize("step", [-7, 99])
def test_a_step_of_another_world_is_put_right(step: int) -> None:
    """Progress files are edited by hand, too."""
    item = QuizItem(step=step, due=NOW)
    assert answered(item, right=True, confidence=1, now=NOW).due in {
        NOW + GAPS[0],
        NOW + GAPS[-1],
    }


def test_predictions_are_logged_and_never_queued() -> None:
    """A wrong one costs nothing."""
    item = predicted(QuizItem(), right=False, confidence=3)
    assert (item.tries, item.due, item.confidence) == (1, 0, 3)


def test_what_is_due_comes_longest_overdue_first() -> None:
    """What is not queued, or later, does not come at all."""
    items = {
        "day1/a/late": QuizItem(due=NOW + 1),
        "day1/a/never": QuizItem(),
        "day1/a/second": QuizItem(due=NOW - 1),
        "day1/b/first": QuizItem(due=NOW - 2),
        "day1/b/just": QuizItem(due=NOW),
    }
    assert due(items, NOW, 9) == ("day1/b/first", "day1/a/second", "day1/b/just")
    assert due(items, NOW, 1) == ("day1/b/first",)
    assert due({}, NOW, 2) == ()


@pytest.mark.parametrize("pattern", ["AAAB", "AAAABBBB", "AABAA", "ABAB", "BAAA"])
def test_never_three_of_one_section_in_a_row(pattern: str) -> None:
    """What does not fit stays due."""
    items = {
        f"day1/{s}/{n}": QuizItem(due=NOW - 100 + n) for n, s in enumerate(pattern)
    }
    chosen = [section_of(name) for name in due(items, NOW, 99)]
    assert len(chosen) >= len(pattern) - 1
    assert all(len(set(chosen[i : i + 3])) > 1 for i in range(len(chosen) - 2))


def test_one_section_alone_gives_two() -> None:
    """The third would be the third in a row."""
    items = {f"day1/a/{n}": QuizItem(due=NOW - n) for n in range(5)}
    assert due(items, NOW, 5) == ("day1/a/4", "day1/a/3")
