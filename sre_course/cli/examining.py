"""`doctor`: look at what a start needs, and mend what we can."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sre_course.adapters.environments import ending, machine, packages, ports, processes
from sre_course.adapters.state.home import Home, home
from sre_course.adapters.state.progress import load, set_aside
from sre_course.adapters.ui.terminal import Terminal, visible
from sre_course.cli import settings
from sre_course.cli.settings import say
from sre_course.domain.errors import CourseError


OK, NOTE, WRONG = "ok", "note", "wrong"
PYTHON = (3, 11)
SPACE = 200 << 20  # bytes that a day's work may need
MEMORY = 512 << 20
NARROW = 80  # columns that the diagrams are drawn for


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `fix` says what to do about it."""

    about: str
    state: str
    text: str
    fix: str = ""


def run_doctor(*, repair: bool, as_json: bool) -> int:
    """Print all findings; return 3 if one of them keeps the course from working."""
    where = home()
    found = list(_findings(where, settings.terminal(), repair=repair))
    wrong = any(f.state == WRONG for f in found)
    if as_json:
        document = {
            "format": 1,
            "ok": not wrong,
            "findings": [asdict(f) for f in found],
        }
        say(json.dumps(document))
    else:
        width = max(len(f.about) for f in found)
        for finding in found:
            say(
                f"{finding.state:<5}  {finding.about:<{width}}  {visible(finding.text)}"
            )
            if finding.fix:
                say(f"{'':<5}  {'':<{width}}  → {finding.fix}")
        say("Something is in the way, see above." if wrong else "Ready.")
        say("Next: sre-course start day1" if not wrong else "Then: sre-course doctor")
    return 3 if wrong else 0


def _findings(where: Home, terminal: Terminal, *, repair: bool) -> Iterator[Finding]:
    yield _python()
    yield _packages()
    yield _home(where)
    yield _progress(where, repair=repair)
    yield _memory()
    yield _port()
    yield _terminal(terminal)
    yield _docker()
    yield _orphans(where, repair=repair)
    yield from _containers(repair=repair)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON:
        return Finding("Python", WRONG, version, "Install Python 3.11 or newer")
    return Finding("Python", OK, f"{version} at {sys.executable}")


def _packages() -> Finding:
    lines = packages.conflicts()
    if lines:
        return Finding(
            "packages",
            NOTE,
            "; ".join(lines[:5]),
            "Reinstall with the constraints file: pip install -c constraints.txt .",
        )
    return Finding("packages", OK, "they go together")


def _home(where: Home) -> Finding:
    fix = "Mend the permissions or free some space, or set SRE_COURSE_HOME"
    nearest = where.root
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(b"x" * 4096)
            file.flush()
        free = shutil.disk_usage(nearest).free
    except OSError as error:
        text = f"{where.root} cannot be written: {error.strerror or error}"
        return Finding("home", WRONG, text, fix)
    text = f"{where.root}, {free >> 20} MB free"
    return (
        Finding("home", NOTE, text, fix) if free < SPACE else Finding("home", OK, text)
    )


def _progress(where: Home, *, repair: bool) -> Finding:
    try:
        known = load(where)
    except CourseError as problem:
        if not repair:
            return Finding("progress", WRONG, problem.message, problem.fix)
        aside = set_aside(where)
        return Finding("progress", OK, f"it could not be read and is now {aside}")
    done = sum(bool(e.passed_at) for e in known.exercises.values())
    return Finding("progress", OK, f"{done} exercises passed")


def _memory() -> Finding:
    free = machine.available_memory()
    text = f"{free >> 20} MB available"
    if free < MEMORY:
        return Finding("memory", NOTE, text, "Close something before --backend docker")
    return Finding("memory", OK, text)


def _port() -> Finding:
    if ports.is_free(ports.USUAL):
        return Finding("port", OK, f"{ports.USUAL} is free")
    who = processes.holder(ports.USUAL)
    by = f" by {processes.describe(who)}" if who else ""
    return Finding(
        "port", NOTE, f"{ports.USUAL} is taken{by}: a start finds another one"
    )


def _terminal(terminal: Terminal) -> Finding:
    text = f"{terminal.width} columns, " + ", ".join(
        yes if has else no
        for has, yes, no in (
            (terminal.interactive, "keys can be read", "no keys (plain output)"),
            (terminal.colour, "colour", "no colour"),
            (terminal.unicode, "UTF-8", "ASCII"),
        )
    )
    if terminal.interactive and terminal.width < NARROW:
        return Finding("terminal", NOTE, text, "Widen it to 80 columns for diagrams")
    return Finding("terminal", OK, text)


def _docker() -> Finding:
    path = machine.docker_engine()
    text = f"an engine answers at {path}" if path else "no engine answers"
    return Finding("Docker", OK, f"{text} (only --backend docker needs one)")


def _orphans(where: Home, *, repair: bool) -> Finding:
    found = ending.orphans(where.state)
    if not found:
        return Finding("orphans", OK, "none")
    names = ", ".join(processes.describe(m.process) for m in found[:10])
    if not repair:
        return Finding("orphans", NOTE, names, "sre-course doctor --repair ends them")
    left = ending.end_marked(found)
    if left:
        return Finding("orphans", WRONG, f"still there: {', '.join(left)}", "End them")
    return Finding("orphans", OK, f"ended: {names}")


def _containers(*, repair: bool) -> Iterator[Finding]:
    """Look for containers of workspaces that are gone, where there is an engine."""
    if not machine.docker_engine():
        return
    from sre_course.adapters.environments.docker.orphans import (
        orphans,
        remove_orphans,
    )

    try:
        found = orphans()
        left = remove_orphans(found) if repair and found else []
    except CourseError as problem:
        yield Finding("containers", NOTE, problem.message, problem.fix)
        return
    names = ", ".join(part for orphan in found for part in orphan.parts[:3])
    if left:
        yield Finding("containers", WRONG, f"still there: {', '.join(left)}", "Look")
    elif not found:
        yield Finding("containers", OK, "none of a workspace that is gone")
    elif repair:
        yield Finding("containers", OK, f"removed: {names}")
    else:
        fix = "sre-course doctor --repair removes them"
        yield Finding("containers", NOTE, f"of workspaces that are gone: {names}", fix)
