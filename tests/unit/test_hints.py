"""Ladders of hints: chosen by what failed, one rung at a time."""

from pathlib import Path

import pytest

from sre_course.adapters.content.hints import load_hints
from sre_course.domain.errors import ContentError, UsageError
from sre_course.domain.hints import PATIENCE, first_failure, ladder, next_hint
from sre_course.domain.progress import ExerciseProgress, HintRung
from sre_course.domain.report import CriterionResult, Report, Verdict


LADDERS = {"counts": {"twice": ("where?", "look there"), "ladder": ("think", "do it")}}
NOW = 1_000_000.0


def result(
    verdict: Verdict = Verdict.FAILED, name: str = "counts", cause: str = "twice"
) -> CriterionResult:
    """Return a verdict."""
    return CriterionResult(
        name, "It counts.", 10, core=False, verdict=verdict, cause=cause
    )


def test_the_first_failure_is_the_one_that_is_hinted_at() -> None:
    """Errors of ours, blocked and passed ones have no hint."""
    results = [
        result(Verdict.PASSED, "a"),
        result(Verdict.ERROR, "b"),
        result(Verdict.BLOCKED, "c"),
        result(Verdict.FAILED, "d"),
        result(Verdict.FAILED, "e"),
    ]
    found = first_failure(Report("day1/beginner", "embedded", 1, tuple(results)))

    assert found is results[3]
    assert first_failure(Report("day1/beginner", "embedded", 1, ())) is None


def test_rungs_about_the_cause_come_before_the_common_ones() -> None:
    """Without rungs of its own a cause has the common ones, if there are any."""
    assert ladder(LADDERS, result()) == ("where?", "look there", "think", "do it")
    assert ladder(LADDERS, result(cause="other")) == ("think", "do it")
    assert ladder(LADDERS, result(name="other")) == ()


def test_a_check_opens_the_next_rung() -> None:
    """Asked again at once, the same one is shown; after a check, the next one."""
    progress = ExerciseProgress(checks=1)
    first, progress = next_hint(LADDERS, result(), progress, NOW)
    again, same = next_hint(LADDERS, result(), progress, NOW + 30)

    assert (first.text, first.waiting, first.last) == ("where?", PATIENCE, False)
    assert (again.text, again.waiting) == ("where?", PATIENCE - 30)
    assert same is progress

    checked = ExerciseProgress(checks=2, hints=progress.hints)
    second, _ = next_hint(LADDERS, result(), checked, NOW + 1)
    assert second.text == "look there"


def test_time_opens_the_next_rung_too() -> None:
    """Who thought for a while gets on without a check; the last rung stays."""
    progress = ExerciseProgress(checks=1)
    shown = []
    for step in range(6):
        hint, progress = next_hint(LADDERS, result(), progress, NOW + step * PATIENCE)
        shown.append((hint.text, hint.last))

    assert shown == [
        ("where?", False),
        ("look there", False),
        ("think", False),
        ("do it", True),
        ("do it", True),
        ("do it", True),
    ]


def test_each_cause_has_a_ladder_of_its_own() -> None:
    """Another cause begins at the bottom."""
    _, progress = next_hint(LADDERS, result(), ExerciseProgress(), NOW)
    other, progress = next_hint(LADDERS, result(cause="other"), progress, NOW)

    assert other.text == "think"
    assert progress.hints.keys() == {"counts/twice", "counts/other"}


@pytest.mark.parametrize("rung", [-7, 0, 99])
def test_a_rung_that_a_hand_wrote(rung: int) -> None:
    """It is brought back to the ladder; what a newer course noted is kept."""
    known = HintRung(rung, 0.0, 5, {"liked": True})
    progress = ExerciseProgress(checks=5, hints={"counts/twice": known})
    hint, after = next_hint(LADDERS, result(), progress, 1.0)

    assert hint.text == ("do it" if rung > 0 else "where?")
    assert after.hints["counts/twice"].extra == {"liked": True}


def test_a_failure_of_another_version_of_the_course() -> None:
    """Without a ladder there is a way out, not a crash."""
    with pytest.raises(UsageError, match="another version") as caught:
        next_hint(LADDERS, result(name="gone"), ExerciseProgress(), NOW)

    assert "sre-course check" in caught.value.fix


def test_hints_are_read(tmp_path: Path) -> None:
    """Criteria, causes and rungs; a rung may have several paragraphs."""
    path = tmp_path / "hints.md"
    path.write_text(
        "# Hints\n\nAny words before the first criterion.\n\n## counts\n\n"
        "### twice\n\n1. Where?\n2. Look\n   there:\n\n   `app.py`\n\n"
        "### ladder\n1. Think\nagain\n\n## times\n### ladder\n10. Wait\n"
    )

    assert load_hints(path) == {
        "counts": {
            "twice": ("Where?", "Look\nthere:\n\n`app.py`"),
            "ladder": ("Think\nagain",),
        },
        "times": {"ladder": ("Wait",)},
    }


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """With their lines."""
    path = tmp_path / "hints.md"
    path.write_text("### early\n## counts\nno number\n### twice\nnor here\n1. fine\n")

    with pytest.raises(ContentError) as caught:
        load_hints(path)

    assert caught.value.message.splitlines() == [
        f"{path}: 1: a cause before any criterion",
        f"{path}: 3: a rung must start with its number",
        f"{path}: 5: a rung must start with its number",
    ]


def test_no_hints_at_all(tmp_path: Path) -> None:
    """A file that is not there is the author's to write."""
    with pytest.raises(ContentError, match=r"hints\.md"):
        load_hints(tmp_path / "hints.md")
