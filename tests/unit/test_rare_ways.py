"""Ways that are rarely taken and must work all the same."""

import fcntl
import shutil
from pathlib import Path

import pytest
from prometheus_client import Counter, generate_latest

from sre_course import wiring
from sre_course.adapters.content.lessons import load_corrections
from sre_course.adapters.state import files
from sre_course.adapters.state.home import Home, locked
from sre_course.adapters.state.workspace import prepare
from sre_course.checkkit import requests_of
from sre_course.checkkit.naming import red_names
from sre_course.domain.ledger import Request
from tests.checks.mistakes import reference
from tests.checks.simulated import SimulatedApp, route_of
from tests.embedded.lab import exercise


def test_the_errata_of_the_course_are_whole() -> None:
    """Each has an id of its own, and says what it was, why it was wrong, what it is."""
    found = load_corrections(wiring.course(), "day1")

    assert len({each.id for each in found}) == len(found) > 0
    assert all(each.original and each.problem and each.now for each in found)


def test_an_exercise_without_a_briefing(tmp_path: Path) -> None:
    """Its workspace has none either; with one, it has."""
    made = exercise(tmp_path / "exercise")
    assert (prepare(Home(tmp_path / "one"), made) / "README.md").is_file()

    (made.folder / "README.md").unlink()
    workspace = prepare(Home(tmp_path / "two"), made)
    assert sorted(p.name for p in workspace.iterdir()) == ["app.py"]


def interrupt(*_args: object) -> None:
    """Be Ctrl-C."""
    raise KeyboardInterrupt


def test_waiting_for_a_lock_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one to ask for it gets it."""
    path = tmp_path / "lock"
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", interrupt)
        with (
            pytest.raises(KeyboardInterrupt),
            locked(path, wait=True, busy="it is held"),
        ):
            pytest.fail("it was taken")
    with locked(path, wait=False, busy="it is held"):
        assert path.exists()


def test_a_system_without_file_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There a lock is only a file: two commands at once are the learner's affair."""
    monkeypatch.setattr(files, "fcntl", None)
    path = tmp_path / "lock"

    with (
        locked(path, wait=False, busy="it is held"),
        locked(path, wait=False, busy="it is held"),
    ):
        assert path.exists()
    shutil.rmtree(tmp_path)


def test_a_page_that_breaks_during_the_warm_up() -> None:
    """Waiting does not mend it: it is looked at once more, and judged as it is."""

    def breaking(app: SimulatedApp) -> bytes:
        return generate_latest(app.registry) + (b"\xff" if app.scrapes else b"")

    app = SimulatedApp(reference, expose=breaking)
    found = app.attempt()

    assert found.exposition.problem == "unparsable"
    assert (app.scrapes, found.ledger.exchanges) == (2, ())


def two_labels(
    app: SimulatedApp, request: Request, status: int, seconds: float
) -> None:
    """Tell the route in one label, and less of it in another."""
    route = route_of(request)
    if route in ("/metrics", "/healthz"):
        return
    made: Counter = app.metric(
        "n", lambda r: Counter("n", "h", ["all", "part"], registry=r)
    )
    made.labels(route, "orders" if route == "/orders" else "").inc()


def test_the_label_that_tells_most_is_drawn() -> None:
    """Of two that tell routes apart, the finer one."""
    made = SimulatedApp(two_labels).attempt()
    names = red_names(requests_of(made), made.ledger)

    assert names
    assert names.route_label == "all"
