"""How long a check of the beginner exercise takes on its reference solution.

Budget: at most 5 s for a full check of two rounds; at most 2 s from a save to the
verdict of a quick one.
"""

import json
import subprocess
import time
from pathlib import Path

from measure import (
    ROOT,
    against,
    course,
    in_turn,
    milliseconds,
    run,
    started,
    table,
)


ROUNDS = 5
QUICK = "counts_every_request"


def save(home: Path) -> None:
    """Save the app as an editor does, with a change."""
    app = home / "day1" / "beginner" / "app.py"
    app.write_text(app.read_text() + f"# saved at {time.time()}\n")


def quick(home: Path) -> float:
    """Save, then check one criterion; return the seconds from save to verdict."""
    began = time.perf_counter()
    save(home)
    run(course("check", "beginner", "--only", QUICK, "--json"), home)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    with started() as home:
        answer = subprocess.run(
            course("check", "beginner", "--json"),
            cwd=ROOT,
            env={"SRE_COURSE_HOME": str(home), "PATH": ""},
            capture_output=True,
            check=False,
        )
        report = json.loads(answer.stdout)
        failed = [r["criterion"] for r in report["results"] if r["verdict"] == "failed"]
        print(f"{report['score']} of {report['out_of']} points; failed: {failed}")
        found = in_turn(
            {
                "full check": lambda: run(course("check", "beginner", "--json"), home),
                f"save, check --only {QUICK}": lambda: quick(home),
            },
            ROUNDS,
        )
    rows = [
        (name, *milliseconds(seconds), f"{budget:g}", against(min(seconds), budget))
        for (name, seconds), budget in zip(found.items(), (5, 2), strict=True)
    ]
    table(
        f"Checks, {ROUNDS} rounds",
        ("", "best ms", "median ms", "budget s", ""),
        rows,
    )


if __name__ == "__main__":
    main()
