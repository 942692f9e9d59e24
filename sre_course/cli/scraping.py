"""`metrics`: scrape the running app and show its series, once or every second."""

import contextlib
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sre_course import wiring
from sre_course.adapters.bounded_http import server_at
from sre_course.adapters.state.home import Home, home
from sre_course.adapters.state.looks import LastLook, load_look, save_look
from sre_course.adapters.telemetry.exposition import is_ignored, scrape
from sre_course.adapters.ui.series import (
    Table,
    look_at,
    series,
    to_document,
    troubles,
)
from sre_course.adapters.ui.terminal import Terminal
from sre_course.cli.settings import say
from sre_course.domain.errors import ServiceError
from sre_course.domain.exercise import ExerciseId
from sre_course.domain.signals import Sample, Scrape, ScrapeProblem


EVERY = 1.0  # seconds between two looks of --watch


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    pattern: str
    watch: bool
    since_last: bool
    everything: bool
    url: str
    json: bool


@dataclass(slots=True)
class _Looking:
    """One run of the command; `before` is what changes are told against."""

    asked: Asked
    terminal: Terminal
    where: Home
    which: ExerciseId
    url: str
    path: str
    before: LastLook | None
    last: LastLook | None = None

    def look(self) -> tuple[Scrape, Table]:
        """Scrape and return what is to be shown."""
        seen = scrape(self.url, self.path)
        before = self.before.values if self.before else None
        if seen.samples:
            self.last = LastLook(seen.at, self.url + self.path, look_at(seen.samples))
            if self.asked.watch and self.before is None:
                self.before = self.last
        width = None if self.terminal.plain else self.terminal.width
        changed = self.asked.since_last and before is not None
        return seen, Table(self.chosen(seen.samples), before, changed, width)

    def keep(self) -> None:
        """Remember the last look for the next time."""
        if self.last is not None:
            with contextlib.suppress(ServiceError):  # looking needs no disk
                save_look(self.where, self.which, self.last)

    def chosen(self, samples: Sequence[Sample]) -> list[Sample]:
        """Return the samples that match the filter."""
        pattern = self.asked.pattern
        try:
            matches = re.compile(pattern).search
        except re.error:
            matches = re.compile(re.escape(pattern)).search
        return [
            s
            for s in samples
            if (self.asked.everything or not is_ignored(s.name))
            and (pattern in (text := series(s.name, s.labels)) or matches(text))
        ]

    def lines(self, seen: Scrape, table: Table) -> Iterator[str]:
        """Yield what one look shows."""
        yield from troubles(seen)
        before = self.before
        if before is not None and before is not self.last and seen.samples:
            yield f"Changes since {time.strftime('%X', time.localtime(before.at))}"
        elif self.asked.since_last and seen.samples:
            yield "This is your first look: nothing to compare with yet."
        yield from table.lines()
        if seen.samples and not table.rows():
            yield "Nothing changed." if table.changed else "No series matches."
        hidden = sum(is_ignored(s.name) for s in seen.samples)
        if hidden and not self.asked.everything and not self.asked.watch:
            yield f"{hidden} series of the process itself are not shown: --all"


def run_metrics(asked: Asked, terminal: Terminal) -> int:
    """Show the metrics and return the exit code."""
    where = home()
    which = wiring.resolve("", where)
    url, path = _target(asked, where, which)
    compare = asked.since_last or asked.json
    before = load_look(where, which, url + path) if compare else None
    looking = _Looking(asked, terminal, where, which, url, path, before)
    if asked.watch:
        return _watch(looking)
    seen, table = looking.look()
    looking.keep()
    if seen.problem is ScrapeProblem.UNREACHABLE and seen.status is None:
        fix = "Start your app there" if asked.url else f"sre-course start {which.tier}"
        raise ServiceError(f"{url}{path} cannot be read: {seen.detail}", fix=fix)
    if asked.json:
        say(json.dumps(to_document(seen, table), indent=1))
    else:
        for line in looking.lines(seen, table):
            say(line)
    return 0 if seen.samples else 1


def _target(asked: Asked, where: Home, which: ExerciseId) -> tuple[str, str]:
    """Return the base URL and the path to scrape."""
    path = wiring.exercise(which).app.metrics_path
    if asked.url:  # with a path of its own, it is the very URL
        server_at(asked.url)  # raises UsageError
        parts = urlsplit(asked.url)
        own = parts.path.rstrip("/") and parts.path
        return f"{parts.scheme}://{parts.netloc}", own or path
    running = wiring.current_environment(where, which)
    if running is None:
        raise ServiceError(
            f"Nothing of {which} is running", fix=f"sre-course start {which.tier}"
        )
    return running.endpoints["app"], path


def _watch(looking: _Looking) -> int:
    """Look every second; Ctrl-C is how it ends well."""
    plain = looking.asked.json or looking.terminal.plain
    with contextlib.suppress(KeyboardInterrupt):
        (_append if plain else _redraw)(looking)
    looking.keep()
    return 0


def _append(looking: _Looking) -> None:
    """Print everything at the first look, then what changed since the one before."""
    earlier: LastLook | None = None
    while True:
        started = time.monotonic()
        seen, table = looking.look()
        if looking.asked.json:
            say(json.dumps(to_document(seen, table)))
        elif earlier is None:
            for line in looking.lines(seen, table):
                say(line)
        else:
            stamp = time.strftime("%X", time.localtime(seen.at))
            for line in (
                *troubles(seen),
                *replace(table, before=earlier.values).news(),
            ):
                say(f"{stamp} {line}")
        earlier = looking.last
        _pause(started)


def _redraw(looking: _Looking) -> None:
    """Draw each look over the one before."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(
        highlight=False, markup=False, no_color=not looking.terminal.colour
    )
    with Live(console=console, auto_refresh=False) as live:
        while True:
            started = time.monotonic()
            seen, table = looking.look()
            stamp = time.strftime("%X", time.localtime(seen.at))
            lines = [
                f"{looking.url}{looking.path} at {stamp}, every second; Ctrl-C ends"
            ]
            lines += looking.lines(seen, table)
            room = max(4, console.size.height - 2)
            if len(lines) > room:
                more = len(lines) - room + 1
                lines = [*lines[: room - 1], f"… {more} more lines: give a FILTER"]
            live.update(
                Text("\n".join(lines), no_wrap=True, overflow="ellipsis"), refresh=True
            )
            _pause(started)


def _pause(started: float) -> None:
    time.sleep(max(0.0, EVERY - (time.monotonic() - started)))
