"""Start a supervisor that outlives us."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from sre_course.adapters.environments.paths import Paths
from sre_course.domain.errors import ServiceError
from sre_course.domain.supervision import KEY, PLAN, ROLE, SUPERVISOR, Plan


Process = subprocess.Popen[bytes]
ROOT = Path(__file__).resolve().parents[3]  # holds the package, installed or not
# The standard library comes before ROOT: what lies there must not shadow it.
RUN = (
    "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)


def module_command(module: str) -> tuple[str, ...]:
    """Return how to run one of our modules, from anywhere.

    Isolated (-I), as the learner's PYTHON* variables are meant for the learner's app.
    """
    return sys.executable, "-I", "-c", RUN, str(ROOT), module


def launch(paths: Paths, plan: Plan, claimed: socket.socket) -> Process:
    """Start the supervisor of a plan that is written already.

    It holds the claim on the app's port until its end. Raises ServiceError.
    """
    marks = {KEY: plan.key, PLAN: str(paths.plan), ROLE: SUPERVISOR}
    try:
        with paths.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module
                [*module_command("sre_course.supervisor"), str(paths.plan)],
                cwd="/",
                env={**os.environ, **marks},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[claimed.fileno()],
                start_new_session=True,  # the terminal's end is not its end
            )
    except OSError as error:
        raise ServiceError(
            f"The supervisor cannot be started: {error}",
            fix="Run `sre-course doctor`: it looks at what a start needs",
        ) from error
    # somebody has to take its exit code, should it end before us
    threading.Thread(target=process.wait, daemon=True).start()
    return process
