"""The parts of the supervisor, one by one."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from sre_course.supervisor import child, files, ready
from sre_course.supervisor.chores import Chores
from sre_course.supervisor.watch import DEPTH, FILES, Watch, snapshot
from tests.embedded.lab import PLAN, free_port, until


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time, in seconds."""
        return self.now


def test_a_save_is_noticed_once_it_is_quiet(tmp_path: Path) -> None:
    """Not before, and not twice; a save in several steps is one."""
    clock = Clock()
    (tmp_path / "app.py").write_text("1")
    watch = Watch(tmp_path, clock)
    assert not watch.changed()
    assert not watch.pending

    (tmp_path / "app.py").write_text("22")
    assert not watch.changed()
    assert watch.pending
    clock.now = 0.15
    (tmp_path / "app.py").write_text("333")
    assert not watch.changed()
    clock.now = 0.3
    assert not watch.changed()
    clock.now = 0.4
    assert watch.changed()
    assert not watch.changed()


def test_a_change_that_is_undone_is_none(tmp_path: Path) -> None:
    """An editor's test file comes and goes."""
    clock = Clock()
    watch = Watch(tmp_path, clock)
    (tmp_path / "4913.py").write_text("")
    assert not watch.changed()
    (tmp_path / "4913.py").unlink()
    clock.now = 1
    assert not watch.changed()
    clock.now = 2
    assert not watch.changed()


def test_what_is_watched(tmp_path: Path) -> None:
    """Sources in folders; neither data, hidden things, packages nor endless depths."""
    seen = ["app.py", "conf.yaml", "lib/a.js"]
    unseen = [
        "app.log",
        "data.json",
        ".env.py",
        ".venv/x.py",
        "venv/x.py",
        "__pycache__/x.py",
        "node_modules/x.js",
        "/".join(["deep"] * DEPTH) + "/x.py",
    ]
    for name in [*seen, *unseen]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere")

    found = {str(Path(name).relative_to(tmp_path)) for name, *_ in snapshot(tmp_path)}

    assert found == set(seen)
    assert snapshot(tmp_path / "nowhere") == frozenset()


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    """Whoever unpacks an archive here does not stop the supervisor."""
    for number in range(FILES + 10):
        (tmp_path / f"{number}.py").touch()
    assert len(snapshot(tmp_path)) == FILES


def chores(tmp_path: Path, clock: Clock) -> tuple[Chores, Path]:
    """Return chores with a plan, a workspace and a file of use."""
    for part in ("workspace", "used"):
        (tmp_path / part).mkdir()
    path = tmp_path / "plan.json"
    path.write_text("plan")
    plan = replace(
        PLAN, workspace=str(tmp_path / "workspace"), used=str(tmp_path / "used" / "x")
    )
    return Chores(plan, path, "plan", idle=10, now=clock), path


def test_chores(tmp_path: Path) -> None:
    """As long as it is used and planned, an environment lives."""
    clock = Clock()
    made, path = chores(tmp_path, clock)
    assert made.ending() == ""
    for clock.now in (9.0, 18.0, 27.0):
        assert made.ending() == ""
        made.used()
    (tmp_path / "used" / "x").write_text("")
    clock.now = 36.0
    assert made.ending() == ""
    clock.now = 45.0
    assert made.ending() == ""
    clock.now = 46.5
    assert "nobody used it" in made.ending()

    made.used()
    clock.now = 48.0
    path.write_text("another plan")
    assert made.ending() == "its record is gone"
    path.unlink()
    clock.now = 48.5
    assert made.ending() == ""  # it looks once a second
    clock.now = 50.0
    assert made.ending() == "its record is gone"


def test_a_workspace_may_be_away_for_a_moment(tmp_path: Path) -> None:
    """Moving it and back is not leaving."""
    clock = Clock()
    made, _ = chores(tmp_path, clock)
    (tmp_path / "workspace").rmdir()
    clock.now = 1.0
    assert made.ending() == ""
    (tmp_path / "workspace").mkdir()
    clock.now = 2.0
    assert made.ending() == ""
    (tmp_path / "workspace").rmdir()
    clock.now = 3.0
    assert made.ending() == ""
    clock.now = 4.0
    assert made.ending() == "its workspace is gone"


def test_output_is_bounded(tmp_path: Path) -> None:
    """Two files at most, with the newest at the end; the tail is in memory too."""
    path = tmp_path / "app.out"
    tee = files.Tee(path, size=100)
    for number in range(100):
        tee.write(b"%09d\n" % number)

    assert path.stat().st_size <= 100
    assert (tmp_path / "app.out.1").stat().st_size <= 100
    assert path.read_bytes().endswith(b"000000099\n")
    assert len(list(tmp_path.iterdir())) == 2
    assert tee.tail.endswith("000000099\n")

    tee.fresh()
    assert tee.tail == ""
    tee.write(b"\xff\xfe")
    assert tee.tail == "\\xff\\xfe"


