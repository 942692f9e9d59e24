"""What the benchmarks share: run things in turn, a home of one's own, a table."""

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path


ROOT = Path(__file__).resolve().parent.parent
ENTRY = "from sre_course.cli import main; main()"
EXERCISE = ROOT / "exercises" / "day1" / "beginner"


def in_turn(
    cases: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """Measure every case once per round, so that a busy moment hits all of them.

    The first round warms the caches and is not counted.
    """
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            measured = case()
            if number:
                found[name].append(measured)
    return found


def course(*arguments: str) -> list[str]:
    """Return our command as its console script runs it."""
    return [sys.executable, "-c", ENTRY, *arguments]


def run(command: Sequence[str], home: Path, *, check: bool = False) -> float:
    """Run a command to its end and return the seconds that it took.

    Python keeps what it compiled, as it does for learners.
    """
    told = {"SRE_COURSE_HOME": str(home), "NO_COLOR": "1"}
    around = {**os.environ, **told, "PYTHONDONTWRITEBYTECODE": ""}
    started = time.perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        env=around,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=check,
    )
    return time.perf_counter() - started


@contextlib.contextmanager
def a_home() -> Iterator[Path]:
    """Lend an empty home; whatever was started in it is stopped."""
    home = Path(tempfile.mkdtemp(prefix="sre-course-benchmark-"))
    try:
        yield home
    finally:
        run(course("stop"), home)
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def started(solution: str = "reference") -> Iterator[Path]:
    """Lend a home in which the beginner exercise runs with one of its solutions."""
    with a_home() as home:
        workspace = home / "day1" / "beginner"
        workspace.mkdir(parents=True)
        source = EXERCISE / "solutions" / solution / "app.py"
        shutil.copy(source, workspace / "app.py")
        start(home)
        yield home


def start(home: Path) -> float:
    """Start the beginner exercise on a free port; return the seconds that it took."""
    command = course("start", "beginner", "--no-input", "--port", str(free_port()))
    return run(command, home, check=True)


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def until_it_answers(url: str, seconds: float = 30) -> None:
    """Wait until a server answers at all, looking every two milliseconds."""
    from sre_course.adapters.bounded_http import Answer, fetch

    ends = time.monotonic() + seconds
    while not isinstance(fetch(url, "/", 5, 2**20), Answer):
        if time.monotonic() > ends:
            sys.exit(f"{url} does not answer")
        time.sleep(0.002)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a title; the first column is left-aligned."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    print(f"\n{title}")
    for row in (columns, *rows):
        first, *rest = (
            f"{cell:<{w}}" if n == 0 else f"{cell:>{w}}"
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join((first, *rest)).rstrip())


def milliseconds(values: Sequence[float]) -> tuple[str, str]:
    """Return the best and the median of some seconds."""
    return f"{min(values) * 1000:.0f}", f"{statistics.median(values) * 1000:.0f}"


def against(measured: float, budget: float) -> str:
    """Say whether something is within its budget."""
    return "within" if measured <= budget else "OVER"
