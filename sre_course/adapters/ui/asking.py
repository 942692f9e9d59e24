"""Ask before something large is downloaded, and show how far it is."""

import sys
from dataclasses import dataclass, field
from typing import TextIO

from sre_course.adapters.ui.terminal import Terminal, visible


STEP = 10  # percent between two lines where a line cannot be redrawn
MEGABYTE = 10**6


@dataclass(slots=True)
class Asking:
    """Talks on standard error: standard output belongs to what was asked for."""

    terminal: Terminal
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _text: str = ""
    _shown: int = -1

    def confirm(self, question: str) -> bool:
        """Whether the learner agrees; nobody does where keys cannot be read."""
        if not self.terminal.interactive:
            return False
        self.stream.write(f"{visible(question)} [y/N] ")
        self.stream.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def tell(self, text: str, done: int, total: int) -> None:
        """Show what is being done, with a percentage where the total is known."""
        percent = min(100, 100 * done // total) if total else 0
        fresh = text != self._text
        redraws = self.terminal.interactive and not self.terminal.plain
        step = 1 if redraws else STEP
        if not fresh and percent // step <= self._shown // step:
            return
        amount = f"  {done // MEGABYTE}/{total // MEGABYTE} MB" if total else ""
        line = f"{visible(text)}{amount}  {percent} %" if total else visible(text)
        start, end = ("\r\x1b[K", "") if redraws else ("", "\n")
        if redraws and fresh and self._text:
            start = "\n"
        self.stream.write(f"{start}{line}{end}")
        self.stream.flush()
        self._text, self._shown = text, percent if total else 100

    def done(self) -> None:
        """End the line that is being redrawn."""
        if self._text and self.terminal.interactive and not self.terminal.plain:
            self.stream.write("\n")
        self._text, self._shown = "", -1
