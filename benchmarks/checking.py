"""How long a check of the beginner exercise takes on its reference solution.

Budget: at most 5 s for a full check of two rounds; at most 2 s from a save to the
verdict of a quick one.
"""

import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from measure import ROOT, against, course, in_turn, milliseconds, started, table


ROUNDS = 5
QUICK = "counts_every_request"


def check(home: Path, *options: str, unanswered: tuple[str, ...] = ()) -> float:
    """Check, make sure that all passed but what is unanswered; return the seconds."""
    began = time.perf_counter()
    told = subprocess.run(
        course("check", "beginner", "--json", *options),
        cwd=ROOT,
        env={**os.environ, "SRE_COURSE_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    took = time.perf_counter() - began
    results = json.loads(told.stdout)["results"]
    failed = tuple(r["criterion"] for r in results if r["verdict"] != "passed")
    if failed != unanswered:
        sys.exit(f"the reference did not pass: {failed}")
    return took


def quick(home: Path) -> float:
    """Save, then check one criterion; return the seconds from save to verdict."""
    app = home / "day1" / "beginner" / "app.py"
    app.write_text(app.read_text() + f"# saved at {time.time()}\n")
    return check(home, "--only", QUICK)


def main() -> None:
    """Measure and print."""
    with started() as home:
        full = partial(check, home, unanswered=("diagnosis",))
        cases = {
            "full check": full,
            f"save, check --only {QUICK}": partial(quick, home),
        }
        found = in_turn(cases, ROUNDS)
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
