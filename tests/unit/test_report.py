"""What a run is worth: scores, core criteria, errors of ours; kept and read again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sre_course.adapters.state.home import Home
from sre_course.adapters.state.reports import load_report, save_report
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.progress import ExerciseProgress
from sre_course.domain.report import CriterionResult, Report, Verdict
from sre_course.domain.report_document import from_document, to_document
from sre_course.engine.check import remember
from tests.chance import chance


WHICH = ExerciseId("day1", "beginner")
PASSED, FAILED, BLOCKED, ERROR = Verdict


def report(*results: tuple[Verdict, int, bool]) -> Report:
    """Return a report on (verdict, points, core)."""
    made = tuple(
        CriterionResult(f"c{n}", f"Criterion {n}.", points, core, verdict)
        for n, (verdict, points, core) in enumerate(results)
    )
    return Report(str(WHICH), "embedded", 7, made)


@pytest.mark.parametrize(
    ("results", "score", "code"),
    [
        ([(PASSED, 80, True), (FAILED, 20, False)], 80, 0),
        ([(PASSED, 79, True), (FAILED, 21, False)], 79, 1),
        ([(PASSED, 80, False), (FAILED, 20, True)], 80, 1),
        ([(PASSED, 80, False), (BLOCKED, 20, True)], 80, 1),
        ([(PASSED, 80, True), (BLOCKED, 20, False)], 80, 0),
        ([(PASSED, 90, True), (ERROR, 10, False)], 90, 3),
        ([(PASSED, 8, True), (FAILED, 2, False)], 8, 0),
        ([(FAILED, 100, True)], 0, 1),
        ([], 0, 3),
    ],
)
def test_what_passes(
    results: list[tuple[Verdict, int, bool]], score: int, code: int
) -> None:
    """Eighty of a hundred, every core criterion, and no error of ours."""
    made = report(*results)

    assert (made.score, made.exit_code, made.passed) == (score, code, code == 0)
    assert made.judged is (code != 3)
    assert made.out_of == sum(points for _, points, _ in results)


def test_points_are_all_or_none() -> None:
    """Only what passed earns."""
    made = report(*((verdict, 10, False) for verdict in Verdict))

    assert [r.earned for r in made.results] == [10, 0, 0, 0]


@pytest.mark.parametrize("seed", range(10))
def test_a_document_holds_everything(seed: int) -> None:
    """Whatever a report holds, its document gives it back, through JSON."""
    random = chance(seed)
    texts = ("", "a", "é\x1b[31m", "two\nlines", "\ud800"[:0])
    results = tuple(
        CriterionResult(
            f"c{n}",
            random.choice(texts),
            random.randrange(30),
            random.random() < 0.5,
            random.choice(list(Verdict)),
            *(random.choice(texts) for _ in range(6)),
        )
        for n in range(5)
    )
    made = Report(str(WHICH), "docker", random.getrandbits(31), results)
    document = json.loads(json.dumps(to_document(made)))

    assert from_document(document) == made
    assert document["format"] == 1
    assert document["score"] == made.score
    assert document["results"][0]["earned"] == results[0].earned


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", "[" * 100_000, '{"results": [1]}', "null", "\x00"]
)
def test_a_kept_report_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    """It is only a copy: the next check writes it anew."""
    home = Home(tmp_path)
    path = home.record("reports", WHICH)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert load_report(home, WHICH) is None

    made = report((PASSED, 10, True))
    save_report(home, WHICH, made)
    assert load_report(home, WHICH) == made


def test_a_report_of_a_newer_course_is_read(tmp_path: Path) -> None:
    """What we do not know is not needed; an unknown verdict is no report to us."""
    home = Home(tmp_path)
    made = report((PASSED, 10, True))
    document = {**to_document(made), "weather": "fine"}
    path = home.record("reports", WHICH)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document))
    assert load_report(home, WHICH) == made

    path.write_text(json.dumps(document).replace('"passed"', '"perhaps"'))
    assert load_report(home, WHICH) is None


def test_the_best_score_is_remembered() -> None:
    """It only ever goes up; the first pass keeps its date."""
    first = remember(ExerciseProgress(), report((PASSED, 50, True)), "one", whole=True)
    assert (first.best, first.checks, first.passed_at) == (50, 1, "one")

    worse = remember(first, report((FAILED, 50, True)), "two", whole=True)
    assert worse == replace(first, checks=2)

    again = remember(worse, report((PASSED, 100, True)), "three", whole=True)
    assert (again.best, again.passed_at) == (100, "one")


def test_a_failed_check_is_no_pass() -> None:
    """Its score counts, its date does not."""
    failed = report((PASSED, 70, True), (FAILED, 30, False))

    assert remember(ExerciseProgress(), failed, "now", whole=True) == ExerciseProgress(
        checks=1, best=70
    )


@pytest.mark.parametrize("verdict", [PASSED, ERROR])
def test_what_was_not_wholly_judged_moves_nothing(verdict: Verdict) -> None:
    """Neither a part of the criteria nor an error of ours touches the best score."""
    made = report((PASSED, 90, True), (verdict, 10, False))
    known = ExerciseProgress(best=10)

    after = remember(known, made, "now", whole=verdict is ERROR)
    assert after == replace(known, checks=1)
