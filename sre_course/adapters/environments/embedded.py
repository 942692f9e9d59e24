"""Exercise services as processes on this machine, kept by a detached supervisor."""

import json
import os
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sre_course.adapters.environments import dependency, ending, ports, processes
from sre_course.adapters.environments.interrupts import held
from sre_course.adapters.environments.launch import Process, launch, module_command
from sre_course.adapters.environments.paths import Paths
from sre_course.domain.behaviour_document import spec_document
from sre_course.domain.environment import AppState, Running, ServiceState
from sre_course.domain.errors import ServiceError
from sre_course.domain.exercise import Exercise
from sre_course.domain.supervision import Plan, Status, to_text


NAME = "embedded"
SYSTEM = os.name
POLL = 0.02  # seconds
PATIENCE = 20.0  # seconds for the supervisor and the dependency to answer
LATE = 5.0  # seconds for the supervisor to say that the app does not listen in time
TAIL = 64 << 10  # bytes of output that are looked at


@dataclass(frozen=True, slots=True)
class Embedded:
    """The default backend: needs nothing but Python.

    `records` is the folder of our records, `write` replaces a file atomically, `port`
    is the one that the learner asked for, and `patience` the seconds that an app may
    take until it listens: after them a start returns all the same.
    """

    records: Path
    write: Callable[[Path, str], None]
    port: int | None = None
    patience: float = 10.0

    def preflight(self, exercise: Exercise) -> None:
        """Raise ServiceError where processes do not work as they do on POSIX."""
        del exercise
        if SYSTEM != "posix":
            raise ServiceError(
                "The embedded backend needs Linux, macOS or WSL",
                fix="Run the course in WSL, or add --backend docker",
            )

    def start(
        self, exercise: Exercise, workspace: Path, key: str, fault_seed: str
    ) -> Running:
        """Start everything, or adopt what runs already; or leave nothing behind.

        Raises ServiceError, and KeyboardInterrupt when everything is undone.
        """
        paths = Paths(self.records, exercise.id.slug)
        plan = _plan(paths, exercise, workspace, key, fault_seed)
        plan = replace(plan, listen_seconds=self.patience)
        with held() as look:
            old = paths.read_plan()
            if old and self._serves(old, plan) and _led(paths.read_status()):
                return _running(paths, old, _wait(paths, old, look))
            left = ending.end(paths, key)
            if left:
                raise ServiceError(
                    f"What ran before does not end: {', '.join(left)}",
                    fix="End it by hand, then run the command again",
                )
            try:
                with ports.claim(self.port, paths.read_port()) as claimed:
                    plan = replace(plan, app_port=ports.number(claimed))
                    self._prepare(paths, plan)
                    look()
                    process = launch(paths, plan, claimed)
                return _running(paths, plan, _wait(paths, plan, look, process))
            except BaseException:
                ending.end(paths, key)
                raise

    def state(self, running: Running) -> ServiceState:
        """Return how the learner's app is."""
        status = self._paths(running).read_status()
        if status is None or status.key != running.key:
            return ServiceState(AppState.GONE, detail="Nothing runs any more")
        if not _led(status):
            why = status.ended or "its supervisor was ended"
            return ServiceState(AppState.GONE, detail=f"The environment ended: {why}")
        detail = status.detail
        if status.state is AppState.STARTING and detail:
            detail += _elsewhere(status)
        return ServiceState(status.state, status.incarnation, detail)

    def output(self, running: Running, lines: int) -> str:
        """Return the last lines that the learner's app printed, of both streams."""
        stem = self._paths(running).output
        parts = [
            _tail(stem.with_name(f"{stem.name}.{s}"), lines) for s in ("out", "err")
        ]
        return "\n".join(part for part in parts if part)

    def stop(self, running: Running) -> Sequence[str]:
        """End everything that carries the key; return what is left."""
        with held():
            return ending.end(self._paths(running), running.key)

    def _paths(self, running: Running) -> Paths:
        return Paths(self.records, running.exercise.replace("/", "-"))

    def _serves(self, old: Plan, wanted: Plan) -> bool:
        """Return whether what was started once is what is wanted now."""
        same = replace(wanted, app_port=old.app_port, token=old.token) == old
        return same and self.port in (None, old.app_port)

    def _prepare(self, paths: Paths, plan: Plan) -> None:
        """Write what the supervisor reads, and make the folders that it writes to."""
        self.write(paths.port, f"{plan.app_port}\n")
        self.write(paths.used, "")
        self.write(paths.status, "")
        paths.output.parent.mkdir(exist_ok=True)
        self.write(paths.plan, to_text(plan))


def _plan(
    paths: Paths, exercise: Exercise, workspace: Path, key: str, fault_seed: str
) -> Plan:
    app, spec = exercise.app, exercise.dependency
    return Plan(
        key=key,
        exercise=str(exercise.id),
        workspace=str(workspace),
        app_command=app.command,
        app_file=app.file,
        ready_path=app.ready_path,
        app_port=0,
        dependency_command=module_command("sre_course.dependency"),
        dependency_name=spec.name,
        dependency_variable=spec.variable,
        dependency_document=json.dumps(
            {"spec": spec_document(spec), "seed": fault_seed}
        ),
        token=secrets.token_urlsafe(24),
        status=str(paths.status),
        output=str(paths.output),
        used=str(paths.used),
        log=str(paths.log),
    )


def _wait(
    paths: Paths,
    plan: Plan,
    look: Callable[[], None],
    process: Process | None = None,
) -> Status:
    """Return the status once there is news of both, the dependency and the app."""
    started = time.monotonic()
    up = False
    while True:
        look()
        status = paths.read_status()
        waited = time.monotonic() - started
        if status:
            up = up or dependency.is_up(_url(status.dependency_port))
            if up and (_settled(status) or waited > plan.listen_seconds + LATE):
                return status
        if (process and process.poll() is not None) or (waited > PATIENCE and not up):
            why = _last_word(paths.log) or "no reason given"
            raise ServiceError(
                f"The environment does not start: {why}",
                fix="Run `sre-course doctor`: it looks at what a start needs",
            )
        time.sleep(POLL)


def _settled(status: Status) -> bool:
    return status.state is not AppState.STARTING or bool(status.detail)


def _running(paths: Paths, plan: Plan, status: Status) -> Running:
    document = json.loads(plan.dependency_document)
    return Running(
        exercise=plan.exercise,
        backend=NAME,
        key=plan.key,
        fault_seed=str(document["seed"]),
        token=plan.token,
        endpoints={
            "app": _url(plan.app_port),
            plan.dependency_name: _url(status.dependency_port),
        },
        record={
            "plan": str(paths.plan),
            "status": str(paths.status),
            "output": str(paths.output),
            "ports": [plan.app_port, status.dependency_port],
        },
    )


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _led(status: Status | None) -> bool:
    """Return whether the supervisor that wrote a status lives."""
    return (
        status is not None
        and status.supervisor_pid > 0
        and processes.carries(
            status.supervisor_pid, status.key, status.supervisor_started
        )
    )


def _elsewhere(status: Status) -> str:
    """Say where an app listens that does not listen where it should."""
    app = processes.same(status.app_pid, status.app_started)
    found = processes.listening(app) if app else ()
    return f" It listens on {', '.join(map(str, found))} instead." if found else ""


def _last_word(log: Path) -> str:
    """Return what a supervisor that failed said last; what it logged is no failure."""
    line = _tail(log, 1)
    return "" if line.startswith("{") else line


def _tail(path: Path, lines: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            text = file.read(TAIL).decode("utf-8", "backslashreplace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
