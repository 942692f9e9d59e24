"""End an embedded environment and prove that nothing of it is left."""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import psutil

from sre_course.adapters.environments import ports, processes
from sre_course.adapters.environments.paths import Paths
from sre_course.adapters.environments.processes import Marked
from sre_course.domain.supervision import SUPERVISOR, Status


GRACE = 8.0  # seconds for the supervisor to end what it started
ROUNDS = 3  # a process may start another while we look


def end(paths: Paths, key: str) -> Sequence[str]:
    """End everything that carries a key or runs under a plan; return what is left."""
    plan, status = paths.read_plan(), paths.read_status()
    with contextlib.suppress(OSError):
        # first, because without it a supervisor ends by itself, whatever becomes of us
        paths.plan.unlink(missing_ok=True)
    marked = _marked(paths, key)
    known = [*(_recorded(status) if status else []), *(m.process for m in marked)]
    # now, as whoever leaves its parent loses its place in the family
    family = processes.with_descendants(known)
    _ask([m.process for m in marked if m.role == SUPERVISOR])
    left = _end(family, paths, key)
    if not left:
        with contextlib.suppress(OSError):
            paths.status.unlink(missing_ok=True)
    taken = [plan.app_port] if plan else []
    taken += [status.dependency_port] if status else []
    return [*map(processes.describe, left), *_unfree(taken)]


def marked_under(state: Path) -> Sequence[Marked]:
    """Return what any plan in a state folder started, whether or not it is known."""
    return [m for m in processes.marked() if state in m.plan.parents]


def end_marked(found: Sequence[Marked]) -> Sequence[str]:
    """End marked processes, their supervisors first; return what is left."""
    for plan in {m.plan for m in found}:
        with contextlib.suppress(OSError):
            plan.unlink(missing_ok=True)
    _ask([m.process for m in found if m.role == SUPERVISOR])
    return [*map(processes.describe, processes.end(m.process for m in found))]


def orphans(state: Path) -> Sequence[Marked]:
    """Return what nobody leads any more.

    That is whatever runs under a plan that is gone, wherever its home was, and what a
    supervisor of this home left behind. Other homes may mend that themselves.
    """
    found = list(processes.marked())
    led = {m.plan for m in found if m.role == SUPERVISOR}
    return [
        m
        for m in found
        if not m.plan.is_file() or (state in m.plan.parents and m.plan not in led)
    ]


def _marked(paths: Paths, key: str) -> list[Marked]:
    return [m for m in processes.marked() if m.key == key or m.plan == paths.plan]


def _recorded(status: Status) -> list[psutil.Process]:
    """Return what the supervisor noted: an app may have wiped its environment."""
    noted = (
        processes.same(status.app_pid, status.app_started),
        processes.same(status.dependency_pid, status.dependency_started),
    )
    return [p for p in noted if p]


def _ask(supervisors: Iterable[psutil.Process]) -> None:
    """Ask supervisors to end what they started, and wait until they have."""
    asked = list(supervisors)
    for supervisor in asked:
        with contextlib.suppress(psutil.Error):
            supervisor.terminate()
    processes.still_there(asked, GRACE)


def _end(
    known: Iterable[psutil.Process], paths: Paths, key: str
) -> Sequence[psutil.Process]:
    left = list(known)
    for _ in range(ROUNDS):
        left = [p for p in left if processes.lives(p)]
        left += [m.process for m in _marked(paths, key) if m.process not in left]
        if not left:
            break
        left = list(processes.end(left))
    return left


def _unfree(taken: Iterable[int]) -> list[str]:
    """Name the ports that are still held by nobody knows whom.

    All that was ours has ended: a port with a known holder is not ours any more.
    """
    return [
        f"port {port}"
        for port in taken
        if ports.answers(port) and not processes.holder(port)
    ]
