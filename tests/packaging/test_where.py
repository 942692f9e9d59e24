"""Installed, from a checkout, or from somebody else's folder: the course is found."""

import json
import shutil
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.packaging.checkout import run


pytestmark = pytest.mark.slow

WHERE = "from sre_course import wiring; print(wiring.course())"
JUDGED = (
    "from sre_course import wiring; which, = wiring.exercises(); "
    "print(*(c.name for c in wiring.checks(which).criteria))"
)
HIJACK = "raise RuntimeError('a folder of the learner was taken for ours')"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a learner's folder whose names are ours."""
    here = tmp_path / "learner"
    for package in ("checks", "exercises", "lessons", "checks/day1"):
        (here / package).mkdir(parents=True)
        (here / package / "__init__.py").write_text(HIJACK)
    (here / "checks" / "day1" / "beginner.py").write_text(HIJACK)
    return here


@pytest.fixture
def python(wheel: Path, tmp_path: Path) -> Path:
    """Return the interpreter of a fresh environment that has the wheel."""
    made = tmp_path / "fresh"
    run("-m", "venv", "--without-pip", str(made), cwd=tmp_path)
    inside = made / "bin" / "python"
    run(
        *("-m", "pip", "--python", str(inside), "--disable-pip-version-check"),
        *("install", "--quiet", "--no-deps", "--no-index", str(wheel)),
        cwd=tmp_path,
    )
    # what it depends on is already beside us; our own editable install is not seen
    # from there, as a .pth file in a folder that is only on the path does nothing
    site = run(
        "-c",
        "import site; print(site.getsitepackages()[0])",
        cwd=tmp_path,
        python=str(inside),
    ).strip()
    Path(site, "outer.pth").write_text(sysconfig.get_path("purelib"))
    return inside


def test_the_installed_wheel(python: Path, home: Path) -> None:
    """Its commands work in any folder; what lies there cannot stand in for ours."""
    inside = str(python)
    command = str(python.with_name("sre-course"))
    told = {"SRE_COURSE_HOME": str(home)}

    rows = json.loads(run(command, "list", "--json", cwd=home, python=inside, **told))

    assert [row["exercise"] for row in rows] == ["day1/beginner"]
    where = Path(run("-c", WHERE, cwd=home, python=inside).strip())
    assert where.parts[-2:] == ("sre_course", "_course")
    assert python.parents[1] in where.parents
    assert "serves_metrics" in run("-c", JUDGED, cwd=home, python=inside)


def test_a_checkout_that_nobody_installed(checkout: Path, home: Path) -> None:
    """`python -m sre_course` in it works with its own lessons."""
    told = {"SRE_COURSE_HOME": str(home)}

    rows = json.loads(run("-m", "sre_course", "list", "--json", cwd=checkout, **told))

    assert [row["exercise"] for row in rows] == ["day1/beginner"]
    assert run("-c", WHERE, cwd=checkout).strip() == str(checkout)


def test_a_learners_folder_beside_a_checkout(checkout: Path, home: Path) -> None:
    """Where the learner's folder comes first on the path, checks are still ours."""
    told = {"PYTHONPATH": f"{home}:{checkout}"}

    assert "serves_metrics" in run("-c", JUDGED, cwd=home, **told)


def test_an_editable_installation(home: Path) -> None:
    """From any folder it finds the checkout that it was made from."""
    if not list(distributions(name="sre-course")):
        pytest.skip("nobody installed this checkout")
    with_course = Path(run("-c", WHERE, cwd=home, python=sys.executable).strip())

    assert (with_course / "lessons" / "day1" / "lesson.toml").is_file()


def test_the_course_of_somebody_else(checkout: Path, tmp_path: Path) -> None:
    """It is used instead of ours: by an option that may stand anywhere, or told."""
    other = tmp_path / "other"
    shutil.copytree(
        checkout / "exercises" / "day1" / "beginner",
        other / "exercises" / "week2" / "expert",
        ignore=shutil.ignore_patterns("mutants"),
    )
    (other / "lessons").mkdir()
    (other / "checks" / "week2").mkdir(parents=True)
    (other / "checks" / "week2" / "expert.py").write_text(
        "CRITERIA = ()\n\ndef traffic(behaviour, seed):\n    ...\n"
    )
    told = {"SRE_COURSE_HOME": str(tmp_path / "home")}
    run_list = ("-m", "sre_course", "list", "--json")

    by_option = run(*run_list, "--course", str(other), cwd=checkout, **told)
    by_variable = run(*run_list, cwd=checkout, SRE_COURSE_ROOT=str(other), **told)

    assert by_option == by_variable
    assert [row["exercise"] for row in json.loads(by_option)] == ["week2/expert"]
