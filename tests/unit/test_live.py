"""Live commands: our own CLI in its own process."""

import os
from collections.abc import Sequence

import pytest

from sre_course.adapters.ui import live
from sre_course.adapters.ui.live import run_live


def run(arguments: Sequence[str]) -> tuple[int, list[str]]:
    """Run a live command."""
    lines: list[str] = []
    return run_live(arguments, lines.append), lines


def test_a_live_command_is_our_own_cli(
    tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lies in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("typer.py", "sre_course.py"):
        with open(name, "w") as file:  # noqa: PTH123 - a trap in the current folder
            file.write("raise SystemExit(7)\n")
    code, lines = run(["--version"])
    assert code == 0
    assert lines[0].startswith("  sre-course ")


def test_a_live_command_that_fails_is_shown() -> None:
    """With what it said on standard error."""
    code, lines = run(["no-such-command"])
    assert code == 2
    assert any("no-such-command" in line for line in lines)


def test_what_a_command_prints_is_bounded_and_harmless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Escapes are shown, not obeyed; the rest is counted."""
    program = r"print('\x1b[31mred\tx\r'); [print(n) for n in range(99)]"
    monkeypatch.setattr(live, "_START", program)
    code, lines = run([])
    assert code == 0
    assert lines[0] == r"  \x1b[31mred        x"
    assert len(lines) == live.LINES + 1
    assert lines[-1].startswith("  … and 40 more lines")


def test_ctrl_c_ends_the_command_and_not_the_lesson(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it printed stays."""
    monkeypatch.setattr(live, "_START", "print('one')")
    lines: list[str] = []

    def show(line: str) -> None:
        lines.append(line)
        if line == "  one":
            raise KeyboardInterrupt

    run_live([], show)
    assert lines == ["  one", "Stopped."]
