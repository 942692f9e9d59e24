"""Single keys from a terminal, which is put back as it was whatever happens."""

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any, Protocol, Self


try:
    import termios
    import tty
except ImportError:  # pragma: no cover - Windows
    termios = None  # type: ignore[assignment]


ENTER, LEFT, RIGHT, ESCAPE, END = "enter", "left", "right", "escape", "end"

_ESCAPE_BYTE = b"\x1b"
_LONGEST_CHARACTER = 4  # bytes of UTF-8
_ESCAPE_SECONDS = 0.05  # the rest of an arrow key's bytes is there by then
_NAMES = {
    "\n": ENTER,
    "\r": ENTER,
    " ": ENTER,
    "\x04": END,
    "\x1b": ESCAPE,
    **dict.fromkeys(("\x1b[C", "\x1bOC", "\x1b[B", "\x1bOB", "\x1b[6~"), RIGHT),
    **dict.fromkeys(("\x1b[D", "\x1bOD", "\x1b[A", "\x1bOA", "\x1b[5~"), LEFT),
}


class Hand(Protocol):
    """Whoever presses the keys; a terminal, or a list in tests."""

    def key(self) -> str:
        """Return the next key: a character in lower case, or one of the names."""
        ...

    def line(self, prompt: str) -> str:
        """Return a line that was typed after a prompt; empty at the end of input."""
        ...

    def paused(self) -> contextlib.AbstractContextManager[None]:
        """Let somebody else have the terminal for a while."""
        ...


class Keys:
    """The keys of the terminal at standard input, without echo and without Enter."""

    def __init__(self) -> None:
        self._file = sys.stdin.fileno()
        self._before: list[Any] = []
        self._lent = False
        self._handler: Any = None

    def __enter__(self) -> Self:
        if termios is not None:
            self._before = termios.tcgetattr(self._file)
            # after Ctrl-Z and `fg` the shell has left the terminal as it likes it
            self._handler = signal.signal(signal.SIGCONT, self._resumed)
        self._raw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if termios is not None:
            signal.signal(signal.SIGCONT, self._handler)
        self._cooked()

    def key(self) -> str:
        """Wait for a key; Ctrl-C raises KeyboardInterrupt as ever."""
        if termios is None:  # pragma: no cover - Windows
            import msvcrt

            return _named(msvcrt.getwch())  # type: ignore[attr-defined,unused-ignore]
        pressed = os.read(self._file, 1)
        while _unfinished(pressed):
            if not select.select([self._file], [], [], _ESCAPE_SECONDS)[0]:
                break
            pressed += os.read(self._file, 1)
        return _named(pressed.decode(errors="replace")) if pressed else END

    def line(self, prompt: str) -> str:
        """Ask for a line, with echo and editing."""
        with self.paused():
            try:
                return input(prompt).strip()
            except EOFError:
                return ""

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Put the terminal back for a while; what was typed meanwhile is forgotten."""
        self._cooked()
        self._lent = True
        try:
            yield
        finally:
            self._lent = False
            if termios is not None:
                termios.tcflush(self._file, termios.TCIFLUSH)
            self._raw()

    def _resumed(self, _number: int, _frame: FrameType | None) -> None:
        if not self._lent:
            self._raw()

    def _raw(self) -> None:
        if termios is not None:
            # TCSADRAIN: keys that were pressed early are not thrown away
            tty.setcbreak(self._file, termios.TCSADRAIN)

    def _cooked(self) -> None:
        if termios is not None:
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)


def _unfinished(pressed: bytes) -> bool:
    """Whether more bytes belong to a key: an escape sequence, or a wide character."""
    if pressed.startswith(_ESCAPE_BYTE):
        final = pressed[2:]  # ESC [ … and then a letter or a tilde
        return not final[-1:].isalpha() and not final.endswith(b"~")
    try:
        pressed.decode()
    except UnicodeDecodeError:
        return len(pressed) < _LONGEST_CHARACTER
    return False


def _named(pressed: str) -> str:
    return _NAMES.get(pressed, pressed.lower())
