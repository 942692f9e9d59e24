"""What an embedded environment does from its start to its end, for real."""

import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from sre_course.adapters.environments import embedded, ending, launch, processes
from sre_course.adapters.environments.dependency import DependencyClient
from sre_course.domain.behaviour import Outcome
from sre_course.domain.errors import ServiceError
from tests.embedded.lab import APP, SERVE, Lab, free_port, get, listens, until


def test_a_start_answers_and_a_stop_leaves_nothing(lab: Lab) -> None:
    """App and dependency answer when `start` returns; twice stopped is no problem."""
    running = lab.start()

    assert get(running.endpoints["app"]) == b"one"
    assert b"items" in get(running.endpoints["app"], "/ask")
    assert lab.state(running).state == "running"
    calls = DependencyClient(running.endpoints["warehouse"], running.token).calls()
    assert [(c.route, c.outcome) for c in calls] == [("/search", Outcome.OK)]

    assert lab.stop(running) == []
    lab.prove_nothing_left()
    assert lab.stop(running) == []
    assert lab.state(running).state == "gone"


def test_a_second_start_adopts(lab: Lab) -> None:
    """What runs already is left running, with its token and its ledger."""
    first = lab.start()
    before = lab.state(first).incarnation

    assert lab.start() == first
    assert lab.state(first).incarnation == before


def test_another_seed_starts_anew_on_the_same_port(lab: Lab) -> None:
    """After a reset the old faults are gone; bookmarks still work."""
    first = lab.start()
    second = lab.start(seed="another")

    assert second.fault_seed == "another"
    assert second.endpoints["app"] == first.endpoints["app"]
    assert len([m for m in lab.alive() if m.role == "supervisor"]) == 1


def test_a_save_restarts(lab: Lab) -> None:
    """The new code answers, in another incarnation."""
    running = lab.start()
    before = lab.state(running).incarnation

    lab.save(APP.replace("one", "two") + SERVE)
    until(lambda: lab.state(running).incarnation not in ("", before))
    lab.until_state(running, "running")

    assert get(running.endpoints["app"]) == b"two"


def test_a_log_beside_the_app_does_not_restart_it(lab: Lab) -> None:
    """An app that writes where it lives must not run in circles."""
    running = lab.start()
    before = lab.state(running).incarnation

    (lab.workspace / "orders.log").write_text("a line")
    (lab.workspace / "orders.db").write_text("a row")
    (lab.workspace / "__pycache__").mkdir()
    (lab.workspace / "__pycache__" / "x.py").write_text("")
    time.sleep(0.6)

    assert lab.state(running).incarnation == before


def test_a_syntax_error_is_shown_and_mended(lab: Lab) -> None:
    """File, line and text are named; the environment lives and takes the next save."""
    running = lab.start("def f(:\n    pass\n")

    broken = lab.state(running)
    assert broken.state == "broken"
    assert broken.detail.startswith("app.py, line 1: SyntaxError")
    assert "def f(:" in broken.detail
    assert not listens(int(running.endpoints["app"].rpartition(":")[2]))

    lab.save()
    lab.until_state(running, "running")
    assert get(running.endpoints["app"]) == b"one"


def test_an_app_that_ends_is_told_with_its_last_lines(lab: Lab) -> None:
    """Exit code and traceback are shown; the next save starts it again."""
    running = lab.start("import nothing_of_that_name\n")

    state = lab.until_state(running, "exited")
    assert "app.py ended with exit code 1" in state.detail
    assert "No module named 'nothing_of_that_name'" in state.detail
    assert "nothing_of_that_name" in lab.embedded().output(running, 5)

    lab.save()
    lab.until_state(running, "running")


def test_an_app_that_dies_half_way(lab: Lab) -> None:
    """It was running, then it is not: that is noticed by itself."""
    dying = 'body = ANSWER if self.path == "/healthz" else os._exit(3)'
    running = lab.start(APP.replace("body = ANSWER", dying) + SERVE)
    assert lab.state(running).state == "running"

    with pytest.raises(ConnectionError):
        get(running.endpoints["app"], "/")

    state = lab.until_state(running, "exited")
    assert "ended with exit code 3" in state.detail


