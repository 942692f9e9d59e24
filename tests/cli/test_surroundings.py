"""Commands in shells that are set up in many ways: the same verdicts, safe output."""

import contextlib
import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.cli.course import REFERENCE, ROOT, Course
from tests.cli.test_hostile_metrics import Growing, app
from tests.embedded.lab import APP, SERVE
from tests.hostile import serving


SMALL = APP + SERVE
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SHELLS: list[dict[str, str]] = [
    {"PYTEST_ADDOPTS": "--collect-only -q", "PYTEST_PLUGINS": "nothing_like_that"},
    {"NO_COLOR": "", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"},
    {"TERM": "dumb"},
    {"TERM": "", "COLUMNS": "no number", "LINES": "-1"},
    {"LANG": "C", "LC_ALL": "C"},
    ASCII,
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONWARNINGS": "error"},
    {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"},
    {"TZ": "Pacific/Apia"},
]
KNOWN = [
    ("list",),
    ("status",),
    (),
    ("--help",),
    ("check", "--json"),
    ("check",),
    ("read", "1"),
    ("glossary",),
    ("metrics",),
    ("doctor",),
]


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS, ids=",".join)
def test_the_verdict_is_the_same(running: Course, shell: dict[str, str]) -> None:
    """Nothing in the shell turns "not yet" into "passed", or into a crash."""
    found = running.run("check", code=1, variables=shell)

    assert "0 of 100 points: not yet" in found.out
    assert running.run("hint", code=0, variables=shell).out
    assert running.run("status", code=0, variables=shell).out.isascii()


@pytest.mark.slow
def test_a_proxy_does_not_come_between(course: Course) -> None:
    """A network's proxy cannot reach what runs here: neither app nor check asks it."""
    course.variables = {
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "NO_PROXY": "example.org",
    }
    course.start(REFERENCE.read_text(encoding="utf-8"))

    assert course.check(code=0).json["score"] == 90


@pytest.mark.slow
@pytest.mark.parametrize("shell", [ASCII, {"PYTHONIOENCODING": "latin-1"}], ids=str)
def test_letters_that_the_terminal_does_not_have(
    course: Course, shell: Mapping[str, str]
) -> None:
    """They are shown in another way, in every command."""
    course.start('raise SystemExit("größer als 日本")\n')
    for words in (("check",), ("check", "--json"), ("start", "beginner", "--no-input")):
        found = course.run(*words, variables=shell)
        assert "\\u65e5" in found.out


@pytest.mark.slow
@pytest.mark.parametrize("words", KNOWN, ids=" ".join)
def test_nobody_reads_to_the_end(running: Course, words: tuple[str, ...]) -> None:
    """A pipe that closes early ends the command without any noise."""
    process = running.type(*words)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    noise = process.stderr.read()
    process.stderr.close()

    assert process.wait() in (0, 1, 141)
    assert noise == b""
    assert running.run("status", code=0).out


def test_the_first_line_is_enough(running: Course) -> None:
    """`sre-course list | head -1`, as it is typed."""
    line = f"{sys.executable} -m sre_course list | head -1"
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "day1/beginner" in done.stdout
    assert done.stderr == ""


def at_a_terminal(running: Course, *words: str, **variables: str) -> str:
    """Run a command at a terminal and return everything that it wrote there."""
    told = {"TERM": "xterm-256color", "COLUMNS": "80", **variables}
    environment = {**running.environment, **told}
    environment.pop("NO_COLOR" if "NO_COLOR" not in variables else "", None)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sre_course", *words],
        cwd=ROOT,
        env=environment,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    written = b""
    with contextlib.suppress(OSError):  # what Linux says at the end
        while piece := os.read(leader, 65_536):
            written += piece
    os.close(leader)
    process.wait()
    return written.decode()


@pytest.mark.slow
def test_a_terminal_obeys_nothing_that_the_app_said(running: Course) -> None:
    """Colours are ours; the app's control sequences and markup are only shown."""
    with serving(app(Growing())) as url:
        written = at_a_terminal(running, "check", "--url", url)

    assert "\x1b[31m" in written  # our red
    assert "\x1b]0;" not in written
    assert "\x1b[2J" not in written
    assert "\x9b" not in written
    words = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\s", "", written)
    assert "\\x1b[2J[boldred]boo[/boldred]" in words


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours(running: Course, variables: dict[str, str]) -> None:
    """NO_COLOR leaves cursor movements to the progress bar; dumb terminals get none."""
    written = at_a_terminal(running, "check", **variables)

    assert "0 of 100 points: not yet" in written
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", written)
    assert ("\x1b" in written) <= ("TERM" not in variables)


def test_a_progress_bar_does_not_hide_the_verdict(course: Course) -> None:
    """At a terminal the bar is gone in the end, and every criterion is there."""
    course.start(SMALL)
    written = at_a_terminal(course, "check")

    assert written.rstrip().endswith("Next: sre-course hint beginner")
    assert written.count("points: not yet") == 1
