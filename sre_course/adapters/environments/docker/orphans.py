"""What nobody knows of any more, found by its labels alone."""

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
    return [o for o in _all() if not Path(o.workspace).is_dir()]


def under(root: Path) -> Sequence[Orphan]:
    """Return what carries our labels and has its workspace in a folder.

    Raises ServiceError if no engine answers.
    """
    return [o for o in _all() if root.resolve() in Path(o.workspace).parents]


def _all() -> Sequence[Orphan]:
    client = connect(timeout=QUICK)
    filters = {**labels.of_anyone()}
    try:
        with explained("looking for what is left of earlier starts"):
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
    found: dict[tuple[str, str, str], list[str]] = {}
    for marks, part in parts:
        names = (labels.KEY, labels.EXERCISE, labels.WORKSPACE)
        key, exercise, workspace = (marks.get(name, "") for name in names)
        found.setdefault((key, exercise, workspace), []).append(part)
    return [Orphan(*about, tuple(parts)) for about, parts in sorted(found.items())]


def remove_orphans(found: Sequence[Orphan]) -> Sequence[str]:
    """Remove them; return what is still there. Raises ServiceError."""
    client = connect()
    try:
        with explained("removing what is left of earlier starts"):
            return [
                left
                for orphan in found
                for left in lifecycle.remove_all(client, orphan.key)
            ]
    finally:
        client.close()
