"""The learner's app: started, seen to answer or to end, started again."""

import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from sre_course.domain.environment import AppState
from sre_course.domain.supervision import APP, KEY, ROLE, Plan
from sre_course.supervisor import child, files, ready
from sre_course.supervisor.board import Board
from sre_course.supervisor.sources import first_problem


FOREVER = float("inf")
LINES, CHARACTERS = 15, 1500  # of what it printed before it ended


class App:
    """At most one process at a time; its state goes to the board."""

    def __init__(
        self, plan: Plan, environment: Mapping[str, str], board: Board
    ) -> None:
        self._plan = plan
        self._environment = {**environment, ROLE: APP}
        self._board = board
        self._workspace = Path(plan.workspace)
        self._child: child.Child | None = None
        self._given_up = threading.Event()
        self._tees = [files.Tee(Path(f"{plan.output}.{s}")) for s in ("out", "err")]

    def start(self) -> None:
        """Start it, unless its source does not compile."""
        plan = self._plan
        python = interpreter(self._workspace)
        problem = first_problem(self._workspace, plan.app_file, python)
        if problem:
            self._board.app(AppState.BROKEN, problem)
            return
        for tee in self._tees:
            tee.fresh()
        try:
            started = child.start(
                [part.replace("{python}", python) for part in plan.app_command],
                cwd=self._workspace,
                environment=self._environment,
                tees=self._tees,
            )
        except OSError as error:
            self._board.app(AppState.EXITED, f"It cannot be started: {error}")
            return
        self._child = started
        self._board.log("app started", pid=started.pid)
        self._board.update(
            app_pid=started.pid,
            app_started=started.started,
            incarnation=started.incarnation,
            state=AppState.STARTING,
            detail="",
        )
        given_up = self._given_up = threading.Event()
        threading.Thread(target=self._await, args=(given_up,), daemon=True).start()

    def restart(self) -> None:
        """Stop it if it runs, and start what was saved."""
        self._board.update(
            state=AppState.STARTING,
            incarnation="",
            detail="",
            restarts=self._board.status.restarts + 1,
        )
        self.stop()
        self.start()

    def tend(self) -> None:
        """Notice that it ended by itself."""
        how = self._child.ended if self._child else ""
        if not how:
            return
        self.stop()
        out, err = (tee.tail.strip() for tee in self._tees)
        # the end is what matters: that is where a traceback says what happened
        printed = (err or out)[-CHARACTERS:].splitlines()
        last = ["It printed last:", *printed[-LINES:]] if printed else []
        text = "\n".join([f"{self._plan.app_file} {how}.", *last])
        self._board.app(AppState.EXITED, text)

    def stop(self) -> None:
        """End it with everything that it started."""
        with self._board.lock:
            self._given_up.set()
        if self._child:
            self._child.stop()
            child.end_strays(f"{KEY}={self._plan.key}", f"{ROLE}={APP}")
            self._child = None
            self._board.update(app_pid=0, incarnation="")

    def _await(self, given_up: threading.Event) -> None:
        port, path = self._plan.app_port, self._plan.ready_path
        if ready.wait(port, path, given_up, self._plan.listen_seconds):
            self._seen(given_up, AppState.RUNNING)
            return
        self._seen(
            given_up,
            AppState.STARTING,
            f"{self._plan.app_file} runs, but nothing answers at "
            f"http://127.0.0.1:{port}{path}: it must listen on the port that the "
            "environment variable PORT names.",
        )
        if ready.wait(port, path, given_up, FOREVER):
            self._seen(given_up, AppState.RUNNING)

    def _seen(
        self, given_up: threading.Event, state: AppState, detail: str = ""
    ) -> None:
        with self._board.lock:  # what is stopped meanwhile has nothing to say any more
            if not given_up.is_set():
                self._board.app(state, detail)


def interpreter(workspace: Path) -> str:
    """Return the Python of the workspace's own environment, or else ours."""
    for own in (".venv/bin/python", ".venv/Scripts/python.exe"):
        if (workspace / own).is_file():
            return str(workspace / own)
    return sys.executable
