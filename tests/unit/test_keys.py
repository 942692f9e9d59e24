"""Keys of a real pseudo-terminal."""

import contextlib
import os
import pty
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator

import pytest

from sre_course.adapters.ui import keys
from sre_course.adapters.ui.keys import END, ENTER, ESCAPE, LEFT, RIGHT, Keys


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Return both ends of a terminal that is standard input."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, closefd=False) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        yield ours, theirs
    for end in (ours, theirs):
        with contextlib.suppress(OSError):
            os.close(end)


@pytest.mark.parametrize(
    ("pressed", "name"),
    [
        (b"n", "n"),
        (b"N", "n"),
        (b"\r", ENTER),
        (b"\n", ENTER),
        (b" ", ENTER),
        (b"\x1b[C", RIGHT),
        (b"\x1bOC", RIGHT),
        (b"\x1b[D", LEFT),
        (b"\x1b[5~", LEFT),
        (b"\x1b[6~", RIGHT),
        (b"\x1b[1;5A", "\x1b[1;5a"),
        (b"\x1b", ESCAPE),
        (b"\x04", END),
        ("é".encode(), "é"),
        ("€".encode(), "€"),
        (b"\xc3\xff\xff\xff", "\N{REPLACEMENT CHARACTER}" * 4),
        (b"?", "?"),
    ],
)
def test_keys_have_names(ends: tuple[int, int], pressed: bytes, name: str) -> None:
    """Letters in lower case; arrows turn pages; an escape alone is a key, too."""
    with Keys() as hand:
        os.write(ends[0], pressed + (b"" if pressed == b"\x1b" else b"q"))
        assert hand.key() == name
        if pressed != b"\x1b":
            assert hand.key() == "q"


def test_the_end_of_input_is_a_key(
    ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for a terminal that is gone."""
    monkeypatch.setattr(os, "read", lambda *_: b"")
    with Keys() as hand:
        assert hand.key() == END


def modes(file: int) -> int:
    """Return the modes of a terminal that we change."""
    flags: int = termios.tcgetattr(file)[3]
    return flags & (termios.ICANON | termios.ECHO)


def test_the_terminal_is_put_back(ends: tuple[int, int]) -> None:
    """After the end, after an error, and while somebody else has it."""
    _, theirs = ends
    before = modes(theirs)
    with Keys() as hand:
        assert modes(theirs) == 0
        with hand.paused():
            assert modes(theirs) == before
        assert modes(theirs) == 0
    assert modes(theirs) == before
    with pytest.raises(KeyboardInterrupt), Keys():
        raise KeyboardInterrupt
    assert modes(theirs) == before


def test_keys_work_again_after_a_stop(ends: tuple[int, int]) -> None:
    """Ctrl-Z and `fg`: the shell has put the terminal into its own modes meanwhile."""
    _, theirs = ends
    before = termios.tcgetattr(theirs)
    known = signal.getsignal(signal.SIGCONT)
    with Keys() as hand:
        termios.tcsetattr(theirs, termios.TCSANOW, before)
        signal.raise_signal(signal.SIGCONT)
        assert modes(theirs) == 0
        with hand.paused():
            signal.raise_signal(signal.SIGCONT)
            assert modes(theirs)
    assert signal.getsignal(signal.SIGCONT) is known


def test_keys_that_are_pressed_early_count(ends: tuple[int, int]) -> None:
    """Somebody who knows the page presses Enter twice."""
    os.write(ends[0], b"\n\n")
    with Keys() as hand:
        assert [hand.key(), hand.key()] == [ENTER, ENTER]


def test_keys_that_were_pressed_meanwhile_do_not(ends: tuple[int, int]) -> None:
    """A live command takes seconds; impatience must not turn the page."""
    with Keys() as hand:
        with hand.paused():
            os.write(ends[0], b"nnn\n")
            # the line discipline has it once it is echoed
            assert os.read(ends[0], 100)
        os.write(ends[0], b"q")
        assert hand.key() == "q"


@pytest.mark.parametrize(("typed", "told"), [("2.3\n", "2.3"), ("\x04", "")])
def test_a_line_is_read_with_echo(
    ends: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    told: str,
) -> None:
    """The end of input is an empty line."""

    def typing(prompt: str) -> str:
        assert prompt == "Where? "
        assert modes(ends[1])
        if typed == "\x04":
            raise EOFError
        return typed.rstrip("\n") + " "

    monkeypatch.setattr("builtins.input", typing)
    with Keys() as hand:
        assert hand.line("Where? ") == told
        assert modes(ends[1]) == 0


READ_ONE_KEY = """
import sys
from sre_course.adapters.ui.keys import Keys
try:
    with Keys() as hand:
        sys.stdout.write("ready")
        sys.stdout.flush()
        hand.key()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("how", ["key", "signal"])
def test_ctrl_c_puts_the_terminal_back(how: str) -> None:
    """As a key and as a signal, while a key is waited for."""
    ours, theirs = pty.openpty()
    before = modes(theirs)
    with subprocess.Popen(
        [sys.executable, "-c", READ_ONE_KEY],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_controlling,  # noqa: PLW1509 - no thread of ours is running
    ) as process:
        timer = threading.Timer(20, process.kill)
        timer.start()
        assert b"ready" in os.read(ours, 100)
        if how == "key":
            os.write(ours, b"\x03")
        else:
            process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        timer.cancel()
    assert modes(theirs) == before
    os.close(ours)
    os.close(theirs)


def _controlling() -> None:
    import fcntl

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_system_without_termios_is_no_error(
    ends: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the keys come from elsewhere, and there is nothing to put back."""
    monkeypatch.setattr(keys, "termios", None)
    before = modes(ends[1])
    with Keys() as hand, hand.paused():
        assert modes(ends[1]) == before
