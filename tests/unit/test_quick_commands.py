"""`hint` and `status`: as quick as the interpreter, and the same by either way."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sre_course.adapters.state.documents import (
    change_exercise,
)
from sre_course.adapters.state.home import Home, locked
from sre_course.adapters.state.progress import load, update
from sre_course.cli import app, hot
from sre_course.domain.document import Values
from sre_course.domain.errors import UsageError
from tests.states import (
    BEGINNER,
    NAME,
    NOW,
    STATES,
    checked,
    ended,
    fresh,
    hinted,
    in_docker,
    opened,
    passed,
    progress_file,
    put,
    started,
    untouched,
)


ROOT = Path(__file__).resolve().parents[2]
SLOW = {
    *("ast", "dataclasses", "dis", "fnmatch", "hashlib", "inspect", "pathlib"),
    *("random", "shutil", "tempfile", "typing", "urllib", "urllib.parse"),
    *("docker", "opentelemetry", "pydantic", "requests", "rich", "structlog", "typer"),
}
HOT = [
    (),
    ("--version",),
    ("status",),
    ("status", "--json"),
    ("--plain", "status"),
    ("hint",),
    ("hint", "beginner", "--json"),
    ("hint", "day1/beginner"),
    ("hint", "day1", "--no-input"),
]


VERSION = ("--version",)
MODULES = """
import sys
from sre_course.cli import main
try:
    main()
except SystemExit as end:
    print(end.code, *sys.modules, file=sys.stderr)
"""


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which nothing was done yet."""
    return fresh(tmp_path, monkeypatch)


