"""Whether the learner's Python compiles, and which Python runs it."""

import sys
from pathlib import Path

import pytest

from sre_course.supervisor.app import interpreter
from sre_course.supervisor.sources import first_problem


def problem(workspace: Path, python: str = sys.executable, **sources: str) -> str:
    """Write modules and return the first problem of app.py."""
    for name, source in sources.items():
        path = workspace / (name.replace("__in__", "/") + ".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    return first_problem(workspace, "app.py", python)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = (1,\n", "app.py, line 1: SyntaxError: '(' was never closed\n    x = (1,"),
        ("if x:\npass\n", "app.py, line 2: IndentationError"),
        ("x = 1\nreturn x\n", "app.py, line 2: SyntaxError: 'return' outside function"),
        ("x = '\0'\n", "app.py"),
        ("# coding: nonsense\n", "app.py"),
        ("x = " + "(" * 500 + ")" * 500, "app.py"),
    ],
)
def test_syntax_errors(tmp_path: Path, source: str, said: str) -> None:
    """File, line and what is wrong, as far as Python knows it."""
    assert problem(tmp_path, app=source).startswith(said)


def test_sound_sources(tmp_path: Path) -> None:
    """Nothing to say; warnings are none of our business."""
    source = "import os, orders\nfrom . import x\nx = '\\d' is 3\n"
    assert problem(tmp_path, app=source, orders="import app\n") == ""


@pytest.mark.parametrize(
    "line",
    [
        "import helper",
        "import helper as h, os",
        "from helper import this",
        "from . import helper",
        "from .helper import this",
        "import deep.down",
        "from deep import down",
        "from deep.down import this",
        "import middle",
        "def later():\n    import helper",
    ],
)
def test_what_is_imported_must_compile_too(tmp_path: Path, line: str) -> None:
    """However it is imported, and however far away."""
    modules = {"middle": "import helper", "deep__in____init__": ""}
    broken = {"helper": "def f(:", "deep__in__down": "def f(:"}
    assert ".py, line 1" in problem(tmp_path, app=line, **modules, **broken)


def test_what_is_not_imported_may_be_broken(tmp_path: Path) -> None:
    """A scratch file does not keep the app from running."""
    assert problem(tmp_path, app="import os", scratch="def f(:") == ""


def test_no_source(tmp_path: Path) -> None:
    """A missing file is said; other languages and huge files are not looked at."""
    assert first_problem(tmp_path, "app.py", "python") == "app.py is not there"
    (tmp_path / "app.js").write_text("(")
    assert first_problem(tmp_path, "app.js", "python") == ""
    assert problem(tmp_path, app="#" * (2 << 20) + "\n(") == ""
    (tmp_path / "helper.py").symlink_to(tmp_path / "helper.py")
    assert problem(tmp_path, app="import helper") == ""


def test_a_file_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, not raised."""

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert problem(tmp_path, app="x = 1") == "app.py: Permission denied"


def test_an_interpreter_with_another_syntax(tmp_path: Path) -> None:
    """What the app's own Python accepts is not an error of the learner's."""
    newer = tmp_path / "newer"
    newer.write_text("#!/bin/sh\nexit 0\n")
    newer.chmod(0o755)
    assert problem(tmp_path, str(newer), app="new syntax") == ""
    newer.write_text("#!/bin/sh\nexit 1\n")
    assert "line 1" in problem(tmp_path, str(newer), app="new syntax")
    assert "line 1" in problem(tmp_path, str(tmp_path / "none"), app="new syntax")


def test_the_interpreter(tmp_path: Path) -> None:
    """The workspace's own if it has one, else ours."""
    assert interpreter(tmp_path) == sys.executable
    own = tmp_path / ".venv/bin/python"
    own.parent.mkdir(parents=True)
    own.touch()
    assert interpreter(tmp_path) == str(own)
