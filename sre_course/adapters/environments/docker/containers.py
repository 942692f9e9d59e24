"""One container for each service: made hardened, kept if it is as it should be."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.types import LogConfig, Mount, Ulimit

from sre_course.adapters.environments.docker import labels
from sre_course.adapters.environments.docker.engine import Engine
from sre_course.adapters.environments.docker.files import FOLDER
from sre_course.adapters.environments.docker.services import WORKSPACE, Service
from sre_course.adapters.environments.docker.stack import Limits
from sre_course.domain.errors import ServiceError


ANYONE = "10001:10001"  # somebody who is nobody on the learner's machine
ROOT = 0
LOGS = LogConfig(type="json-file", config={"max-size": "5m", "max-file": "2"})
FILES = Ulimit(name="nofile", soft=4096, hard=4096)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an environment's containers live; `marks` are their labels."""

    key: str
    marks: Mapping[str, str]

    @property
    def network(self) -> str:
        """The network of the services, which has no way out."""
        return f"sre-{self.key}"

    @property
    def outside(self) -> str:
        """The network whose ports are published."""
        return f"sre-{self.key}-out"

    @property
    def volume(self) -> str:
        """The volume with code and configuration of ours."""
        return f"sre-{self.key}"


@dataclass(frozen=True, slots=True)
class Part:
    """A service, and what its container is made from; `image` is an id.

    `files` are those of the volume that it reads, by path below FOLDER. `published`
    maps its ports to ports of this machine's loopback interface; None lets the engine
    choose.
    """

    service: Service
    image: str
    limits: Limits
    files: Mapping[str, bytes]
    published: Mapping[int, int | None]

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    @property
    def spec(self) -> str:
        """A hash of all that the container is made from."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def existing(client: DockerClient, key: str) -> Sequence[Container]:
    """Return an environment's containers, whatever their state."""
    return client.containers.list(
        all=True, filters={**labels.of_key(key)}, ignore_removed=True
    )


def is_current(container: Container, part: Part | None, place: Place) -> bool:
    """Whether a container runs, is on its network, and was made for just that part."""
    networks = container.attrs["NetworkSettings"]["Networks"]
    return (
        part is not None
        and container.status == "running"
        and container.labels.get(labels.SPEC) == part.spec
        and place.network in networks
    )


def create(client: DockerClient, engine: Engine, place: Place, part: Part) -> Container:
    """Create a container that has no right that it does not need.

    Only who publishes ports may write to the volume: it is filled through that one,
    whose user cannot write there.
    """
    service, limits = part.service, part.limits
    network = place.outside if part.published else place.network
    endpoint = client.api.create_endpoint_config(
        aliases=[service.alias or service.name]
    )
    options: dict[str, Any] = {
        "name": f"sre-{place.key}-{service.name}",
        "hostname": service.name,
        **_command(service),
        "user": service.user,
        "environment": dict(service.environment),
        "working_dir": FOLDER if service.is_ours else None,
        "labels": {**place.marks, labels.ROLE: service.name, labels.SPEC: part.spec},
        "network": network,
        # names of the exercise alone: others fail at once, and ask nobody outside
        "dns": ["127.0.0.1"],
        "dns_opt": ["timeout:1", "attempts:1"],
        "networking_config": {network: endpoint},
        "ports": {
            f"{inside}/tcp": ("127.0.0.1", outside)
            for inside, outside in part.published.items()
        },
        "mounts": _mounts(service, place.volume, writable=bool(part.published)),
        "tmpfs": _tmpfs(service),
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true", *_confinement(engine)],
        "init": True,
        "mem_limit": f"{limits.memory}m",
        "memswap_limit": f"{limits.memory}m",
        "nano_cpus": engine.cpus_for(limits),
        "pids_limit": limits.pids,
        "ulimits": [FILES],
        "log_config": LOGS,
        "healthcheck": {"test": ["NONE"]},
    }
    return client.containers.create(part.image, **options)


def _command(service: Service) -> dict[str, list[str]]:
    """Return what is run, whatever an image that somebody named would run itself."""
    command = list(service.command)
    if service.is_ours:
        return {"entrypoint": command[:1], "command": command[1:]}
    return {"command": command} if command else {}


def _mounts(service: Service, volume: str, *, writable: bool) -> list[Mount]:
    mounts = [Mount(FOLDER, volume, read_only=not writable, no_copy=True)]
    if service.workspace:
        mounts.append(
            Mount(WORKSPACE, str(service.workspace), type="bind", read_only=True)
        )
    return mounts


def _tmpfs(service: Service) -> dict[str, str]:
    """Return the writable folders, the service's own whatever the image says."""
    user, _, group = service.user.partition(":")
    options = f"rw,noexec,nosuid,nodev,mode=1777,uid={user},gid={group}"
    own = {f: f"{options},size={size}m" for f, size in service.tmpfs.items()}
    return {**own, **{f"{WORKSPACE}/{f}": "ro,size=4k" for f in service.hidden}}


def _confinement(engine: Engine) -> list[str]:
    """SELinux would keep the container from reading the learner's folder."""
    return ["label=disable"] if engine.selinux else []


def user_for(engine: Engine, workspace: Path) -> str:
    """Return as whom the learner's app runs, so that it can read their files.

    Raises ServiceError where they are gone, or nobody but root can read them.
    """
    if not workspace.is_dir():
        raise ServiceError(
            f"The folder of the exercise is gone: {workspace}",
            fix="Run `sre-course start` again: it makes a new one",
        )
    if engine.rootless:
        return f"{ROOT}:{ROOT}"  # which is the learner, and nobody else's root
    owner = workspace.stat()
    if os.name != "posix" or engine.is_desktop:
        return ANYONE
    if owner.st_uid != ROOT:
        return f"{owner.st_uid}:{owner.st_gid}"
    shut = [p for p in (workspace, *workspace.rglob("*")) if not _is_open(p)]
    if shut:
        raise ServiceError(
            f"Only root can read {shut[0]}, and the app does not run as root",
            fix=f"Run `chmod -R go+rX {workspace}`",
        )
    return ANYONE


def _is_open(path: Path) -> bool:
    if path.is_symlink():
        return True
    needed = 0o005 if path.is_dir() else 0o004
    return path.stat().st_mode & needed == needed


def remove(container: Container) -> None:
    """Remove a container whatever it does; one that goes already is let go."""
    try:
        container.remove(force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if "removal of container" not in str(error).lower():
            raise


def how_it_ended(container: Container) -> str:
    """Return in words why a container does not run."""
    state: Mapping[str, Any] = container.attrs.get("State") or {}
    if state.get("OOMKilled"):
        limit = int(container.attrs["HostConfig"].get("Memory") or 0) // 2**20
        return f"it used more than its {limit} MB of memory"
    if state.get("Error"):
        return str(state["Error"])
    if container.status == "created":
        return "it was never started"
    return f"it ended with exit code {state.get('ExitCode')}"
