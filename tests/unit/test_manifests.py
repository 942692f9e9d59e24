"""Exercises as they lie on disk: read strictly, with all mistakes at once."""

import re
from pathlib import Path

import pytest

from sre_course import wiring
from sre_course.adapters.content.criteria import load_checks
from sre_course.adapters.content.manifests import load_exercise
from sre_course.adapters.content.toml import Table, read_manifest
from sre_course.domain.errors import ContentError
from sre_course.domain.exercise import ExerciseId


WHICH = ExerciseId("day1", "beginner")
REAL = wiring.folder(WHICH) / "exercise.toml"


def course(tmp_path: Path, text: str) -> Path:
    """Return a course whose one exercise has a manifest."""
    folder = tmp_path / "exercises" / "day1" / "beginner"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(text, encoding="utf-8")
    return tmp_path


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """Return what is wrong with a manifest, without its path."""
    root = course(tmp_path, text)
    with pytest.raises(ContentError) as caught:
        load_exercise(root, WHICH)
    assert "sre-course dev check" in caught.value.fix
    path = f"{root}/exercises/day1/beginner/exercise.toml: "
    return [line.removeprefix(path) for line in caught.value.message.splitlines()]


def test_the_real_one(tmp_path: Path) -> None:
    """Every part arrives where it belongs."""
    exercise = load_exercise(course(tmp_path, REAL.read_text()), WHICH)

    assert exercise.app.command == ("{python}", "app.py")
    assert (exercise.app.ready_path, exercise.app.metrics_path) == (
        "/healthz",
        "/metrics",
    )
    spec = exercise.dependency
    assert [r.known for r in spec.routes] == [None, 500, None, None, None]
    assert spec.faults.refuse_route == "/orders"
    assert [q.name for q in exercise.questions] == [
        "slow_route",
        "slow_share",
        "error_ratio",
    ]
    assert exercise.starter == exercise.folder / "starter"


def test_what_may_be_left_out(tmp_path: Path) -> None:
    """The stack, the inventory, the questions and the path of the metrics."""
    text = re.sub(r"(?m)^(stack|covers|metrics_path) = .*$", "", REAL.read_text())
    text = text[: text.index("[[question]]")]
    exercise = load_exercise(course(tmp_path, text), WHICH)

    assert (exercise.stack, exercise.covers, exercise.questions) == ((), (), ())
    assert exercise.app.metrics_path == "/metrics"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'title = "Some',
            'titel = "Some',
            ["title: is missing", "titel: is not known"],
        ),
        (
            "minutes = 50",
            "minutes = true",
            ["minutes: must be a whole number, not True"],
        ),
        (
            "format_version = 1",
            "format_version = 2",
            ["format_version: is 2, this course reads 1"],
        ),
        ("format_version = 1", "", ["format_version: is missing"]),
        ('covers = ["X1"]', "covers = [1]", ["covers: must hold strings only"]),
        (
            'ready_path = "/healthz"',
            'ready_path = "healthz"',
            ["app.ready_path: must start with a slash, not 'healthz'"],
        ),
        (
            'metrics_path = "/metrics"',
            'metrics_path = "metrics"',
            ["app.metrics_path: must start with a slash, not 'metrics'"],
        ),
        (
            'key = "query:page"',
            'key = "header:page"',
            ["route[0].key: must be path, query:NAME or body:NAME, not 'header:page'"],
        ),
        (
            'key = "query:page"',
            'key = "query:"',
            ["route[0].key: must be path, query:NAME or body:NAME, not 'query:'"],
        ),
        (
            "milliseconds = [10, 20]",
            "milliseconds = [20, 10]",
            ["dependency.route[0].milliseconds: must be [lowest, highest]"],
        ),
        (
            "milliseconds = [10, 20]",
            "",
            ["dependency.route[0].milliseconds: is missing"],
        ),
        (
            "milliseconds = [10, 20]",
            'milliseconds = ["10", 20]',
            ["dependency.route[0].milliseconds: must be [lowest, highest]"],
        ),
        (
            'refuse_route = "/orders"',
            'refuse_route = "/order"',
            ["dependency.faults.route: /order is not a route of warehouse"],
        ),
        (
            "refuse_share = [0.04, 0.09]",
            "refuse_share = [4, 9]",
            ["dependency.faults.refuse_share: must lie between 0 and 1"],
        ),
        (
            'name = "slow_route"',
            'name = "slow_route"\npoints = 3',
            ["question[0].points: is not known"],
        ),
        ("[app]", "[[app]]", ["app: must be a table, not"]),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, said: list[str]
) -> None:
    """File, key and what is wrong."""
    text = REAL.read_text()
    assert text.count(old) >= 1
    found = mistakes(tmp_path, text.replace(old, new, 1))

    for line in said:
        assert any(line in each for each in found), found


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """An author mends them in one go."""
    text = REAL.read_text().replace("minutes = 50", "minutes = 'an hour'")
    text = text.replace('name = "warehouse"', "").replace("[[route]]", "[[rout]]")

    assert mistakes(tmp_path, text) == [
        "minutes: must be a whole number, not 'an hour'",
        "dependency.name: is missing",
    ]


