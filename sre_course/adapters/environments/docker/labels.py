"""The labels that say what is ours: the only truth about it, whoever died meanwhile."""

from collections.abc import Mapping


Filter = str | list[str] | bool  # as the engine's client takes it

KEY = "dev.sre-course.key"  # of the environment
WORKSPACE = "dev.sre-course.workspace"  # the learner's folder
EXERCISE = "dev.sre-course.exercise"
ROLE = "dev.sre-course.role"  # a service's name
SPEC = "dev.sre-course.spec"  # hash of everything that a service was made from


def of_key(key: str) -> Mapping[str, Filter]:
    """Return the filter for everything of one environment."""
    return {"label": f"{KEY}={key}"}


def of_anyone() -> Mapping[str, Filter]:
    """Return the filter for everything of any environment."""
    return {"label": KEY}
