"""Ladders of hints: chosen by what failed, one rung at a time."""

import json
from pathlib import Path
from typing import Any

import pytest

from sre_course.adapters.content.hints import load_hints
from sre_course.domain.document import Values
from sre_course.domain.errors import ContentError, UsageError
from sre_course.domain.hints import PATIENCE, first_failure, ladder, next_hint
from sre_course.domain.report import CriterionResult, Report, Verdict
from sre_course.domain.report_document import to_document


LADDERS = {"counts": {"twice": ("where?", "look there"), "ladder": ("think", "do it")}}
FAILURE = {"criterion": "counts", "cause": "twice"}
NOW = 1_000_000.0


def result(verdict: Verdict, name: str) -> CriterionResult:
    """Return a verdict."""
    return CriterionResult(
        name, "It counts.", 10, core=False, verdict=verdict, cause="twice"
    )


def kept(*results: CriterionResult) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a report as it is read from its file."""
    report = Report("day1/beginner", "embedded", 1, results)
    return json.loads(json.dumps(to_document(report)))


def rung(number: object, at: object, checks: object, **more: object) -> Values:
    """Return what the progress holds of an exercise, with one ladder begun."""
    known = {"rung": number, "at": at, "checks": checks, **more}
    return {"checks": 5, "hints": {"counts/twice": known}}


def test_the_first_failure_is_the_one_that_is_hinted_at() -> None:
    """Errors of ours, blocked and passed ones have no hint."""
    report = kept(
        result(Verdict.PASSED, "a"),
        result(Verdict.ERROR, "b"),
        result(Verdict.BLOCKED, "c"),
        result(Verdict.FAILED, "d"),
        result(Verdict.FAILED, "e"),
    )

    assert first_failure(report) is report["results"][3]
    assert first_failure(kept()) is None


@pytest.mark.parametrize(
    "report", [{}, {"results": None}, {"results": {}}, {"results": ["failed"]}]
)
def test_a_report_that_is_none(report: Values) -> None:
    """It is refused, so that a hint can say what to do about it."""
    with pytest.raises(TypeError):
        first_failure(report)


def test_rungs_about_the_cause_come_before_the_common_ones() -> None:
    """Without rungs of its own a cause has the common ones, if there are any."""
    both = ("where?", "look there", "think", "do it")
    assert ladder(LADDERS, "counts", "twice") == both
    assert ladder(LADDERS, "counts", "other") == ("think", "do it")
    assert ladder(LADDERS, "other", "twice") == ()


def test_a_check_opens_the_next_rung() -> None:
    """Asked again at once, the same one is shown; after a check, the next one."""
    first, last, progress = next_hint(LADDERS, FAILURE, {"checks": 1}, NOW)
    just_before = NOW + PATIENCE - 1
    again, _, same = next_hint(LADDERS, FAILURE, progress, just_before)

    assert (first, last) == ("where?", False)
    assert again == "where?"
    assert same is progress

    checked = {**progress, "checks": 2}
    second, _, after = next_hint(LADDERS, FAILURE, checked, NOW + 1)
    assert second == "look there"
    known = {"rung": 2, "at": NOW + 1, "checks": 2}
    assert after == {"checks": 2, "hints": {"counts/twice": known}}


def test_time_opens_the_next_rung_too() -> None:
    """Who thought for a while gets on without a check; the last rung stays."""
    progress: Values = {"checks": 1}
    shown = []
    for step in range(6):
        now = NOW + step * PATIENCE
        hint, last, progress = next_hint(LADDERS, FAILURE, progress, now)
        shown.append((hint, last))

    assert shown == [
        ("where?", False),
        ("look there", False),
        ("think", False),
        ("do it", True),
        ("do it", True),
        ("do it", True),
    ]


def test_each_cause_has_a_ladder_of_its_own() -> None:
    """Another cause begins at the bottom; what else is known stays."""
    known = {"best": 55, "stars": [1]}
    _, _, progress = next_hint(LADDERS, FAILURE, known, NOW)
    other = {**FAILURE, "cause": "other"}
    text, _, progress = next_hint(LADDERS, other, progress, NOW)

    assert text == "think"
    hints = progress["hints"]
    assert isinstance(hints, dict)
    assert hints.keys() == {"counts/twice", "counts/other"}
    assert {**progress, "hints": 0} == {**known, "hints": 0}


@pytest.mark.parametrize("number", [-7, 0, 99])
def test_a_rung_that_a_hand_wrote(number: int) -> None:
    """It is brought back to the ladder; what a newer course noted is kept."""
    progress: Any = rung(number, 0, 5, liked=True)
    hint, _, after = next_hint(LADDERS, FAILURE, progress, 1.0)

    assert hint == ("do it" if number > 0 else "where?")
    hints = after["hints"]
    assert isinstance(hints, dict)
    assert hints["counts/twice"]["liked"] is True


@pytest.mark.parametrize("at", [-(10**400), NOW + 10**6, 10**400, float("nan")])
def test_a_time_that_a_hand_wrote(at: float) -> None:
    """A time that cannot be is one long ago or now; a check always goes on."""
    hint, _, _ = next_hint(LADDERS, FAILURE, rung(1, at, 5), NOW)
    assert hint == ("look there" if at < 0 else "where?")

    hint, _, _ = next_hint(LADDERS, FAILURE, rung(1, at, 4), NOW)
    assert hint == "look there"


@pytest.mark.parametrize(
    "progress",
    [
        {"checks": "5"},
        {"checks": True},
        {"hints": []},
        {"hints": {"counts/twice": 1}},
        {"hints": {"counts/twice": {"rung": 1, "at": 0.0}}},
        rung("1", 0.0, 5),
        rung(1, "noon", 5),
        rung(1, at=True, checks=5),
        rung(1, None, 5),
        rung(1, 0.0, 5.5),
    ],
)
def test_progress_that_is_none(progress: Values) -> None:
    """It is refused: whoever reads it at leisure says what is wrong with it."""
    with pytest.raises(TypeError):
        next_hint(LADDERS, FAILURE, progress, NOW)


def test_a_failure_without_a_name() -> None:
    """It is refused as well."""
    with pytest.raises(TypeError, match="cause"):
        next_hint(LADDERS, {"criterion": "counts"}, {}, NOW)


def test_a_failure_of_another_version_of_the_course() -> None:
    """Without a ladder there is a way out, not a crash."""
    with pytest.raises(UsageError, match="another version") as caught:
        next_hint(LADDERS, {**FAILURE, "criterion": "gone"}, {}, NOW)

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


def test_hints_that_are_no_text(tmp_path: Path) -> None:
    """Neither are they guessed at."""
    path = tmp_path / "hints.md"
    path.write_bytes(b"## counts\n\xff")
    with pytest.raises(ContentError, match="utf-8"):
        load_hints(path)
