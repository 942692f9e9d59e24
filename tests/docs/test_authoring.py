"""The author's guide: its examples load, and it says every key that there is."""

import ast
import re
from pathlib import Path

import pytest

from sre_course.adapters.content.criteria import load_checks
from sre_course.adapters.content.hints import load_hints
from sre_course.adapters.content.manifests import load_exercise
from sre_course.domain.exercise_id import ExerciseId
from sre_course.engine.author import candidates


ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "authoring.md").read_text(encoding="utf-8")
PAGES = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
CONTENT = ROOT / "sre_course" / "adapters" / "content"
WHICH = ExerciseId("day2", "beginner")
TAKING = {"take", "strings", "pair", "table", "tables", "pop"}


def example(language: str, beginning: str) -> str:
    """Return the listing of the guide that begins so."""
    found = re.findall(
        rf"```{language}\n({re.escape(beginning)}.*?)```", GUIDE, re.DOTALL
    )
    assert len(found) == 1
    return str(found[0])


def keys(path: Path) -> set[str]:
    """Return every key that a loader takes out of a table."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called, given = node.func, node.args
        if isinstance(called, ast.Attribute) and called.attr in TAKING:
            key = given[0] if given else None
        elif isinstance(called, ast.Name) and called.id in ("words", "_share"):
            key = given[1]
        else:
            continue
        if isinstance(key, ast.Constant):
            found.add(str(key.value))
    return found


def said(text: str) -> set[str]:
    """Return the words that a document shows as code, in its text or its listings."""
    listings = "\n".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL))
    spans = re.findall(r"`\[{0,2}([\w.]+)", text)
    return {w for s in spans for w in (s, s.rpartition(".")[2])} | set(
        re.findall(r"^\[*([\w.]+)", listings, re.MULTILINE)
    )


@pytest.mark.parametrize(
    ("loader", "least"),
    [
        (CONTENT / "manifests.py", 25),
        (ROOT / "sre_course" / "engine" / "author.py", 5),
    ],
    ids=["exercise.toml", "expect.toml"],
)
def test_every_key_of_an_exercise_is_in_the_guide(loader: Path, least: int) -> None:
    """An author need not read the loader."""
    assert len(keys(loader)) >= least
    assert keys(loader) - said(GUIDE) == set()


def test_every_key_of_a_lesson_is_in_its_guide() -> None:
    """Of pages, their fences, the day and its lists."""
    found = keys(CONTENT / "lessons.py") | keys(CONTENT / "fences.py")

    assert len(found) >= 12
    # the lists beside the pages explain themselves: each file begins with its keys
    lists = {"items", "term", "correction", "name", "text", "also"}
    assert found - said(PAGES) - said(GUIDE) - lists == set()


def test_the_example_of_a_manifest_has_every_key() -> None:
    """And none that there is not: it loads."""
    listing = example("toml", "format_version")

    assert keys(CONTENT / "manifests.py") - {"route", "table"} <= said(
        f"```toml\n{listing}```"
    ) | {"app", "dependency", "faults", "question"}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Return a course that was typed off the guide."""
    exercise = tmp_path / "exercises" / "day2" / "beginner"
    mutant = exercise / "mutants" / "counts_probes"
    mutant.mkdir(parents=True)
    checks = tmp_path / "checks" / "day2" / "beginner.py"
    checks.parent.mkdir(parents=True)
    (exercise / "exercise.toml").write_text(example("toml", "format_version"))
    (exercise / "hints.md").write_text(example("markdown", "## counts_every_request"))
    (mutant / "expect.toml").write_text(example("toml", 'title = "Probes'))
    checks.write_text(example("python", "from enum"))
    return tmp_path


def test_the_examples_load(course: Path) -> None:
    """Manifest, checks, hints and expectations are what the loaders take."""
    exercise = load_exercise(course, WHICH)
    given = load_checks(course, WHICH)
    hints = load_hints(exercise.folder / "hints.md")
    _, mutant = candidates(exercise.folder)

    assert exercise.dependency.routes[0].known == 500
    assert [c.points for c in given.criteria] == [100]
    assert given.criteria[0].title.startswith("A counter goes up")
    assert hints.keys() == {"counts_every_request"}
    assert len(hints["counts_every_request"]["ladder"]) == 3
    assert mutant.fails == {"clean_names": "counts-probes"}