@pytest.mark.parametrize("words", HOT, ids=" ".join)
@pytest.mark.parametrize("state", [checked, passed], ids=lambda s: s.__name__)
def test_nothing_slow_is_imported(
    home: Home, state: Callable[[Home], None], words: tuple[str, ...]
) -> None:
    """Nor anything that is not Python's own: site-packages are not even there."""
    state(home)
    found = subprocess.run(
        [sys.executable, "-S", "-c", MODULES, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    code, *modules = found.stderr.split()
    assert code == "0"
    assert found.stdout
    assert "json" in modules
    assert SLOW.isdisjoint(modules)


def test_the_help_imports_no_more_than_it_shows() -> None:
    """What commands do their work with is imported when they do it."""
    found = subprocess.run(
        [sys.executable, "-c", MODULES, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    code, *modules = found.stderr.split()
    ours = {m for m in modules if m.startswith("sre_course.")}
    assert code == "0"
    assert not {"docker", "pydantic", "requests", "rich", "structlog"} & set(modules)
    assert {m.split(".")[1] for m in ours} == {"adapters", "cli", "domain"}
    assert {m for m in ours if "adapters." in m or "domain." in m} == {
        "sre_course.adapters.absolute",
        "sre_course.adapters.content",
        "sre_course.adapters.content.locate",
        "sre_course.domain.errors",
    }


@pytest.mark.parametrize("words", [w for w in HOT if w != VERSION], ids=str)
@pytest.mark.parametrize("state", STATES, ids=lambda s: s.__name__)
def test_either_way_says_the_same(
    home: Home,
    state: Callable[[Home], None],
    words: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And remembers the same. What only Typer can tell, the quick way leaves to it."""
    state(home)
    arguments = [w for w in words if w not in ("--plain", "--no-input")] or ["status"]
    file = progress_file(home)
    before = file.read_bytes() if file.exists() else None
    quick = hot.run(arguments)
    said = capsys.readouterr().out
    kept = file.read_bytes() if file.exists() else None
    if quick is None:
        assert (said, kept) == ("", before)
    if before is not None:
        file.write_bytes(before)
    if quick is None:  # only where there was no check yet
        with pytest.raises(UsageError, match="no check of day1/beginner"):
            app.run(arguments)
    else:
        assert app.run(arguments) == quick == 0
    assert capsys.readouterr().out == said
    assert (file.read_bytes() if file.exists() else None) == kept


def test_a_list_is_what_status_shows(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """In words and as JSON."""
    passed(home)
    app.run(["status", "--json"])
    status = json.loads(capsys.readouterr().out)
    app.run(["list", "--json"])
    assert json.loads(capsys.readouterr().out) == status["exercises"]
    app.run(["list"])
    assert "  day1/beginner      passed     best 100 of 100" in capsys.readouterr().out


def test_what_status_says(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """The place, the score, what runs, the next command; nothing acts on a terminal."""
    checked(home)
    assert hot.run([]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == [
        "  day1: you are at metrics/\\x1b[2Jcounters",
        "  day1/beginner      open       best 5 of 100",
        "  day1/beginner is running (end it with `sre-course stop`):",
    ]
    assert lines[4].split() == ["app", "http://127.0.0.1:8000"]
    assert lines[-1] == "Next: sre-course check beginner"


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (untouched, "start day1"),
        (opened, "start beginner"),
        (ended, "start beginner"),
        (started, "check beginner"),
        (in_docker, "check beginner"),
        (passed, "read"),
    ],
)
def test_what_comes_next(
    home: Home,
    state: Callable[[Home], None],
    then: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It follows from what was done."""
    state(home)
    hot.run(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["next"] == f"sre-course {then}"


def test_a_hint_is_remembered_beside_all_else(home: Home) -> None:
    """What a newer course wrote is kept; the file is whole, sorted and ours alone."""
    hinted(home)
    before = json.loads(progress_file(home).read_text())
    assert hot.run(["hint"]) == 0

    text = progress_file(home).read_text()
    after = json.loads(text)
    rung = after["exercises"][NAME]["hints"]["serves_metrics/no-metrics"]
    assert rung == {"rung": 2, "at": NOW, "checks": 1, "liked": True}
    before["exercises"][NAME]["hints"]["serves_metrics/no-metrics"] = rung
    assert after == before
    assert text == json.dumps(after, indent=1, sort_keys=True) + "\n"
    assert progress_file(home).stat().st_mode & 0o777 == 0o600
    assert load(home).extra == {"format": 9, "league": "gold"}


def test_a_hint_without_any_progress(home: Home) -> None:
    """It begins a new one, as everything does."""
    checked(home)
    progress_file(home).unlink()
    assert hot.run(["hint"]) == 0
    assert load(home).learner
    assert load(home).exercise(NAME).hints


def test_hints_wait_for_whoever_writes(home: Home) -> None:
    """A rung is never lost to a check that ends at the same time, nor the other way."""
    checked(home)

    def another(known: Values) -> Values:
        checks = known["checks"]
        assert isinstance(checks, int)
        return {**known, "checks": checks + 1}

    def one_more() -> None:
        for _ in range(10):
            change_exercise(str(home.root), NAME, another)

    threads = [threading.Thread(target=one_more) for _ in range(3)]
    with locked(home.state / "progress.lock", wait=True, busy=""):
        for thread in threads:
            thread.start()
        assert load(home).exercise(NAME).checks == 1
    for thread in threads:
        thread.join()
    assert load(home).exercise(NAME).checks == 31


def in_ascii(*words: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command at a terminal that knows no other letters."""
    return subprocess.run(
        [sys.executable, "-m", "sre_course", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize("words", [["status"], ["list"], ["hint"], ["--help"]], ids=str)
def test_a_terminal_that_is_not_utf_8(home: Home, words: list[str]) -> None:
    """What it cannot show is shown as an escape."""
    checked(home)
    update(home, lambda p: replace(p, place={"day1": "métriques/→"}))
    path = home.record("reports", BEGINNER)
    path.write_text(path.read_text().replace("It does", "Voil\\u00e0:"))
    found = in_ascii(*words)

    assert found.returncode == 0
    assert found.stderr == b""
    assert found.stdout.isascii()
    if words == ["status"]:
        assert rb"m\xe9triques/\u2192" in found.stdout
    if words == ["hint"]:
        assert rb"Voil\xe0: serves_metrics." in found.stdout


def test_a_problem_on_a_terminal_that_is_not_utf_8(home: Home) -> None:
    """A problem is told as well, with its way out."""
    put(home, "{")
    found = in_ascii("status")

    assert found.returncode == 2
    assert rb"\u2192 Mend it by hand" in found.stderr
