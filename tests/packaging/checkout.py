"""What git has, and how Python is run on it."""

import os
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]


def tracked(*parts: str) -> set[str]:
    """Return git's files under some folders, or all of them."""
    out = subprocess.run(
        ["git", "ls-files", "-z", *parts],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # what was deleted and not yet committed is not there to be packed
    return {name for name in out.split("\0") if name and (ROOT / name).is_file()}


def run(*arguments: str, cwd: Path, python: str = sys.executable, **more: str) -> str:
    """Run Python there, and return what it prints. Raises AssertionError."""
    ours = ("SRE_COURSE", "PYTHON")  # where we are must not help to find anything
    told = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    done = subprocess.run(
        [python, *arguments],
        cwd=cwd,
        env={**told, **more},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout
