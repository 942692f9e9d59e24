"""What the commands tell the supervisor, and what it tells them: two JSON files."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, TypeVar

from sre_course.domain.environment import AppState


T = TypeVar("T", "Plan", "Status")

# Every process of an environment has these in its environment: whose it is, the plan
# that it runs under, and what it does there.
KEY = "SRE_COURSE_KEY"
PLAN = "SRE_COURSE_PLAN"
ROLE = "SRE_COURSE_ROLE"
SUPERVISOR, DEPENDENCY, APP = "supervisor", "dependency", "app"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to keep running. The environment ends when its plan's file does."""

    key: str
    exercise: str
    workspace: str
    app_command: tuple[str, ...]  # `{python}` is replaced at every start
    app_file: str
    ready_path: str
    app_port: int
    dependency_command: tuple[str, ...]
    dependency_name: str
    dependency_variable: str
    dependency_document: str  # specification and fault seed, as the dependency reads it
    token: str
    status: str  # path of the status file
    output: str  # path of the app's output without `.out` and `.err`
    used: str  # path that every command touches
    log: str
    listen_seconds: float = 10.0  # after these we say that the app does not listen


@dataclass(frozen=True, slots=True)
class Status:
    """How everything is; times in epoch seconds, 0 as a pid where nothing runs."""

    key: str
    supervisor_pid: int
    supervisor_started: float
    dependency_port: int
    dependency_pid: int = 0
    dependency_started: float = 0.0
    app_pid: int = 0
    app_started: float = 0.0
    restarts: int = 0
    state: AppState = AppState.STARTING
    incarnation: str = ""
    detail: str = ""
    ended: str = ""  # why the supervisor ended, if it did


def to_text(value: Plan | Status) -> str:
    """Return the file's content."""
    return json.dumps(asdict(value), indent=1) + "\n"


def plan_from(text: str) -> Plan:
    """Return the plan that a file holds. Raises ValueError."""
    return _read(Plan, text)


def status_from(text: str) -> Status:
    """Return the status that a file holds. Raises ValueError."""
    return _read(Status, text)


def _read(kind: type[T], text: str) -> T:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - content, not a type
    return kind(
        **{
            field.name: _typed(field.type, document, field.name)
            for field in fields(kind)
            if field.default is MISSING or field.name in document
        }
    )


def _typed(wanted: Any, document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    value = document.get(name)
    if wanted == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
    elif wanted is AppState:
        return AppState(str(value))
    elif wanted is float and isinstance(value, int | float):
        return float(value)
    elif isinstance(value, wanted) and not isinstance(value, bool):
        return value
    raise ValueError(f"`{name}` is {value!r}")
