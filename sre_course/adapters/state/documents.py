"""Our records as they lie on disk, for commands that are to be quick.

`progress`, `reports` and `environments` read the same files into values of ours and
say what is wrong with them; here that is a TypeError, a ValueError or an OSError.
"""

import json
import os
from collections.abc import Callable

from sre_course.adapters.state.files import lock, replace
from sre_course.domain.document import Values, table, text, whole


STATE = ".state"
TEXTS = ("exercise", "backend", "key", "fault_seed", "token")  # of an environment


def read_progress(home: str) -> Values:
    """Return the progress; a fresh one if there is none yet."""
    try:
        progress = _read(os.path.join(home, STATE, "progress.json"))
    except FileNotFoundError:
        return {"format": 1, "learner": os.urandom(8).hex()}
    whole(progress, "format")
    text(progress, "learner")
    return progress


def known_exercise(progress: Values, name: str) -> Values:
    """Return what the progress holds of an exercise, perhaps nothing yet."""
    return table(table(progress.get("exercises", {})).get(name, {}))


def change_exercise(home: str, name: str, change: Callable[[Values], Values]) -> None:
    """Read what is known of an exercise, change and replace it while nobody else does.

    What `change` does not touch stays as it is. Raises ServiceError.
    """
    handle = lock(os.path.join(home, STATE, "progress.lock"), wait=True, busy="")
    try:
        progress = read_progress(home)
        before = known_exercise(progress, name)
        after = change(before)
        if after is not before:
            exercises = {**table(progress.get("exercises", {})), name: after}
            document = json.dumps(
                {**progress, "exercises": exercises}, indent=1, sort_keys=True
            )
            replace(os.path.join(home, STATE, "progress.json"), document + "\n")
    finally:
        os.close(handle)


def read_report(home: str, name: str) -> Values:
    """Return the last report of an exercise."""
    return _read(_record(home, "reports", name))


def is_recorded(home: str, name: str) -> bool:
    """Tell whether an exercise was started and not stopped, by us."""
    return os.path.exists(_record(home, "environments", name))


def running_endpoints(home: str, name: str) -> dict[str, str]:
    """Return the addresses of what runs; none if it has ended by itself.

    Docker's engine is not asked: that takes too long.
    """
    try:
        running = _read(_record(home, "environments", name))
        for field in TEXTS:
            text(running, field)
        found = {n: str(url) for n, url in table(running.get("endpoints")).items()}
        status = table(running.get("record")).get("status")
        if not isinstance(status, str):
            return found
        supervisor = whole(_read(status), "supervisor_pid")
        if supervisor < 1:
            return {}
        os.kill(supervisor, 0)
    except (OSError, ValueError, TypeError, OverflowError, RecursionError):
        return {}  # a start finds what still runs, and writes it down anew
    return found


def _record(home: str, kind: str, name: str) -> str:
    return os.path.join(home, STATE, kind, name.replace("/", "-") + ".json")


def _read(path: str) -> Values:
    with open(path, encoding="utf-8") as file:
        return table(json.load(file))
