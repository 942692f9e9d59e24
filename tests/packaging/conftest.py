"""A checkout of its own for each test session, with litter that must stay out."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packaging.checkout import ROOT, run, tracked


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what git has, and beside it what git ignores."""
    if not (ROOT / ".git").exists():
        pytest.skip("what belongs into a package is asked of git")
    copy = tmp_path_factory.mktemp("checkout")
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    for litter in (
        "exercises/day1/beginner/.env",
        "lessons/day1/__pycache__/left.pyc",
        "sre_course/__pycache__/left.pyc",
    ):
        (copy / litter).parent.mkdir(parents=True, exist_ok=True)
        (copy / litter).write_text("SECRET=1")
    return copy


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """Return what builds a `wheel` or an `sdist` of a source tree."""

    def built(source: Path, kind: str) -> Path:
        out = tmp_path_factory.mktemp(kind)
        run("-m", "hatchling", "build", "-t", kind, "-d", str(out), cwd=source)
        (made,) = out.iterdir()
        return made

    return built


@pytest.fixture(scope="session")
def wheel(checkout: Path, build: Callable[[Path, str], Path]) -> Path:
    """Return the wheel of the checkout."""
    return build(checkout, "wheel")


@pytest.fixture
def unpacked_sdist(
    checkout: Path, build: Callable[[Path, str], Path], tmp_path: Path
) -> Path:
    """Return the folder that is in the source distribution."""
    archive = build(checkout, "sdist")
    subprocess.run(["tar", "-xf", str(archive), "-C", str(tmp_path)], check=True)
    (folder,) = tmp_path.iterdir()
    return folder