def test_an_app_that_never_listens(lab: Lab) -> None:
    """`start` comes back and says what is missing; nothing is an error of ours."""
    running = lab.start("import time\ntime.sleep(600)\n", patience=0.3)

    state = lab.state(running)
    assert state.state == "starting"
    assert "nothing answers" in state.detail
    assert "PORT" in state.detail


def test_an_app_on_another_port(lab: Lab) -> None:
    """The port where it does listen is named."""
    port = free_port()
    running = lab.start(APP + f"\nserve({port})\n", patience=0.5)

    until(lambda: f"It listens on {port} instead" in lab.state(running).detail)


def test_an_app_that_listens_late(lab: Lab) -> None:
    """It is waited for, within patience; after that it is noticed all the same."""
    running = lab.start("import time\ntime.sleep(1)\n" + APP + SERVE)
    assert lab.state(running).state == "running"

    assert lab.stop(running) == []
    running = lab.start(
        "import time\ntime.sleep(1)\n" + APP + SERVE + "\n", patience=0.2
    )
    assert lab.state(running).state == "starting"
    lab.until_state(running, "running")


def test_an_app_that_will_not_end(lab: Lab) -> None:
    """One that ignores SIGINT and SIGTERM is killed, with what it started."""
    stubborn = """
import signal, subprocess
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "611"])
"""
    running = lab.start(stubborn + APP + SERVE)
    children = [m.process for m in lab.alive() if m.role == "app"]
    assert len(children) == 2

    assert lab.stop(running) == []
    assert not any(processes.lives(p) for p in children)


def test_a_child_that_hides(lab: Lab) -> None:
    """One in a session of its own and without our mark is found as a descendant."""
    hiding = """
import subprocess
child = subprocess.Popen(["sleep", "612"], env={}, start_new_session=True)
open("child.pid", "w").write(str(child.pid))
"""
    running = lab.start(hiding + APP + SERVE)
    child = psutil.Process(int((lab.workspace / "child.pid").read_text()))

    assert lab.stop(running) == []
    assert not processes.lives(child)


def test_a_daemon_does_not_outlive_a_save(lab: Lab) -> None:
    """What left the app's group is ended too before the app starts again."""
    forking = """
import subprocess
subprocess.Popen(["sleep", "613"], start_new_session=True)
"""
    running = lab.start(forking + APP + SERVE)
    (old,) = [m for m in lab.alive() if m.process.name() == "sleep"]

    lab.save(APP + SERVE)
    lab.until_state(running, "starting")
    lab.until_state(running, "running")

    assert not processes.lives(old.process)


def test_the_supervisor_is_killed_then_stop(lab: Lab) -> None:
    """Orphans are found by the mark that they carry."""
    running = lab.start()
    os.kill(lab.supervisor().process.pid, signal.SIGKILL)
    until(lambda: all(m.role != "supervisor" for m in lab.alive()))

    assert lab.state(running).state == "gone"
    assert "app" in [m.role for m in ending.orphans(lab.home.state)]
    assert lab.stop(running) == []
    lab.prove_nothing_left()


def test_the_supervisor_is_killed_then_start(lab: Lab) -> None:
    """A start ends the orphans and takes the same port again."""
    first = lab.start()
    os.kill(lab.supervisor().process.pid, signal.SIGKILL)

    second = lab.start()

    assert second.endpoints["app"] == first.endpoints["app"]
    assert get(second.endpoints["app"]) == b"one"
    assert len([m for m in lab.alive() if m.role == "app"]) == 1


def test_the_dependency_is_killed(lab: Lab) -> None:
    """It comes back at the same address."""
    running = lab.start()
    (dependency,) = [m for m in lab.alive() if m.role == "dependency"]
    dependency.process.kill()

    assert b"items" in get(running.endpoints["warehouse"], "/search?q=tea")


@pytest.mark.parametrize("what", ["workspace", "home", "plan"])
def test_what_it_lives_from_is_deleted(lab: Lab, what: str) -> None:
    """Without workspace or record the environment ends by itself and stays away."""
    running = lab.start()
    if what == "plan":
        (lab.home.state / "plans" / "day1-beginner.json").unlink()
    else:
        shutil.rmtree(lab.workspace if what == "workspace" else lab.home.root)

    until(lambda: lab.alive() == [])

    assert lab.state(running).state == "gone"
    assert lab.home.root.exists() is (what != "home")
    assert lab.stop(running) == []


