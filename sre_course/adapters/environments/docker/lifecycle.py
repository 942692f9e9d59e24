"""Start, find and end an environment's containers, networks and volume."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from sre_course.adapters.environments.docker import containers, labels
from sre_course.adapters.environments.docker.containers import Part, Place
from sre_course.adapters.environments.docker.engine import Engine
from sre_course.adapters.environments.docker.files import FOLDER, archive
from sre_course.adapters.environments.docker.network import ensure_network


STOP = 5  # seconds that the learner's app gets to end by itself
GONE = 10.0  # seconds until all must have been removed
POLL = 0.1
THREADS = 6  # the client keeps ten connections


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that one environment is made from; the door is the last part.

    `endpoints` maps names to the door's ports.
    """

    place: Place
    parts: tuple[Part, ...]
    endpoints: Mapping[str, int]

    @property
    def door(self) -> Part:
        """The part that leads to all others."""
        return self.parts[-1]


def converge(
    client: DockerClient, engine: Engine, wanted: Wanted, look: Callable[[], None]
) -> Mapping[str, Container]:
    """Make what is there what is wanted; return the running containers by role.

    What runs already and is as it should be is left alone. `look` is called between
    two steps and may raise. The door is started last: while it runs, all is there.
    """
    place = wanted.place
    parts = {part.name: part for part in wanted.parts}
    kept: dict[str, Container] = {}
    stale = []
    for container in containers.existing(client, place.key):
        role = container.labels.get(labels.ROLE, "")
        if containers.is_current(container, parts.get(role), place):
            kept[role] = container
        else:
            stale.append(container)
    together(partial(containers.remove, c) for c in stale)
    look()
    for network in (place.network, place.outside):
        ensure_network(client, place, network)
    _ensure_volume(client, place)
    look()
    made = {
        name: containers.create(client, engine, place, part)
        for name, part in parts.items()
        if name not in kept
    }
    _fill(client, wanted, kept, made)
    look()
    door = made.pop(wanted.door.name, None)
    together(container.start for container in made.values())
    look()
    if door:
        door.start()
        made[wanted.door.name] = door
    return {**kept, **made}


def _fill(
    client: DockerClient,
    wanted: Wanted,
    kept: Mapping[str, Container],
    made: Mapping[str, Container],
) -> None:
    """Put the files that new containers read where they read them."""
    name = wanted.door.name
    if name in made:
        network = client.networks.get(wanted.place.network)
        network.connect(made[name], aliases=[name])
    files: dict[str, bytes] = {}
    for part in wanted.parts:
        if part.name in made:
            files |= part.files
    if files:
        door = made.get(name) or kept[name]
        door.put_archive(FOLDER, archive(files))


def together(actions: Iterable[Callable[[], object]]) -> None:
    """Do things at the same time; raise the first error once all have ended."""
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        running = [pool.submit(action) for action in actions]
    for one in running:
        one.result()


def _ensure_volume(client: DockerClient, place: Place) -> None:
    try:
        client.volumes.get(place.volume)
    except NotFound:
        client.volumes.create(place.volume, labels=dict(place.marks))


def remove_all(client: DockerClient, key: str) -> Sequence[str]:
    """Remove everything that carries a key; return what is still there after a while.

    An empty result is a proof: it was looked for again.
    """
    found = containers.existing(client, key)
    for container in found:
        if container.labels.get(labels.ROLE) == "app" and container.status == "running":
            container.stop(timeout=STOP)
    together(partial(containers.remove, c) for c in found)
    deadline = time.monotonic() + GONE
    while True:
        reasons = _remove_rest(client, key)
        left = _left(client, key)
        if not left or time.monotonic() > deadline:
            return [f"{what}{reasons.get(what, '')}" for what in left]
        time.sleep(POLL)
        for container in containers.existing(client, key):
            containers.remove(container)


def _remove_rest(client: DockerClient, key: str) -> Mapping[str, str]:
    """Try to remove networks and volumes; return why some would not go."""
    reasons = {}
    filters = {**labels.of_key(key)}
    for network in client.networks.list(filters=filters):
        try:
            network.remove()
        except NotFound:
            continue
        except APIError as error:
            reasons[f"network {network.name}"] = (
                f" ({_who_uses(client, network.id or '', error)})"
            )
    for volume in client.volumes.list(filters=filters):
        try:
            volume.remove()
        except NotFound:
            continue
        except APIError as error:
            reasons[f"volume {volume.name}"] = f" ({error.explanation})"
    return reasons


def _who_uses(client: DockerClient, network: str, error: APIError) -> str:
    try:
        attached: Mapping[str, Any] = client.networks.get(network).attrs["Containers"]
    except (APIError, KeyError):
        attached = {}
    names = [str(c.get("Name")) for c in (attached or {}).values()]
    return f"in use by {', '.join(names)}" if names else str(error.explanation)


def _left(client: DockerClient, key: str) -> list[str]:
    filters = {**labels.of_key(key)}
    return [
        *(f"container {c.name}" for c in containers.existing(client, key)),
        *(f"network {n.name}" for n in client.networks.list(filters=filters)),
        *(f"volume {v.name}" for v in client.volumes.list(filters=filters)),
    ]
