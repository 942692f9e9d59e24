"""Verdicts as they are found: for a terminal, for a pipe, or as one JSON object."""

import json
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from sre_course.adapters.ui.terminal import Terminal, visible
from sre_course.domain.report import CriterionResult, Report, Verdict
from sre_course.domain.report_document import to_document


if TYPE_CHECKING:
    from rich.progress import Progress

MARKS = {
    Verdict.PASSED: ("✓", "green"),
    Verdict.FAILED: ("✗", "red"),
    Verdict.BLOCKED: ("·", "dim"),
    Verdict.ERROR: ("!", "yellow"),
}
ROWS = (
    ("sent", "sent"),
    ("expected", "expected"),
    ("observed", "observed"),
    ("next", "look next"),
)


def rows(result: CriterionResult, width: int) -> Iterator[str]:
    """Yield the lines under a verdict: what was sent, expected, observed, what next.

    What came from the learner's app is made visible, never interpreted. What is
    blocked waits for a criterion above it, whose evidence is there already.
    """
    if result.verdict is Verdict.BLOCKED:
        return
    if result.verdict is Verdict.PASSED:
        if result.note:
            yield from _wrapped("note", result.note, width)
        return
    for name, label in ROWS:
        text = getattr(result, name)
        if text:
            yield from _wrapped(label, text, width)


def _wrapped(label: str, text: str, width: int) -> Iterator[str]:
    head, room = f"    {label:<10}", max(20, width - 14)
    for paragraph in visible(text).splitlines():
        for line in textwrap.wrap(paragraph, room) or [""]:
            yield (head + line).rstrip()
            head = " " * 14


def summary(report: Report) -> str:
    """Return the score in one line."""
    if not report.judged:
        return (
            f"{report.score} of {report.out_of} points, but we could not judge all: "
            "that is ours, it does not count"
        )
    if report.passed:
        return f"{report.score} of {report.out_of} points: passed"
    core = [r for r in report.results if r.core and r.verdict is not Verdict.PASSED]
    open_ones = "criterion is" if len(core) == 1 else "criteria are"
    why = f", and {len(core)} core {open_ones} still open" if core else ""
    return f"{report.score} of {report.out_of} points: not yet (80 are needed{why})"


def after(report: Report) -> str:
    """Return the next command to type."""
    tier = report.exercise.partition("/")[2]
    if not report.judged:
        return "sre-course doctor"
    if report.passed:
        return f"sre-course solution {tier}, to compare with ours"
    waiting = [r for r in report.results if r.cause == "not-answered"]
    failed = [r for r in report.results if r.verdict is Verdict.FAILED]
    if waiting and len(failed) == 1:
        return f"sre-course answer {tier}"
    return f"sre-course hint {tier}"


class Lines:
    """An observer that prints lines: for pipes, CI, screen readers, dumb terminals."""

    def __init__(self, terminal: Terminal, out: TextIO | None = None) -> None:
        self._width = terminal.width
        self._out = out or sys.stdout
        self._phase = ""

    def phase(self, text: str, done: int, total: int) -> None:
        """Say once that a phase began."""
        del done, total
        if text != self._phase:
            self._phase = text
            self._say(text)

    def criterion(self, result: CriterionResult) -> None:
        """Show one verdict and its evidence."""
        points = f"{result.earned}/{result.points}"
        core = " (core)" if result.core else ""
        head = f"{result.verdict.upper():8} {points:>6}  "
        for line in textwrap.wrap(result.title + core, max(20, self._width - 17)):
            self._say(head + line)
            head = " " * 17
        for row in rows(result, self._width):
            self._say(row)

    def finished(self, report: Report) -> None:
        """Show the score and what to type next."""
        self._say(f"\n{summary(report)}")
        self._say(f"Next: {after(report)}")

    def _say(self, text: str) -> None:
        print(text, file=self._out, flush=True)


class Coloured:
    """An observer for a terminal: a progress bar, marks and colours."""

    def __init__(self, terminal: Terminal) -> None:
        from rich.console import Console

        self._terminal = terminal
        self._console = Console(
            highlight=False, markup=False, no_color=not terminal.colour
        )
        self._bar: Progress | None = None

    def phase(self, text: str, done: int, total: int) -> None:
        """Move the progress bar."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        if self._bar is None:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.start()
            self._bar.add_task(text, total=total or None)
        self._bar.update(
            self._bar.task_ids[0], description=text, completed=done, total=total or None
        )

    def criterion(self, result: CriterionResult) -> None:
        """Show one verdict and its evidence."""
        from rich.text import Text

        self.close()
        mark, colour = MARKS[result.verdict]
        if not self._terminal.unicode:
            mark = {"✓": "+", "✗": "x", "·": "."}.get(mark, mark)
        line = Text().append(f"{mark} ", style=colour)
        line.append(f"{result.earned:>2}/{result.points:<2} ", style="dim")
        style = "bold" if result.core else ""
        for part in textwrap.wrap(result.title, max(20, self._console.width - 8)):
            self._console.print(line.append(part, style=style))
            line = Text(" " * 8)
        for row in rows(result, self._console.width):
            self._console.print(Text(row[:14], style="dim") + Text(row[14:]))

    def finished(self, report: Report) -> None:
        """Show the score and what to type next."""
        from rich.text import Text

        self.close()
        colour = "green" if report.passed else "yellow"
        self._console.print()
        self._console.print(Text(summary(report), style=f"bold {colour}"))
        self._console.print(Text(f"Next: {after(report)}"))

    def close(self) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


class Json:
    """An observer that prints one JSON object at the end."""

    def phase(self, text: str, done: int, total: int) -> None:
        """Say nothing."""

    def criterion(self, result: CriterionResult) -> None:
        """Say nothing."""

    def finished(self, report: Report) -> None:
        """Print the report."""
        sys.stdout.write(json.dumps(to_document(report), indent=1) + "\n")
