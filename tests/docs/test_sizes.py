"""What CONTRIBUTING.md says about sizes."""

import statistics
import subprocess
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
MOST, MEDIAN = 400, 120  # lines


def lines(*folders: str) -> dict[str, int]:
    """Return how long our modules are, without those that only say what they are."""
    found = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    }
    return {name: count for name, count in found.items() if count > 1}


def test_no_module_is_long() -> None:
    """Whoever has to read it can."""
    found = lines("sre_course", "checks", "tests", "benchmarks", "docs")

    assert {n: count for n, count in found.items() if count > MOST} == {}


def test_most_modules_are_short() -> None:
    """Half of the program's have at most 120 lines."""
    assert statistics.median(lines("sre_course", "checks").values()) <= MEDIAN


def test_nothing_speaks_of_a_machine() -> None:
    """No folder of whoever wrote it, and no host but loopback, in anything of ours."""
    words = ("/work" + "/", "/root" + "/")
    named = subprocess.run(
        ["git", "grep", "-lIF", *(x for w in words for x in ("-e", w))],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert named == []
