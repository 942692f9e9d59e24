"""How long an exercise on Docker takes to start, adopt, check and stop, and its memory.

Needs an engine and the images (`sre-course images pull --lite`). `start, first` has the
images but no container; `start, again` only looks; `check` judges the reference.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from docker import DockerClient
from measure import EXERCISE, ROOT, course, milliseconds, table

from sre_course.adapters.environments.docker import labels
from sre_course.adapters.environments.docker.engine import connect


ROUNDS = 3


def timed(home: Path, *words: str) -> float:
    """Type a command; return the seconds that it takes."""
    began = time.perf_counter()
    subprocess.run(
        course(*words),
        cwd=ROOT,
        env={**os.environ, "SRE_COURSE_HOME": str(home), "SRE_COURSE_LITE": "1"},
        capture_output=True,
        check=False,
    )
    return time.perf_counter() - began


def memory(client: DockerClient) -> dict[str, str]:
    """Return what each container uses, in MB, by role."""
    found = {}
    for container in client.containers.list(filters={"label": labels.KEY}):
        usage = container.stats(stream=False)["memory_stats"]
        cache = usage.get("stats", {}).get("total_inactive_file", 0)
        used, limit = usage["usage"] - cache, usage["limit"]
        role = container.labels[labels.ROLE]
        found[role] = f"{used / 2**20:.0f} of {limit / 2**20:.0f} MB"
    return found


def main() -> None:
    """Measure and print."""
    rows: dict[str, list[float]] = {}
    client = connect()
    used: dict[str, str] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="sre-course-") as folder:
            home = Path(folder)
            start = ("start", "beginner", "--backend", "docker", "--no-input")
            rows.setdefault("start, first", []).append(timed(home, *start))
            rows.setdefault("start, again", []).append(timed(home, *start))
            solution = EXERCISE / "solutions/reference/app.py"
            shutil.copy(solution, home / "day1/beginner/app.py")
            time.sleep(8)  # Prometheus' first scrape comes after some five seconds
            rows.setdefault("check", []).append(timed(home, "check", "beginner"))
            used = memory(client)
            rows.setdefault("stop", []).append(timed(home, "stop"))
    client.close()
    table(
        "Commands on Docker, in ms",
        ("what", "best", "median"),
        [(what, *milliseconds(times)) for what, times in rows.items()],
    )
    table("Memory after a check", ("container", "uses"), sorted(used.items()))


if __name__ == "__main__":
    main()