def test_output_of_an_environment_before(tmp_path: Path) -> None:
    """It is kept, but it is not this one's."""
    path = tmp_path / "app.out"
    path.write_text("old")
    files.Tee(path).write(b"new")
    assert path.read_text() == "new"
    assert (tmp_path / "app.out.1").read_text() == "old"


def test_output_without_a_folder(tmp_path: Path) -> None:
    """The app goes on, the tail is there, and no folder is made."""
    tee = files.Tee(tmp_path / "gone" / "app.out")
    tee.write(b"words")
    tee.write(b" more")
    assert tee.tail == "words more"
    assert list(tmp_path.iterdir()) == []


def test_own_files(tmp_path: Path) -> None:
    """Replaced whole, logged in bounded lines, and silent where nothing can be done."""
    files.replace(tmp_path / "status.json", "one")
    files.replace(tmp_path / "status.json", "two")
    assert (tmp_path / "status.json").read_text() == "two"
    files.replace(tmp_path / "gone" / "status.json", "three")
    (tmp_path / "folder").mkdir()
    files.replace(tmp_path / "folder", "four")
    files.log(tmp_path / "gone" / "log", "event")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "status.json"]

    log = tmp_path / "log"
    files.log(log, "started", pid=1)
    assert json.loads(log.read_text())["pid"] == 1
    log.write_text("x" * (files.LOG_SIZE + 1))
    files.log(log, "again")
    assert json.loads(log.read_text())["event"] == "again"
    assert (tmp_path / "log.1").stat().st_size == files.LOG_SIZE + 1


def start(code: str, tmp_path: Path, *tees: files.Tee) -> child.Child:
    """Start Python code."""
    return child.start(
        [sys.executable, "-c", code], cwd=tmp_path, environment=os.environ, tees=tees
    )


def test_how_a_child_ended(tmp_path: Path) -> None:
    """In words, with all that it printed on both streams."""
    out, err = (files.Tee(tmp_path / name) for name in ("out", "err"))
    started = start(
        "import sys; print('to out'); sys.stderr.write('to err'); sys.exit(4)",
        tmp_path,
        out,
        err,
    )
    until(lambda: started.ended != "")
    started.stop()
    assert started.ended == "ended with exit code 4"
    assert (out.tail, err.tail) == ("to out\n", "to err")
    started.stop()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGKILL, "SIGKILL"),
        (signal.SIGRTMIN + 3, f"signal {signal.SIGRTMIN + 3}"),
    ],
)
def test_a_child_that_a_signal_ended(tmp_path: Path, number: int, said: str) -> None:
    """The signal is named, if it has a name."""
    started = start("import time; time.sleep(600)", tmp_path)
    started.process.send_signal(number)
    until(lambda: started.ended != "")
    assert started.ended == f"was ended by {said}"
    started.stop()


def test_a_child_gets_time_to_finish(tmp_path: Path) -> None:
    """SIGINT comes first, and what it flushes then is not lost."""
    out, err = (files.Tee(tmp_path / name) for name in ("out", "err"))
    code = """
import time
print("ready", flush=True)
try:
    time.sleep(600)
except KeyboardInterrupt:
    time.sleep(0.3)
    print("flushed")
"""
    started = start(code, tmp_path, out, err)
    until(lambda: "ready" in out.tail)
    started.stop()
    assert out.tail == "ready\nflushed\n"


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    """It is an OSError, which the app's state tells."""
    with pytest.raises(OSError, match="no-such-command"):
        child.start(["no-such-command"], cwd=tmp_path, environment={})


def test_an_app_answers() -> None:
    """Anything that speaks HTTP; nothing else, and not for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve(answer: bytes) -> None:
            peer, _ = listener.accept()
            peer.recv(65536)
            peer.sendall(answer)
            peer.close()

        for answer, speaks in (
            (b"HTTP/1.0 500 X\r\n\r\n", True),
            (b"hello\r\n", False),
        ):
            thread = threading.Thread(target=serve, args=(answer,))
            thread.start()
            assert ready.answers(port, "/") is speaks
            thread.join()
    assert not ready.answers(free_port(), "/")


def test_waiting_for_an_app_ends() -> None:
    """When it answers, when time is over, and when nobody waits any more."""
    given_up = threading.Event()
    started = time.monotonic()
    assert not ready.wait(free_port(), "/", given_up, 0.1)
    assert time.monotonic() - started < 5
    given_up.set()
    assert not ready.wait(free_port(), "/", given_up, 600)


def test_a_plan_that_is_none(tmp_path: Path) -> None:
    """The supervisor says so and ends."""
    (tmp_path / "plan.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "sre_course.supervisor", str(tmp_path / "plan.json")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "ValueError" in done.stderr
