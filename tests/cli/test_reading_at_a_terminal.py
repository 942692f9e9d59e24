"""Reading and recalling at a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import load
from sre_course.cli.reading import current_day


ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
SECONDS = 30


class Seat:
    """Somebody at a terminal of 80x24."""

    def __init__(self, home: Path) -> None:
        self.home = Home(home)
        self.shown = ""
        self._ours, self._theirs = pty.openpty()
        size = struct.pack("HHHH", 24, 80, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)
        self.before = self.modes()
        self.process: subprocess.Popen[bytes] | None = None

    def modes(self) -> int:
        """Return the modes of the terminal that a reader changes."""
        flags: int = termios.tcgetattr(self._theirs)[3]
        return flags & (termios.ICANON | termios.ECHO)

    def start(self, *arguments: str, term: str = "xterm") -> None:
        """Run the command."""
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("NO_COLOR", "COLUMNS", "LINES", "ACCESSIBLE")
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sre_course", *arguments],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            env={**environment, "TERM": term, "SRE_COURSE_HOME": str(self.home.root)},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )

    def see(self, words: str) -> str:
        """Wait until something is shown; return all before it since the last look."""
        deadline = time.monotonic() + SECONDS
        while words not in self.shown:
            assert time.monotonic() < deadline, f"no {words!r} in {self.shown!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                raw = os.read(self._ours, 65536).decode(errors="replace")
                self.shown += ESCAPES.sub("", raw).replace("\r", "")
        seen, _, self.shown = self.shown.partition(words)
        return seen

    def press(self, keys: str) -> None:
        """Press some keys."""
        os.write(self._ours, keys.encode())

    def leave(self) -> int:
        """Wait for the end; return the exit code."""
        assert self.process
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self._ours], [], [], 0.05)[0]:
                os.read(self._ours, 65536)
        return self.process.wait(1)

    def close(self) -> None:
        """End what still runs."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def seat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seat]:
    """Return a terminal."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path))
    seat = Seat(tmp_path)
    yield seat
    seat.close()


def test_reading_resumes_where_it_was_left(seat: Seat) -> None:
    """Pages, screens, contents; the terminal is as it was afterwards."""
    seat.start("read")
    seat.see("1.0 Welcome to day 1")
    seat.see("Enter: more of this page")
    seat.press("\n")
    seat.see("Enter next, p back")
    seat.press("\x1b[C")
    seat.see("1.1 What you can ask")
    seat.see("Enter: more of this page")
    seat.press("\n")
    seat.see("q quit")
    seat.press("t")
    seat.see("  x 1.0  Welcome")
    seat.see("Enter stays): ")
    seat.press("2.10\n")
    seat.see("2.10 The burst")
    seat.see("Enter: more")
    seat.press("q")
    seat.see("You are at 2.10 The burst you could not see\nNext: sre-course read")
    assert seat.leave() == 0
    assert seat.modes() == seat.before
    seat.start("read")
    seat.see("2.10 The burst you could not see")
    seat.press("q")
    seat.see("Next: ")
    assert seat.leave() == 0


def test_a_live_command_runs_where_it_stands(seat: Seat) -> None:
    """And a prediction is asked for, and noted."""
    seat.start("read", "1.3")
    seat.see("Enter: more")
    seat.press("\n")
    seat.see("r run")
    seat.press("r")
    seat.see("$ sre-course status")
    seat.see("day1/beginner")
    seat.see("Enter next")
    seat.press("t")
    seat.see("Enter stays): ")
    seat.press("1.6\n")
    seat.see("Your number (Enter: no guess): ")
    seat.press("3\n")
    seat.see("How sure are you?")
    seat.press("2")
    seat.see("You said 3. It is 5.")
    seat.see("All five.")
    seat.press("q")
    assert seat.leave() == 0
    item = load(seat.home).quiz["day1/observability/throughput"]
    assert (item.tries, item.right, item.confidence, item.due) == (1, 0, 2, 0)


def letter(question: str, *, right: bool, learner: str) -> str:
    """Return the key that answers a question."""
    (asked,) = [q for q in current_day().questions if q.text.startswith(question)]
    number = asked.shuffled(learner).index(asked.key)
    return "abcd"[number if right else (number + 1) % 4]


def test_wrong_and_unsure_answers_open_the_next_lesson(seat: Seat) -> None:
    """Two of them, once they are due."""
    seat.start("read", "1.7")
    seat.see("q quits")
    learner = load(seat.home).learner
    seat.press(letter("All dashboards", right=False, learner=learner) + "3")
    seat.see("Not quite")
    seat.see("q quits")
    seat.press(letter("You suspect", right=True, learner=learner) + "1")
    seat.see("Right")
    seat.see("q quits")
    seat.press(letter("You only have", right=True, learner=learner) + "3")
    seat.see("Enter next")
    seat.press("q")
    assert seat.leave() == 0
    waiting = {n for n, i in load(seat.home).quiz.items() if i.due}
    assert waiting == {f"day1/observability/{n}" for n in ("unforeseen", "test")}
    path = seat.home.state / "progress.json"
    path.write_text(re.sub(r'"due": [1-9][0-9.]+', '"due": 1.0', path.read_text()))
    seat.start("read")
    seat.see("2 to recall, from memory:")
    seat.see("q quits")
    seat.press("\n")
    seat.see("q quits")
    seat.press("\n")
    seat.see("1.7 Three questions")
    seat.press("q")
    assert seat.leave() == 0


def test_ctrl_c_puts_the_terminal_back(seat: Seat) -> None:
    """And keeps the place."""
    seat.start("read", "2.2")
    seat.see("Enter: more")
    seat.press("\x03")
    assert seat.leave() == 130
    assert seat.modes() == seat.before
    assert load(seat.home).place == {"day1": "metrics/three-types"}


@pytest.mark.parametrize(
    ("arguments", "term"),
    [
        (("read", "2"), "dumb"),
        (("--no-input", "read", "2"), "xterm"),
        (("quiz",), "dumb"),
    ],
)
def test_nobody_is_asked_where_keys_cannot_be_read(
    seat: Seat, arguments: tuple[str, ...], term: str
) -> None:
    """Everything is printed, and the command ends."""
    seat.start(*arguments, term=term)
    seat.see("sre-course quiz ")
    assert seat.leave() == 0


def test_plain_reading_has_keys_too(seat: Seat) -> None:
    """A screen reader gets words, one after the other."""
    seat.start("read", "2.4", "--plain")
    seat.see("Diagram: How a number travels")
    seat.see("Prometheus Server -> itself (Evaluate Alert Rules)")
    seat.see("Enter: more")
    seat.press("\nq")
    seat.see("You are at 2.4")
    assert seat.leave() == 0


def test_a_quiz_is_held_key_by_key(seat: Seat) -> None:
    """With a count at its end."""
    seat.start("quiz", "2")
    seat.see("q quits")
    learner = load(seat.home).learner
    for number, question in enumerate(("A counter", "Instance A", "5,000")):
        if number:
            seat.see("q quits")
        seat.press(letter(question, right=number != 1, learner=learner) + "2")
    seat.see("2 of 3 right.")
    seat.see("comes back in ten minutes")
    assert seat.leave() == 0
