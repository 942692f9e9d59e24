"""Asking before a download, and showing how far it is."""

import io

import pytest

from sre_course.adapters.ui.asking import Asking
from sre_course.adapters.ui.terminal import Terminal


def terminal(*, interactive: bool, plain: bool = False) -> Terminal:
    """Return a terminal of a kind."""
    return Terminal(
        plain=plain, interactive=interactive, colour=False, unicode=True, width=80
    )


def asking(*, interactive: bool, plain: bool = False) -> tuple[Asking, io.StringIO]:
    """Return an asker and what it writes to."""
    stream = io.StringIO()
    return Asking(terminal(interactive=interactive, plain=plain), stream), stream


@pytest.mark.parametrize(
    ("typed", "agreed"),
    [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)],
)
def test_only_a_yes_is_one(
    monkeypatch: pytest.MonkeyPatch, typed: str, *, agreed: bool
) -> None:
    """Return, or the end of the input, is a no."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    made, stream = asking(interactive=True)

    assert made.confirm("Download 300 MB?") is agreed
    assert "Download 300 MB? [y/N]" in stream.getvalue()


def test_nobody_is_asked_where_keys_cannot_be_read() -> None:
    """Nothing is downloaded then, and nothing waits."""
    made, stream = asking(interactive=False)

    assert made.confirm("Download 300 MB?") is False
    assert stream.getvalue() == ""


def test_a_terminal_sees_one_line_that_changes() -> None:
    """Each percent once; what is next begins a line of its own."""
    made, stream = asking(interactive=True)
    for done in (0, 1_000, 10_000_000, 20_000_000):
        made.tell("Pulling a", done, 20_000_000)
    made.tell("Building b", 0, 0)
    made.done()

    shown = stream.getvalue()
    assert shown.count("Pulling a") == 3
    assert "10/20 MB  50 %" in shown
    assert "\nBuilding b\n" in shown


def test_a_pipe_gets_few_lines_without_escapes() -> None:
    """A log is not filled with a line for each percent."""
    made, stream = asking(interactive=False)
    for percent in range(101):
        made.tell("Pulling a", percent, 100)
    made.done()

    lines = stream.getvalue().splitlines()
    assert len(lines) == 11
    assert "\x1b" not in stream.getvalue()


def test_what_an_engine_says_cannot_act_on_the_terminal() -> None:
    """A reference is text that somebody wrote."""
    made, stream = asking(interactive=False)
    made.tell("Pulling \x1b[2Jx", 0, 0)

    assert "\x1b" not in stream.getvalue()
