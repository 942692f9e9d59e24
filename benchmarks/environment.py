"""How long an embedded start takes, and what its supervisor needs.

Budget: at most twice `python app.py` alone until it answers, plus half a second;
the supervisor at most 80 MB resident beside the services.
"""

import os
import subprocess
import sys
import time

import psutil
from measure import (
    EXERCISE,
    a_home,
    against,
    course,
    free_port,
    in_turn,
    milliseconds,
    run,
    start,
    started,
    table,
    until_it_answers,
)

from sre_course.adapters.state.environments import load_running
from sre_course.adapters.state.home import Home
from sre_course.domain.exercise import ExerciseId


ROUNDS = 5
MOST_MB = 80
LOAD = ("load", "--rps", "50", "--for", "10s")


def alone() -> float:
    """Run the starter app by itself; return the seconds until it answers."""
    port, took = free_port(), 0.0
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=EXERCISE / "starter",
        env={**os.environ, "PORT": str(port), "WAREHOUSE_URL": "http://127.0.0.1:9"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        until_it_answers(f"http://127.0.0.1:{port}")
        took = time.perf_counter() - began
        process.terminate()
    return took


def embedded() -> float:
    """Start the exercise in a new home; return the seconds until the command ends."""
    with a_home() as home:
        return start(home)


def resident() -> list[tuple[str, float]]:
    """Return command lines and megabytes of all that a start runs, after a load."""
    with started() as home:
        run(course(*LOAD), home)
        run(course("check", "beginner"), home)
        running = load_running(Home(home), ExerciseId("day1", "beginner"))
        if running is None:
            sys.exit("the exercise does not run")
        found = []
        for process in psutil.process_iter():
            try:
                marked = running.key in process.environ().values()
                line = " ".join(process.cmdline())
                if marked or running.key in line or str(home) in line:
                    found.append((line, process.memory_info().rss / 2**20))
            except psutil.Error:
                continue
    return found


def main() -> None:
    """Measure and print."""
    found = in_turn({"python app.py": alone, "sre-course start": embedded}, ROUNDS)
    budget = 2 * min(found["python app.py"]) + 0.5
    rows = [(name, *milliseconds(seconds)) for name, seconds in found.items()]
    table(f"Until the app answers, {ROUNDS} rounds", ("", "best ms", "median ms"), rows)
    best = min(found["sre-course start"])
    print(f"budget {budget * 1000:.0f} ms: {against(best, budget)}")

    processes = resident()
    table(
        f"Resident after `{' '.join(LOAD)}` and a check",
        ("process", "MB"),
        [(line[-60:], f"{size:.0f}") for line, size in processes],
    )
    ours = sum(size for line, size in processes if "sre_course.supervisor" in line)
    print(f"supervisor {ours:.0f} MB, budget {MOST_MB} MB: {against(ours, MOST_MB)}")


if __name__ == "__main__":
    main()
