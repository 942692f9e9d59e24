"""How long commands take to start, as multiples of a bare interpreter.

Budget: hint and status at most 3 times, --help at most 6 times.
"""

import sys
from functools import partial

from measure import against, course, in_turn, milliseconds, run, started, table


ROUNDS = 15
BUDGETS = {"hint": 3.0, "status": 3.0, "--help": 6.0}


def main() -> None:
    """Measure and print."""
    with started("reference") as home:
        run(course("check", "beginner"), home)
        commands = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "hint": course("hint"),
            "status": course("status"),
            "--version": course("--version"),
            "--help": course("--help"),
            "metrics --json": course("metrics", "--json"),
        }
        found = in_turn({n: partial(run, c, home) for n, c in commands.items()}, ROUNDS)
    bare = min(found["bare interpreter"])
    rows = []
    for name, seconds in found.items():
        ratio, budget = min(seconds) / bare, BUDGETS.get(name)
        verdict = (f"{budget:g}", against(ratio, budget)) if budget else ("", "")
        rows.append((name, *milliseconds(seconds), f"{ratio:.1f}", *verdict))
    table(
        f"Start-up, {ROUNDS} rounds",
        ("command", "best ms", "median ms", "times bare", "budget", ""),
        rows,
    )


if __name__ == "__main__":
    main()
