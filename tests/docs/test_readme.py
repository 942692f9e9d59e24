"""The README: its commands are what CI runs, its tour is of this course."""

import re
import shlex
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from sre_course import wiring


ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOUR = re.search(r"<!-- the tour.*?```console\n(.*?)```", README, re.DOTALL)
IMAGES = sorted((ROOT / "docs" / "images").glob("*"))


def one_liners() -> list[str]:
    """Return the commands of the README that set something up."""
    return [line for line in README.splitlines() if "-m venv .venv" in line]


def test_two_commands_are_enough() -> None:
    """One for the course, one for all tests; each is one line of plain shell."""
    course, tests = one_liners()

    assert course.endswith("sre-course start day1")
    assert tests.endswith(".venv/bin/pytest -n auto")
    for line in (course, tests):
        assert shlex.split(line, comments=False)
        subprocess.run(["sh", "-n", "-c", line], check=True)
        assert "constraints.txt" in line
        assert "://" not in line


def test_ci_runs_the_command_of_the_readme() -> None:
    """It takes it out of the README, so that the two cannot differ."""
    script = (ROOT / ".ci" / "run").read_text()
    taken = re.search(r"command=\$\((grep .*README\.md)\)", script)
    assert taken is not None

    found = subprocess.run(
        ["sh", "-c", taken[1]], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()

    assert found == one_liners()[1]
    assert '-c "$command"' in script


def test_the_tour_is_of_this_course() -> None:
    """Every verdict in it is on a criterion that there is, with its points."""
    assert TOUR is not None
    (which, *_) = wiring.exercises()
    known = {f"{c.points}": c.title for c in wiring.checks(which).criteria}
    titles = [c.title for c in wiring.checks(which).criteria]
    shown = re.findall(r"^[✓✗] +\d+/(\d+) +(.*)$", TOUR[1], re.MULTILINE)

    assert len(shown) > len(titles)
    for points, title in shown:
        assert any(t.startswith(title) for t in titles), title
        assert points in known
    assert "100 of 100 points: passed" in TOUR[1]


def test_the_tour_names_no_machine() -> None:
    """What is particular to whoever took it is left out."""
    assert TOUR is not None
    assert "/tmp" not in README  # noqa: S108 - that is what must not be there
    assert "~/sre-course/day1/beginner/app.py" in TOUR[1]


@pytest.mark.parametrize("path", IMAGES, ids=lambda p: p.name)
def test_a_picture_is_small_and_fetches_nothing(path: Path) -> None:
    """It is well-formed and used, and needs nothing from elsewhere to be drawn."""
    text = path.read_text(encoding="utf-8")
    ET.fromstring(text)  # noqa: S314 - our own file

    assert path.stat().st_size < 64 * 1024
    assert f"docs/images/{path.name}" in README
    assert not re.search(r"href=|src=|url\((?!#)|@import", text)
