"""A started environment, as it is kept between two commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AppState(StrEnum):
    """How a supervised service is."""

    STARTING = "starting"
    RUNNING = "running"  # it answers
    BROKEN = "broken"  # its source does not compile: not started until saved again
    EXITED = "exited"  # it ended by itself: not started until saved again
    GONE = "gone"  # whoever should run it is no more


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service right now.

    `incarnation` changes with every start: two equal values mean that it was the
    same process all along. `detail` is what the learner should read: the line of a
    syntax error, or the last lines that a process printed before it ended.
    """

    state: AppState
    incarnation: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A started environment.

    `key` is carried by every process or container of it. `endpoints` are the base
    URLs of what runs: `app`, the dependency under its name, and the real stack.
    `token` opens the dependency's control path.
    """

    exercise: str
    backend: str
    key: str
    fault_seed: str
    token: str
    endpoints: Mapping[str, str]
    record: Mapping[str, object]  # what the backend needs to find it again
