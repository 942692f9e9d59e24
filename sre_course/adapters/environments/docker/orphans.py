"""Environments whose workspace is gone: nobody will stop them any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sre_course.adapters.environments.docker import labels, lifecycle
from sre_course.adapters.environments.docker.engine import connect
from sre_course.adapters.environments.docker.errors import explained


QUICK = 5  # seconds that the engine may take


@dataclass(frozen=True, slots=True)
class Orphan:
    """What is left of one environment."""

    key: str
    exercise: str
    workspace: str
    parts: tuple[str, ...]  # `container sre-…-app` and the like


def orphans() -> Sequence[Orphan]:
    """Return what carries our labels and whose workspace is not there any more.

    Raises ServiceError if no engine answers.
    """
    client = connect(timeout=QUICK)
    filters = {**labels.of_anyone()}
    found: dict[tuple[str, str, str], list[str]] = {}
    try:
        with explained("looking for containers of workspaces that are gone"):
            containers = client.containers.list(
                all=True, filters=filters, ignore_removed=True
            )
            parts = [(c.labels, f"container {c.name}") for c in containers]
            networks = client.networks.list(filters=filters)
            parts += [(n.attrs["Labels"], f"network {n.name}") for n in networks]
            volumes = client.volumes.list(filters=filters)
            parts += [(v.attrs["Labels"], f"volume {v.name}") for v in volumes]
    finally:
        client.close()
    for marks, part in parts:
        workspace = marks.get(labels.WORKSPACE, "")
        if not Path(workspace).is_dir():
            about = (marks[labels.KEY], marks.get(labels.EXERCISE, ""), workspace)
            found.setdefault(about, []).append(part)
    return [Orphan(*about, tuple(parts)) for about, parts in sorted(found.items())]


def remove_orphans(found: Sequence[Orphan]) -> Sequence[str]:
    """Remove them; return what is still there. Raises ServiceError."""
    client = connect()
    try:
        with explained("removing containers of workspaces that are gone"):
            return [
                left
                for orphan in found
                for left in lifecycle.remove_all(client, orphan.key)
            ]
    finally:
        client.close()
