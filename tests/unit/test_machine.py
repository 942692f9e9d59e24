"""Ports, packages and engines of the machine that we run on."""

import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path

import psutil
import pytest

from sre_course.adapters.environments import machine, packages, ports, processes
from sre_course.adapters.environments.packages import conflicts, satisfies
from sre_course.domain.errors import ServiceError
from sre_course.domain.supervision import KEY
from tests.embedded.lab import free_port, until


def test_a_port_is_claimed_once() -> None:
    """Two starts at one moment get two ports, though neither app listens yet."""
    port = free_port()
    with ports.claim(None, port) as first:
        assert ports.number(first) == port
        with ports.claim(None, port) as second:
            assert ports.number(second) != port
        with pytest.raises(ServiceError, match=f"Port {port} is taken"):
            ports.claim(port, None)
    with ports.claim(port, None) as third:
        assert ports.number(third) == port


def test_the_usual_port_comes_after_the_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And any other after that."""
    usual, remembered = free_port(), free_port()
    monkeypatch.setattr(ports, "USUAL", usual)
    with (
        ports.claim(None, remembered) as first,
        ports.claim(None, remembered) as second,
    ):
        assert ports.number(first) == remembered
        assert ports.number(second) == usual
        with ports.claim(None, None) as third:
            assert ports.number(third) not in (usual, remembered)


def test_a_port_that_somebody_listens_on() -> None:
    """It is not free, and we know who it is."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not ports.is_free(port)
        with pytest.raises(ServiceError, match=f"{port} is taken by .*pid"):
            ports.claim(port, None)
        assert processes.holder(port) == psutil.Process()
    assert ports.is_free(port)
    assert processes.holder(port) is None


def test_a_port_that_is_bound_but_not_listened_on() -> None:
    """It is not free either."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert not ports.is_free(bound.getsockname()[1])


def test_a_pid_is_not_an_identity() -> None:
    """Only pid and start time together are."""
    us = psutil.Process()
    assert processes.same(us.pid, us.create_time()) == us
    assert processes.same(us.pid, us.create_time() - 60) is None
    assert processes.same(0, us.create_time()) is None
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert processes.same(gone.pid, 0.0) is None


def test_a_mark_is_an_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pid and key are; where the key is hidden from us, the start time decides."""
    us = psutil.Process()
    assert not processes.carries(us.pid, "k", us.create_time())
    sleeping = subprocess.Popen(["sleep", "600"], env={KEY: "k"})
    try:
        # the environment of a process is there a moment after the process itself
        until(lambda: processes.carries(sleeping.pid, "k", 0.0))
        assert not processes.carries(sleeping.pid, "other", 0.0)

        def refuse(_: psutil.Process) -> dict[str, str]:
            raise psutil.AccessDenied

        monkeypatch.setattr(psutil.Process, "environ", refuse)
        started = psutil.Process(sleeping.pid).create_time()
        assert processes.carries(sleeping.pid, "k", started)
        assert not processes.carries(sleeping.pid, "k", started - 60)
    finally:
        sleeping.kill()
        sleeping.wait()
    assert not processes.carries(sleeping.pid, "k", 0.0)


def test_we_and_our_ancestors_are_spared() -> None:
    """A learner may type our commands in a terminal that their app has opened."""
    us = psutil.Process()
    family = processes.with_descendants([us, *us.parents()])
    assert not family & {us, *us.parents()}


def test_processes_are_described_without_control_characters() -> None:
    """Whatever a process calls itself."""

    class Named(psutil.Process):
        def name(self) -> str:
            return "a\x1b[31mb"

    class Gone(psutil.Process):
        def name(self) -> str:
            raise psutil.NoSuchProcess(1)

    assert processes.describe(Named()).startswith("a\\x1b[31mb (pid ")
    assert processes.describe(Gone()).startswith("a process (pid ")
    assert not processes.lives(Gone(subprocess_pid()))


def subprocess_pid() -> int:
    """Return the pid of a zombie of ours."""
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    KEPT.append(zombie)
    process = psutil.Process(zombie.pid)
    while process.status() != psutil.STATUS_ZOMBIE:
        pass
    return zombie.pid


KEPT: list["subprocess.Popen[bytes]"] = []


