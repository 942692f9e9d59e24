"""The commands that must be as quick as the interpreter: no typer, no rich, no network.

They read what the last check wrote down, as it lies on disk, and return plain text.
What is not as we write it raises: then the same commands are run by Typer, where what
is wrong with a file, or what a loose name means, is found out at leisure.
"""

import json
import os
import time

from sre_course.adapters.content.catalogue import list_names
from sre_course.adapters.content.locate import course_folder
from sre_course.adapters.state.documents import (
    change_exercise,
    is_recorded,
    known_exercise,
    read_progress,
    read_report,
    running_endpoints,
)
from sre_course.adapters.state.files import home_folder
from sre_course.adapters.ui.visible import visible
from sre_course.cli import settings
from sre_course.domain.document import Values, table, text, whole
from sre_course.domain.errors import UsageError


def run(arguments: list[str]) -> int | None:
    """Run a hot command, or return None to let Typer do what we cannot."""
    try:
        said = _said(arguments)
    except Exception:  # noqa: BLE001 - Typer's way comes upon it again and tells it
        return None
    if said is None:
        return None
    settings.say(said)
    return 0


def _said(arguments: list[str]) -> str | None:
    name, *rest = arguments or ["status"]
    as_json = "--json" in rest
    words = [w for w in rest if w != "--json"]
    if any(w.startswith("-") for w in words):
        return None  # --help, or a mistake to be told
    if name == "--version" and not rest:
        from sre_course import __version__

        return f"sre-course {__version__}"
    if name == "status" and not words:
        return status(as_json=as_json)
    if name == "hint" and len(words) <= 1:
        return hint(_meant(words), as_json=as_json)
    return None


def hint(name: str, *, as_json: bool) -> str:
    """Return the next rung for the first criterion that failed in `day1/beginner`."""
    from sre_course.adapters.content.hints import load_hints
    from sre_course.domain.hints import first_failure, next_hint

    home = home_folder()
    check = f"sre-course check {name.partition('/')[2]}"
    try:
        failure = first_failure(read_report(home, name))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        problem = f"There is no check of {name} to give a hint on"
        raise UsageError(problem, fix=check) from error
    if failure is None:
        return f"Nothing failed in the last check.\nNext: {check}"
    ladders = load_hints(os.path.join(course_folder(), "exercises", name, "hints.md"))
    shown, last = "", False

    def change(exercise: Values) -> Values:
        nonlocal shown, last
        shown, last, after = next_hint(ladders, failure, exercise, time.time())
        return after

    title, about = text(failure, "title"), ("criterion", "cause")
    change_exercise(home, name, change)
    if as_json:
        document = {"exercise": name, **{n: failure[n] for n in about}}
        return json.dumps({**document, "hint": shown})
    more = "" if last else "\n\nChange something and check again, then ask again."
    return f"{title}\n\n{shown}{more}\nNext: {check}"


def status(*, as_json: bool) -> str:
    """Return where the learner is, and the next command to type."""
    home = home_folder()
    progress = read_progress(home)
    place = {n: str(at) for n, at in table(progress.get("place", {})).items()}
    rows = _rows(progress)
    names = [name for name, _ in rows]
    found = {name: running_endpoints(home, name) for name in names}
    running = {name: endpoints for name, endpoints in found.items() if endpoints}
    then = _next(rows, running, begun=bool(place))
    backend = text(progress, "backend", "embedded")
    if as_json:
        exercises = [{"exercise": name, **row} for name, row in rows]
        document = {"home": home, "exercises": exercises, "running": running}
        return json.dumps({**document, "backend": backend, "next": then})
    lines = [
        "sre-course: SRE training in the terminal, checked against your running app."
    ]
    lines += [visible(f"  {day}: you are at {at}") for day, at in sorted(place.items())]
    lines += [_line(name, row) for name, row in rows]
    for name, endpoints in running.items():
        lines.append(f"  {name} is running (end it with `sre-course stop`):")
        lines += [visible(f"    {part:<12} {url}") for part, url in endpoints.items()]
    return "\n".join([*lines, f"Next: {then}"])


def list_all(*, as_json: bool) -> str:
    """Return every exercise of the course."""
    rows = _rows(read_progress(home_folder()))
    if as_json:
        return json.dumps([{"exercise": name, **row} for name, row in rows])
    return "\n".join(_line(name, row) for name, row in rows)


def _meant(words: list[str]) -> str:
    """Return the exercise that a name means beyond doubt. Raises LookupError.

    Without one it is what runs, or the only one there is.
    """
    home = home_folder()
    known = list_names(course_folder())
    names = [f"{day}/{tier}" for day, tier in known]
    if words:
        (word,) = words
        found = [n for n, e in zip(names, known, strict=True) if word in (n, *e)]
    else:
        found = [name for name in names if is_recorded(home, name)] or names
    if len(found) != 1:
        raise LookupError(f"{words} may mean {found}")
    return found[0]


def _rows(progress: Values) -> list[tuple[str, Values]]:
    rows: list[tuple[str, Values]] = []
    for day, tier in list_names(course_folder()):
        known = known_exercise(progress, f"{day}/{tier}")
        passed_at = text(known, "passed_at", "")
        row: Values = {
            "best": whole(known, "best", 0),
            "checks": whole(known, "checks", 0),
            "passed": bool(passed_at),
            "passed_at": passed_at,
        }
        rows.append((f"{day}/{tier}", row))
    return rows


def _line(name: str, row: Values) -> str:
    said = "passed" if row["passed"] else "open" if row["checks"] else "not begun"
    return f"  {name:<18} {said:<10} best {row['best']} of 100"


def _next(
    rows: list[tuple[str, Values]], running: dict[str, dict[str, str]], *, begun: bool
) -> str:
    for name, row in rows:
        day, _, tier = name.partition("/")
        if row["passed"]:
            continue
        if name in running:
            return f"sre-course check {tier}"
        if begun or row["checks"]:
            return f"sre-course start {tier}"
        return f"sre-course start {day}"
    return "sre-course read"