@pytest.mark.parametrize("text", ["title = \n", "\x00"])
def test_no_manifest(tmp_path: Path, text: str) -> None:
    """Text that is no TOML is told with its line."""
    (line,) = mistakes(tmp_path, text)

    assert "line 1" in line
    with pytest.raises(ContentError, match="No such file"):
        load_exercise(tmp_path, ExerciseId("day1", "advanced"))


def test_tables_that_are_none(tmp_path: Path) -> None:
    """A value where a table should be is a mistake, and everything goes on."""
    path = tmp_path / "some.toml"
    path.write_text("format_version = 1\nthings = [1, {name = 'x'}]\nmore = 1\n")

    def build(table: Table) -> list[str]:
        table.tables("more")
        return [each.take("name", str) for each in table.tables("things")]

    with pytest.raises(ContentError) as caught:
        read_manifest(path, build, "Mend it")

    assert caught.value.message.splitlines() == [
        f"{path}: more: must be a list, not 1",
        f"{path}: things[0].name: is missing",
    ]


GOOD = """
from sre_course.checkkit import check
@check(points=1)
def works(attempt):
    "It works."
def traffic(behaviour, seed):
    return None
CRITERIA = [works]
"""


def module(tmp_path: Path, name: str, text: str) -> Path:
    """Return a course with a check module."""
    path = tmp_path / "checks" / "day1" / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", ["beginner.py", "beginner/__init__.py"])
def test_a_check_module(tmp_path: Path, name: str) -> None:
    """One file, or a package whose parts import one another."""
    root = module(tmp_path, name, GOOD)
    if "/" in name:
        (root / "checks/day1/beginner/part.py").write_text("HERE = True\n")
        path = root / "checks/day1" / name
        path.write_text(f"from .part import HERE\nassert HERE\n{GOOD}")

    found = load_checks(root, WHICH)

    assert [c.title for c in found.criteria] == ["It works."]


def test_no_check_module(tmp_path: Path) -> None:
    """It is said where it belongs."""
    with pytest.raises(ContentError, match="no check module") as caught:
        load_checks(tmp_path, WHICH)

    assert "dev new" in caught.value.fix


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def (:", "SyntaxError"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("1 / 0", "ZeroDivisionError"),
        ("CRITERIA = []", "lacks 'traffic'"),
        ("traffic = print", "lacks 'CRITERIA'"),
        ("traffic = print\nCRITERIA = 1", "not iterable"),
    ],
)
def test_a_check_module_that_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    """It is its author's to mend; afterwards it is read anew."""
    root = module(tmp_path, "beginner.py", text)
    with pytest.raises(ContentError, match=said) as caught:
        load_checks(root, WHICH)
    assert "sre-course dev check" in caught.value.fix

    (root / "checks/day1/beginner.py").write_text(f"{GOOD}\nMENDED = True\n")
    assert len(load_checks(root, WHICH).criteria) == 1
