"""Keep the dependency and the learner's app running until somebody ends it."""

import os
import socket
import threading
import time
from pathlib import Path

from sre_course.domain.environment import AppState
from sre_course.domain.supervision import DEPENDENCY, KEY, PLAN, ROLE, Plan, Status
from sre_course.supervisor import child
from sre_course.supervisor.app import App
from sre_course.supervisor.board import Board
from sre_course.supervisor.chores import Chores
from sre_course.supervisor.watch import Watch


POLL, POLL_SOON = 0.25, 0.05  # seconds
BACKLOG = 512


class Supervisor:
    """One environment. `stop` may be called from a signal handler."""

    def __init__(self, plan: Plan, path: Path, chores: Chores) -> None:
        self._plan = plan
        self._chores = chores
        # ours, so that the app can be told where to call before the dependency is up,
        # and so that a dependency that dies comes back at the same address
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        port = self._socket.getsockname()[1]
        self._board = Board(plan, Status(plan.key, os.getpid(), time.time(), port))
        self._environment = {**os.environ, KEY: plan.key, PLAN: str(path)}
        app = {
            "PORT": str(plan.app_port),
            plan.dependency_variable: f"http://127.0.0.1:{port}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",  # milliseconds, instead of 5 seconds
            "PYTHONUNBUFFERED": "1",
            # a proxy of the learner's network cannot reach what runs on this machine
            **{
                n: _with_loopback(os.environ.get(n, ""))
                for n in ("NO_PROXY", "no_proxy")
            },
        }
        self._app = App(plan, self._environment | app, self._board)
        self._dependency: child.Child | None = None
        self._wake = threading.Event()
        self._reason = ""

    def stop(self, reason: str) -> None:
        """End soon."""
        self._reason = self._reason or reason
        self._wake.set()

    def run(self) -> None:
        """Return when everything has ended."""
        self._board.log("started", pid=os.getpid(), workspace=self._plan.workspace)
        watch = Watch(Path(self._plan.workspace))
        try:
            self._start_dependency()
            self._app.start()
            while not self._reason:
                self._wake.wait(POLL_SOON if watch.pending else POLL)
                self._app.tend()
                self._tend_dependency()
                if watch.changed():
                    self._chores.used()
                    self._app.restart()
                unwanted = self._chores.ending()
                if unwanted:
                    self.stop(unwanted)
        finally:
            self._end()

    def _start_dependency(self) -> None:
        started = child.start(
            self._plan.dependency_command,
            cwd=Path("/"),
            environment={
                **self._environment,
                ROLE: DEPENDENCY,
                "SRE_DEPENDENCY": self._plan.dependency_document,
                "SRE_TOKEN": self._plan.token,
                "SRE_PARENT": str(os.getpid()),
                "SRE_SOCKET": str(self._socket.fileno()),
            },
            inherited=[self._socket.fileno()],
        )
        self._dependency = started
        self._board.update(
            dependency_pid=started.pid, dependency_started=started.started
        )

    def _tend_dependency(self) -> None:
        how = self._dependency.ended if self._dependency else ""
        if how:
            self._board.log("dependency ended", how=how)
            time.sleep(POLL)  # one that cannot live must not keep a core busy
            self._start_dependency()

    def _end(self) -> None:
        reason = self._reason or "the supervisor failed"
        self._board.log("ending", reason=reason)
        self._app.stop()
        if self._dependency:
            self._dependency.stop()
        self._socket.close()
        self._board.update(
            state=AppState.GONE, dependency_pid=0, supervisor_pid=0, ended=reason
        )
        self._board.log("ended")


def _with_loopback(hosts: str) -> str:
    """Add this machine to the hosts that no proxy is asked for."""
    return ",".join([*filter(None, [hosts]), "127.0.0.1", "localhost"])