def test_stop_after_the_home_was_deleted(lab: Lab) -> None:
    """The mark is enough, before the supervisor has noticed."""
    running = lab.start()
    shutil.rmtree(lab.home.root)

    assert lab.stop(running) == []
    lab.prove_nothing_left()


def test_nobody_uses_it(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the idle time it ends and says why."""
    monkeypatch.setenv("SRE_COURSE_IDLE", "0.5")
    running = lab.start()

    until(lambda: lab.alive() == [])

    assert "nobody used it" in lab.state(running).detail


def test_the_port_asked_for_is_taken(lab: Lab) -> None:
    """Whoever has it is named, and nothing was started."""
    port = free_port()
    holder = subprocess.Popen(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: listens(port))
        with pytest.raises(ServiceError, match=rf"{port}.*pid {holder.pid}"):
            lab.start(port=port)
        lab.prove_nothing_left()
    finally:
        holder.kill()
        holder.wait()


def test_the_port_asked_for_is_another_one(lab: Lab) -> None:
    """A running environment moves there; asked for again, it is adopted."""
    first = lab.start()
    port = free_port()

    second = lab.start(port=port)
    assert second.endpoints["app"].endswith(f":{port}")
    assert second.endpoints["app"] != first.endpoints["app"]
    assert lab.start(port=port) == second


def test_the_app_has_nothing_to_read(lab: Lab) -> None:
    """It cannot take the learner's keys, and its marks name its environment."""
    asking = "import os, sys\nprint(repr(sys.stdin.read()), os.getsid(0), flush=True)\n"
    running = lab.start(asking + APP + SERVE)

    assert lab.embedded().output(running, 1) == f"'' {lab.supervisor().process.pid}"
    (app,) = [m for m in lab.alive() if m.role == "app"]
    assert app.key == lab.key
    assert app.process.terminal() is None


def test_its_own_virtual_environment(lab: Lab) -> None:
    """The workspace's .venv runs the app, and its syntax is its own."""
    python = lab.workspace / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nWHO=own exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    source = APP + "\nANSWER = os.environ['WHO'].encode()\n" + SERVE

    assert get(lab.start(source).endpoints["app"]) == b"own"


def test_a_start_that_cannot_write(lab: Lab) -> None:
    """Where the records cannot be written, nothing is started."""
    shutil.rmtree(lab.home.state)
    (lab.home.root / ".state").write_text("a file where a folder should be")

    with pytest.raises(ServiceError, match="cannot be written"):
        lab.start()

    assert lab.alive() == []
    lab.keep.clear()


def test_a_system_without_processes_as_we_know_them(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said before anything is made."""
    lab.embedded().preflight(lab.exercise)
    monkeypatch.setattr(embedded, "SYSTEM", "nt")
    with pytest.raises(ServiceError, match="WSL"):
        lab.embedded().preflight(lab.exercise)


def test_what_does_not_end(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that finds it says so; a stop names it."""
    running = lab.start()
    supervisor = lab.supervisor().process
    supervisor.suspend()  # or it would notice that its plan is gone
    monkeypatch.setattr(processes, "end", list)
    monkeypatch.setattr(ending, "_ask", list)
    with pytest.raises(ServiceError, match=r"does not end: .*pid"):
        lab.start(seed="another")
    monkeypatch.undo()
    supervisor.resume()
    assert lab.stop(running) == []


def test_an_interpreter_that_is_gone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor cannot be started: that is said, and nothing is left."""
    monkeypatch.setattr(launch, "module_command", lambda _: ["/no/such/python"])

    with pytest.raises(ServiceError, match="cannot be started"):
        lab.start()

    lab.prove_nothing_left()


def test_a_supervisor_that_cannot_start(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is told, and nothing is left."""
    monkeypatch.setenv("SRE_COURSE_IDLE", "soon")

    with pytest.raises(ServiceError, match="could not convert string to float"):
        lab.start()

    lab.prove_nothing_left()