@pytest.fixture(autouse=True)
def _reap() -> object:
    """Leave no zombie behind."""
    yield
    while KEPT:
        KEPT.pop().wait()


class Installed(Distribution):
    """A package that is said to be installed."""

    def __init__(self, name: str, version: str, *requires: str) -> None:
        self._facts = {"Name": name, "Version": version}
        self._requires = list(requires)

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self._facts["Name"]

    @property
    def version(self) -> str:
        """Return its version."""
        return self._facts["Version"]

    @property
    def requires(self) -> list[str]:
        """Return what it needs."""
        return self._requires

    def read_text(self, filename: str) -> str | None:
        """Return nothing: all is said above."""

    def locate_file(self, path: object) -> Path:
        """Return a place that nobody looks at."""
        return Path(str(path))


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ([Installed("a", "1.0", "b>=2"), Installed("B", "2.0")], []),
        ([Installed("a", "1.0", "b.c (>=2,<3)"), Installed("B-c", "2.9")], []),
        (
            [Installed("a", "1.0", "b[x] >=2,<3"), Installed("b", "3.0.1")],
            ["a 1.0 needs b >=2,<3, but 3.0.1 is installed"],
        ),
        ([Installed("a", "1", "b==2")], ["a 1 needs b, which is not installed"]),
        ([Installed("a", "1", "b==2; extra == 'x'", "c @ file:///c")], []),
        ([Installed("a", "1", "")], []),
        (
            [Installed("a", "1", "b==0.66b1"), Installed("b", "0.66b2")],
            ["a 1 needs b ==0.66b1, but 0.66b2 is installed"],
        ),
    ],
)
def test_conflicts(found: Sequence[Distribution], lines: list[str]) -> None:
    """What pip would complain about, in a line each."""
    assert conflicts(found) == lines


def test_this_environment_is_sound() -> None:
    """Reading what is really installed works."""
    assert all(" needs " in line for line in conflicts())
    assert packages.conflicts.__doc__


@pytest.mark.parametrize(
    ("version", "clause", "holds"),
    [
        ("1.30", "~=1.30.0", True),
        ("1.31", "~=1.30", True),
        ("2.0", "~=1.30", False),
        ("1.29", "~=1.30", False),
        ("1.0", "==1.0.0", True),
        ("1.0", "===1.0.0", False),
        ("1.2.3", "==1.2.*", True),
        ("1.3", "==1.2.*", False),
        ("1.3", "!=1.2.*", True),
        ("1.0rc1", "<1.0", True),
        ("1.0.post1", ">1.0", True),
        ("1.0a1", "<1.0b1", True),
        ("1.0.dev3", "<1.0a1", True),
        ("1.10", ">=1.9", True),
        ("1.10", "<=1.9", False),
        ("1!2.0", ">=1.0", True),
        ("1.0", "!=1.0", False),
        ("nonsense", ">=1", True),
        ("1.0", ">=nonsense", True),
        ("1.0", "==nonsense.*", True),
    ],
)
def test_versions(version: str, clause: str, holds: bool) -> None:  # noqa: FBT001
    """They are compared as the packaging standard says, as far as we need it."""
    operator = clause.rstrip("0123456789.*abcdefghijklmnopqrstuvwxyz")
    assert satisfies(version, operator, clause[len(operator) :]) is holds


def test_a_docker_engine_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found where DOCKER_HOST says, without the SDK."""
    path = tmp_path / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    assert machine.docker_engine() == ""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            for status in (b"200 OK", b"500 No"):
                peer, _ = listener.accept()
                peer.recv(65536)
                peer.sendall(b"HTTP/1.0 " + status + b"\r\n\r\n")
                peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        assert machine.docker_engine() == str(path)
        assert machine.docker_engine() == ""
        thread.join()
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2376")
    assert machine.docker_engine() == ""


def test_where_engines_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without DOCKER_HOST, in the usual places."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
    looked: list[str] = []

    class Nowhere(machine._Unix):  # noqa: SLF001 - in its place
        def connect(self) -> None:
            looked.append(self._path)
            raise ConnectionRefusedError

    monkeypatch.setattr(machine, "_Unix", Nowhere)
    assert machine.docker_engine() == ""
    assert looked[:2] == ["/var/run/docker.sock", "/run/user/7/docker.sock"]
    assert machine.available_memory() > 0
