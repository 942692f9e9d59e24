"""The commands that must be as quick as the interpreter: no typer, no rich, no network.

They read what the last check wrote down and print plain text.
"""

import json
import os
import sys
import time
from collections.abc import Mapping

from sre_course import wiring
from sre_course.adapters.state.environments import load_running
from sre_course.adapters.state.home import Home, home
from sre_course.adapters.state.progress import load, update
from sre_course.adapters.state.reports import load_report
from sre_course.adapters.ui.terminal import visible
from sre_course.domain.errors import UsageError
from sre_course.domain.exercise_id import ExerciseId
from sre_course.domain.progress import Progress


def run(arguments: list[str]) -> int | None:
    """Run a hot command, or return None to let Typer parse what we cannot."""
    if not arguments:
        return status(as_json=False)
    name, *rest = arguments
    as_json = "--json" in rest
    words = [w for w in rest if w != "--json"]
    if any(w.startswith("-") for w in words):
        return None  # --help, or a mistake to be told
    if name == "--version" and not rest:
        from sre_course import __version__

        _say(f"sre-course {__version__}")
        return 0
    if name == "status" and not words:
        return status(as_json=as_json)
    if name == "hint" and len(words) <= 1:
        return hint(words[0] if words else "", as_json=as_json)
    return None


def hint(tier: str, *, as_json: bool) -> int:
    """Show the next rung for the first criterion that failed."""
    from sre_course.adapters.content.hints import load_hints
    from sre_course.domain.hints import first_failure, next_hint

    where = home()
    which = wiring.resolve(tier, where)
    report = load_report(where, which)
    if report is None:
        raise UsageError(
            f"There is no check of {which} to give a hint on",
            fix=f"sre-course check {which.tier}",
        )
    about = first_failure(report)
    if about is None:
        _say("Nothing failed in the last check.")
        _say(f"Next: sre-course check {which.tier}")
        return 0
    ladders = load_hints(wiring.folder(which) / "hints.md")
    shown, _ = next_hint(ladders, about, load(where).exercise(str(which)), time.time())

    def change(progress: Progress) -> Progress:
        known = progress.exercise(str(which))
        return progress.with_exercise(
            str(which), next_hint(ladders, about, known, time.time())[1]
        )

    update(where, change)
    if as_json:
        document = {"exercise": str(which), "criterion": about.criterion}
        _say(json.dumps({**document, "cause": about.cause, "hint": shown.text}))
        return 0
    _say(f"{about.title}\n")
    _say(shown.text)
    if not shown.last:
        _say("\nChange something and check again, then ask again.")
    _say(f"Next: sre-course check {which.tier}")
    return 0


def status(*, as_json: bool) -> int:
    """Show where the learner is, and the next command to type."""
    where = home()
    progress = load(where)
    rows = [_row(progress, which) for which in wiring.exercises()]
    running = {str(w): _endpoints(where, w) for w in wiring.exercises()}
    running = {name: endpoints for name, endpoints in running.items() if endpoints}
    then = _next(progress, running)
    if as_json:
        document = {"home": str(where.root), "exercises": rows, "running": running}
        _say(json.dumps({**document, "backend": progress.backend, "next": then}))
        return 0
    _say("sre-course: SRE training in the terminal, checked against your running app.")
    for day, place in sorted(progress.place.items()):
        _say(visible(f"  {day}: you are at {place}"))
    for row in rows:
        _say(_line(row))
    for name, endpoints in running.items():
        _say(f"  {name} is running (end it with `sre-course stop`):")
        for part, url in endpoints.items():
            _say(visible(f"    {part:<12} {url}"))
    _say(f"Next: {then}")
    return 0


def list_all(*, as_json: bool) -> int:
    """List every exercise of the course."""
    progress = load(home())
    rows = [_row(progress, which) for which in wiring.exercises()]
    if as_json:
        _say(json.dumps(rows))
        return 0
    for row in rows:
        _say(_line(row))
    return 0


def _row(progress: Progress, which: ExerciseId) -> dict[str, object]:
    known = progress.exercise(str(which))
    return {
        "exercise": str(which),
        "best": known.best,
        "checks": known.checks,
        "passed": bool(known.passed_at),
        "passed_at": known.passed_at,
    }


def _line(row: dict[str, object]) -> str:
    said = "passed" if row["passed"] else "open" if row["checks"] else "not begun"
    return f"  {row['exercise']:<18} {said:<10} best {row['best']} of 100"


def _endpoints(where: Home, which: ExerciseId) -> Mapping[str, str]:
    """Return the addresses of what runs; none if it has ended by itself."""
    running = load_running(where, which)
    if running is None:
        return {}
    status = running.record.get("status")
    if not isinstance(status, str):
        return running.endpoints  # Docker's engine is not asked: that takes too long
    try:
        with open(status, encoding="utf-8") as file:  # noqa: PTH123 - it is a string
            os.kill(int(json.load(file)["supervisor_pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return running.endpoints


def _next(progress: Progress, running: Mapping[str, object]) -> str:
    for which in wiring.exercises():
        known = progress.exercise(str(which))
        if known.passed_at:
            continue
        if str(which) in running:
            return f"sre-course check {which.tier}"
        if progress.place or known.checks:
            return f"sre-course start {which.tier}"
        return f"sre-course start {which.day}"
    return "sre-course read"


def _say(text: str) -> None:
    print(text, file=sys.stdout)  # noqa: T201
