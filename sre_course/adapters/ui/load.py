"""A load as it goes on, and what came of it."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, TextIO

from sre_course.adapters.ui.terminal import Terminal, visible
from sre_course.domain.load import Latency, Load, RouteLoad


if TYPE_CHECKING:
    pass

SAY_EVERY = 5.0  # seconds between two lines in plain mode


class Progressing(Protocol):
    """Shows how far a load is."""

    def show(self, sent: int, failed: int, seconds: float) -> None:
        """Tell how many requests are done, and how many of them had no answer."""
        ...

    def close(self) -> None:
        """Take away what must not stay."""
        ...


def progress(terminal: Terminal, planned: int) -> Progressing:
    """Return what suits the terminal."""
    return Lines(planned) if terminal.plain else Bar(terminal, planned)


class Silent:
    """Shows nothing: for JSON."""

    def show(self, sent: int, failed: int, seconds: float) -> None:
        """Say nothing."""

    def close(self) -> None:
        """There is nothing to take away."""


class Lines:
    """A line every five seconds."""

    def __init__(self, planned: int, out: TextIO | None = None) -> None:
        self._planned = planned
        self._out = out or sys.stdout
        self._next = SAY_EVERY

    def show(self, sent: int, failed: int, seconds: float) -> None:
        """Say it when it is time again."""
        if seconds >= self._next:
            self._next = seconds // SAY_EVERY * SAY_EVERY + SAY_EVERY
            text = f"{seconds:.0f} s: {sent} of {self._planned} requests done"
            if failed:
                text += f", {failed} without an answer"
            print(text, file=self._out, flush=True)

    def close(self) -> None:
        """There is nothing to take away."""


class Bar:
    """A progress bar."""

    def __init__(self, terminal: Terminal, planned: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(
                highlight=False, markup=False, no_color=not terminal.colour
            ),
            transient=True,
        )
        self._progress.start()
        self._task = self._progress.add_task("requests done", total=planned)

    def show(self, sent: int, failed: int, seconds: float) -> None:
        """Move the bar."""
        del seconds
        text = "requests done" + (f", {failed} without an answer" if failed else "")
        self._progress.update(self._task, completed=sent, description=text)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def summary(load: Load) -> Iterator[str]:
    """Yield the lines that say what came of it, at most 80 columns wide."""
    sent = load.total.requests
    ended = ", ended early by Ctrl-C" if load.interrupted else ""
    yield f"{sent} requests in {load.seconds:.1f} s{ended}"
    if load.not_sent:
        yield f"{load.not_sent} of {load.planned} were due, but not sent in time:"
        yield "the app keeps too many waiting, or this machine cannot send so fast."
    yield ""
    yield _row("", "requests", ("p50", "p95", "p99", "max"), "statuses")
    rows = load.routes if len(load.routes) == 1 else (*load.routes, load.total)
    for route in rows:
        yield _row(
            _name(route), str(route.requests), _times(route.due), _statuses(route)
        )
    if not load.answered:
        yield from _problems(load)
        return
    yield ""
    yield "Latency in ms, from when a request was due: what a user waits."
    due, from_sent = load.total.due, load.total.sent
    yield (
        f"From when it was sent: p50 {_ms(from_sent.p50)}, p95 {_ms(from_sent.p95)}, "
        f"p99 {_ms(from_sent.p99)}, max {_ms(from_sent.max)}."
    )
    if due.p99 > 2 * from_sent.p99:
        yield "The difference is time spent waiting for a free connection."
    yield from _problems(load)


def _problems(load: Load) -> Iterator[str]:
    for problem, count in load.problems.items():
        yield f"No answer, {count} times: {visible(problem)}"


def _name(route: RouteLoad) -> str:
    name = visible(route.name).replace("\n", "\\n")
    return name if len(name) <= 22 else f"{name[:21]}…"  # noqa: PLR2004 - its column


def _times(latency: Latency) -> tuple[str, ...]:
    if not latency.max:
        return ("-",) * 4
    return tuple(map(_ms, (latency.p50, latency.p95, latency.p99, latency.max)))


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"  # noqa: PLR2004 - ten milliseconds


def _statuses(route: RouteLoad) -> str:
    return " ".join(f"{n}x{status}" for status, n in route.statuses.items())


def _row(name: str, requests: str, times: tuple[str, ...], statuses: str) -> str:
    columns = " ".join(f"{t:>5}" for t in times)
    return f"{name:<22} {requests:>8} {columns}  {statuses}".rstrip()
