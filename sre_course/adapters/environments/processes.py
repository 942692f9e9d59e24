"""Processes of ours: found by the mark that they carry, ended and looked for again."""

import contextlib
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from sre_course.domain.supervision import KEY, PLAN, ROLE


# SIGINT first: on SIGTERM, Python apps lose what their exporters have not sent yet.
LADDER = (
    (signal.SIGINT, 3.0),
    (signal.SIGTERM, 1.0),
    (getattr(signal, "SIGKILL", signal.SIGTERM), 2.0),
)
POLL = 0.01  # seconds
SLACK = 2.0  # seconds between what a supervisor notes as a start and what psutil says


@dataclass(frozen=True, slots=True)
class Marked:
    """A living process with our mark; `plan` is the file that it runs under."""

    process: psutil.Process
    key: str
    plan: Path
    role: str


def marked() -> Iterator[Marked]:
    """Yield all that carry a mark of this course, except us and our ancestors.

    A learner may well type our commands in a terminal that their own app has opened.
    """
    us = psutil.Process()
    spared = {us.pid, *(p.pid for p in us.parents())}
    for process in psutil.process_iter():
        if process.pid in spared:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            if _is_contained(process.pid):
                continue
            if KEY in environment and process.status() != psutil.STATUS_ZOMBIE:
                plan, role = Path(environment.get(PLAN, "")), environment.get(ROLE, "")
                yield Marked(process, environment[KEY], plan, role)


def _is_contained(pid: int) -> bool:
    """Return whether a process lives in a container: that is Docker's to end."""
    namespaces = [Path("/proc", who, "ns", "pid") for who in (str(pid), "self")]
    try:
        theirs, ours = (path.readlink() for path in namespaces)
    except OSError:  # no such thing on this system, or nothing that we may see
        return False
    return theirs != ours


def same(pid: int, started: float) -> psutil.Process | None:
    """Return the process with this pid if it started then, in epoch seconds."""
    if not pid:
        return None
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if (
            abs(process.create_time() - started) < SLACK
            and process.status() != psutil.STATUS_ZOMBIE
        ):
            return process
    return None


def carries(pid: int, key: str, started: float) -> bool:
    """Return whether the process with this pid lives and has our mark.

    Where the system hides its environment from us, its start time decides. That alone
    would not do: it moves when the machine's clock is set.
    """
    try:
        process = psutil.Process(pid)
        return process.environ().get(KEY) == key and lives(process)
    except psutil.AccessDenied:
        return same(pid, started) is not None
    except (psutil.Error, OSError):
        return False


def with_descendants(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    """Return processes with all that they started, as far as it is still known."""
    found = set(processes)
    for process in tuple(found):
        with contextlib.suppress(psutil.Error):
            found.update(process.children(recursive=True))
    us = psutil.Process()
    return found - {us, *us.parents()}


def end(processes: Iterable[psutil.Process]) -> Sequence[psutil.Process]:
    """End processes with their descendants; return those that are still there."""
    left = list(with_descendants(processes))
    for number, seconds in LADDER:
        for process in left:
            # psutil compares start times first: a pid that went to another is safe
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
        left = still_there(left, seconds)
        if not left:
            break
    return left


def still_there(
    processes: Iterable[psutil.Process], seconds: float
) -> list[psutil.Process]:
    """Wait until processes have ended; return those that have not after so long.

    One that only waits to be reaped has ended: in a container nobody may ever do it.
    """
    deadline = time.monotonic() + seconds
    while True:
        left = [process for process in processes if lives(process)]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(POLL)


def lives(process: psutil.Process) -> bool:
    """Return whether a process still runs, and is not just waiting to be reaped."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def describe(process: psutil.Process) -> str:
    """Return `name (pid 123)`, safe to print."""
    try:
        name = process.name()
    except psutil.Error:
        name = "a process"
    return f"{ascii(name)[1:-1]} (pid {process.pid})"


def holder(port: int) -> psutil.Process | None:
    """Return who listens on a port, if the system tells us."""
    for process in psutil.process_iter():
        if port in _listening(process):
            return process
    return None


def listening(process: psutil.Process) -> Sequence[int]:
    """Return the ports on which a process or one of its descendants listens."""
    return sorted(set().union(*map(_listening, with_descendants([process]))))


def _listening(process: psutil.Process) -> set[int]:
    with contextlib.suppress(psutil.Error, OSError):
        return {
            connection.laddr.port
            for connection in process.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr
        }
    return set()
