"""`load` and `metrics` in a process of their own, at a terminal and without one."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sre_course.adapters.state.home import Home
from tests.shop import Shop, running


ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return an empty home."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def shop(home: Home) -> Iterator[tuple[Shop, str]]:
    """Run a shop as the beginner exercise's app."""
    with running(home) as made:
        yield made


def command(*arguments: str) -> list[str]:
    """Return our command in a process of its own."""
    return [sys.executable, "-m", "sre_course", *arguments]


@pytest.mark.slow
def test_watch_appends_lines_where_there_is_no_terminal(shop: tuple[Shop, str]) -> None:
    """Everything first, then what changed; Ctrl-C is a good end."""
    with subprocess.Popen(
        command("metrics", "--watch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            first = [process.stdout.readline() for _ in range(2)]
            shop[0].seen.append("x")
            changed = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()
    assert first == [
        "requests_total  (counter)\n",
        '  x="\\x1b]0;owned"            0\n',
    ]
    assert changed.endswith(' requests_total{x="\\x1b]0;owned"} 1 +1\n')


@pytest.mark.slow
def test_watch_redraws_on_a_terminal(shop: tuple[Shop, str]) -> None:
    """What the app wrote never reaches the terminal as an escape."""
    drawn = at_a_terminal(
        command("metrics", "--watch"),
        until=rb"\+1",
        then=lambda: shop[0].seen.append("x"),
    )
    assert drawn.code == 0
    assert b"Changes since " in drawn.output
    assert b"\\x1b]0;owned" in drawn.output
    assert b"\x1b]0;owned" not in drawn.output


@pytest.mark.slow
def test_load_has_a_bar_on_a_terminal_and_ends_well(shop: tuple[Shop, str]) -> None:
    """Ctrl-C leaves the summary so far."""
    drawn = at_a_terminal(command("load", "--for", "60s"), until=rb"[1-9][0-9]/1200")
    assert drawn.code == 0
    assert b"ended early by Ctrl-C" in drawn.output


class at_a_terminal:  # noqa: N801 - reads as what it does
    """Run a command at a terminal until it has shown something, then press Ctrl-C."""

    def __init__(
        self,
        arguments: list[str],
        until: bytes,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        ours, theirs = pty.openpty()
        self.output = b""
        with subprocess.Popen(
            arguments,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm-256color"},
        ) as process:
            os.close(theirs)
            try:
                self._use(process, ours, until, then)
            finally:
                process.kill()  # nothing happens if it has ended
            self.code = process.wait()
        os.close(ours)

    def _use(
        self,
        process: "subprocess.Popen[bytes]",
        ours: int,
        until: bytes,
        then: Callable[[], None],
    ) -> None:
        deadline = time.monotonic() + 20
        for pattern, act in ((rb"owned|/1200", then), (until, lambda: None)):
            while not re.search(pattern, self.output):
                assert time.monotonic() < deadline, self.output
                self._read(ours, 0.2)
            act()
        process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + 5
        while process.poll() is None and time.monotonic() < deadline:
            self._read(ours, 0.1)
        self._read(ours, 0.1)

    def _read(self, ours: int, seconds: float) -> None:
        if select.select([ours], [], [], seconds)[0]:
            with contextlib.suppress(OSError):  # its end, on Linux
                self.output += os.read(ours, 65_536)
