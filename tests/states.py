"""A home as the main job leaves it: fresh, started, checked, hinted at, passed."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sre_course.adapters.state.environments import save_running
from sre_course.adapters.state.home import Home
from sre_course.adapters.state.progress import update
from sre_course.adapters.state.reports import save_report
from sre_course.cli import hot
from sre_course.domain.environment import Running
from sre_course.domain.exercise_id import ExerciseId
from sre_course.domain.hints import PATIENCE
from sre_course.domain.progress import ExerciseProgress
from sre_course.domain.report import CriterionResult, Report, Verdict


ROOT = Path(__file__).resolve().parents[2]
BEGINNER = ExerciseId("day1", "beginner")
NAME = str(BEGINNER)
NOW = 1_700_000_000.0
NOBODY = 2**22 + 1  # no process has this number


def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home in which nothing was done yet, at a time that stands still."""
    monkeypatch.setenv("SRE_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SRE_COURSE_ROOT", raising=False)
    monkeypatch.setattr(time, "time", lambda: NOW)
    return Home(tmp_path / "home")


def progress_file(home: Home) -> Path:
    """Return where the progress lies."""
    return home.state / "progress.json"


def put(home: Home, text: str) -> None:
    """Write the progress by hand."""
    home.state.mkdir(parents=True, exist_ok=True)
    progress_file(home).write_text(text, encoding="utf-8")


def untouched(home: Home) -> None:
    """Do nothing yet."""


def opened(home: Home) -> None:
    """Read a page, in a place that a newer course may name as it likes."""
    update(home, lambda p: replace(p, place={"day1": "metrics/\x1b[2Jcounters"}))


def started(home: Home, status: object = None, pid: object = None) -> None:
    """Start the exercise; by default it is we who keep it running."""
    opened(home)
    file = home.state / "status.json"
    pid = os.getpid() if pid is None else pid
    file.write_text(json.dumps({"supervisor_pid": pid}), encoding="utf-8")
    record = {"status": str(file) if status is None else status}
    endpoints = {"app": "http://127.0.0.1:8000", "warehouse": "http://127.0.0.1:8001"}
    running = Running(NAME, "embedded", "k", "seed", "t", endpoints, record)
    save_running(home, BEGINNER, running)


def ended(home: Home) -> None:
    """Start it and end it by force."""
    started(home, pid=NOBODY)


def in_docker(home: Home) -> None:
    """Start it in Docker."""
    started(home, status=0)


def found(*verdicts: Verdict, cause: str = "no-metrics") -> Report:
    """Return what was found of the first criteria of the exercise."""
    names = ("serves_metrics", "counts_every_request", "clean_names")
    results = tuple(
        CriterionResult(n, f"It does {n}.", 50, core=True, verdict=v, cause=cause)
        for n, v in zip(names, verdicts, strict=False)
    )
    return Report(NAME, "embedded", 1, results)


def checked(home: Home) -> None:
    """Start it and fail its first check."""
    started(home)
    save_report(home, BEGINNER, found(Verdict.FAILED, Verdict.BLOCKED))
    update(home, lambda p: p.with_exercise(NAME, ExerciseProgress(checks=1, best=5)))


def hinted(home: Home) -> None:
    """Fail, get a hint and wait for the next one."""
    checked(home)
    hot.hint(NAME, as_json=False)
    known = json.loads(progress_file(home).read_text())
    (rung,) = known["exercises"][NAME]["hints"].values()
    rung |= {"at": NOW - PATIENCE, "liked": True}
    put(home, json.dumps(known | {"league": "gold", "format": 9}))


def at_the_end(home: Home) -> None:
    """Get all hints that there are."""
    checked(home)
    known = json.loads(progress_file(home).read_text())
    rung = {"rung": 99, "at": NOW, "checks": 1}
    known["exercises"][NAME]["hints"] = {"serves_metrics/no-metrics": rung}
    put(home, json.dumps(known))


def passed(home: Home) -> None:
    """Pass the exercise; no criterion has failed."""
    checked(home)
    save_report(home, BEGINNER, found(Verdict.PASSED, Verdict.PASSED))
    known = ExerciseProgress(checks=2, best=100, passed_at="2026-01-01T00:00:00+00:00")
    update(home, lambda p: p.with_exercise(NAME, known))


def sparse(home: Home) -> None:
    """Have progress written by an older course, which knew fewer fields."""
    checked(home)
    put(home, json.dumps({"format": 1, "learner": "abc"}))


STATES: list[Callable[[Home], None]] = [
    *(untouched, opened, started, ended, in_docker),
    *(checked, hinted, at_the_end, passed, sparse),
]
