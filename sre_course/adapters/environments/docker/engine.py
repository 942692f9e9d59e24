"""The Docker engine that we talk to, and whether it can carry an exercise."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docker import DockerClient
from docker.context import ContextAPI
from docker.context.config import get_current_context_name
from docker.errors import DockerException

from sre_course.adapters.environments.docker.errors import explained
from sre_course.adapters.environments.docker.known_errors import WITHOUT
from sre_course.adapters.environments.docker.stack import Image, Limits
from sre_course.domain.errors import ServiceError


TIMEOUT = 60  # seconds that the engine may take for one answer
ARCHITECTURES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
}
HERE = ("localhost", "127.0.0.1", "::1")
DISK_SPARE = 500  # MB


@dataclass(frozen=True, slots=True)
class Engine:
    """What an engine says of itself. `memory` in MB; `root` is its data folder."""

    address: str
    version: str
    system: str
    os_type: str
    architecture: str
    cpus: int
    memory: int
    root: str
    rootless: bool
    podman: bool
    selinux: bool
    identity: str  # tells one engine from another

    @property
    def is_here(self) -> bool:
        """Whether its published ports and its view of our files are ours."""
        parts = urlsplit(self.address)
        if parts.scheme == "http+docker":  # a socket, a named pipe, or ssh
            return parts.hostname != "ssh"
        return parts.hostname in HERE

    @property
    def is_desktop(self) -> bool:
        """Whether it runs in a virtual machine that lends it our files."""
        return "desktop" in self.system.lower()

    def cpus_for(self, limits: Limits) -> int:
        """Return a service's processors in billionths: never more than there are."""
        return int(min(limits.cpus, float(self.cpus)) * 1e9)


def connect(*, timeout: int = TIMEOUT) -> DockerClient:
    """Return a client of the engine that DOCKER_HOST or the Docker context names.

    Raises ServiceError with the next step where none answers.
    """
    context = os.environ.get("DOCKER_CONTEXT") or get_current_context_name()
    told = os.environ.get("DOCKER_HOST") or context == "default"
    if not told and ContextAPI.get_context(context) is None:
        # the client would take another engine without a word
        raise ServiceError(
            f"There is no Docker context {context}",
            fix="Run `docker context ls`, then `docker context use NAME`; or unset "
            "DOCKER_CONTEXT",
        )
    with explained("looking for it"):
        try:
            return DockerClient.from_env(timeout=timeout)
        except ValueError as error:  # of an address that cannot be taken apart
            raise DockerException(f"Invalid bind address: {error}") from error


def describe(client: DockerClient) -> Engine:
    """Ask the engine about itself. Raises ServiceError."""
    with explained("asking the engine about itself"):
        info: Mapping[str, Any] = client.info()
        version: Mapping[str, Any] = client.version()
    components = [c.get("Name", "") for c in version.get("Components") or ()]
    security = " ".join(info.get("SecurityOptions") or ())
    return Engine(
        address=str(client.api.base_url),
        version=str(info.get("ServerVersion", "")),
        system=str(info.get("OperatingSystem", "")),
        os_type=str(info.get("OSType", "")),
        architecture=str(info.get("Architecture", "")),
        cpus=int(info.get("NCPU") or 1),
        memory=int(info.get("MemTotal") or 0) // 2**20,
        root=str(info.get("DockerRootDir", "")),
        rootless="rootless" in security,
        podman=any("podman" in name.lower() for name in components),
        selinux="selinux" in security,
        identity=str(info.get("ID", "")),
    )


def require(engine: Engine, limits: Mapping[str, Limits]) -> None:
    """Raise ServiceError if the engine cannot run services with such limits."""
    if engine.os_type != "linux":
        raise ServiceError(
            f"The Docker engine runs {engine.os_type or 'unknown'} containers",
            fix=f"Switch Docker Desktop to Linux containers, {WITHOUT}",
        )
    if engine.architecture not in ARCHITECTURES:
        raise ServiceError(
            f"The Docker engine's processor is {engine.architecture}: there are images "
            "for amd64 and arm64 only",
            fix=f"Use an engine on one of those, {WITHOUT}",
        )
    if not engine.is_here:
        raise ServiceError(
            "The Docker engine is on another machine: it sees neither your files nor "
            "this machine's ports",
            fix="Unset DOCKER_HOST or run `docker context use default` for the engine "
            f"here, run sre-course on that machine, {WITHOUT}",
        )
    needed = sum(limit.memory for limit in limits.values())
    if 0 < engine.memory < needed:
        raise ServiceError(
            f"The exercise may use {needed} MB of memory; the Docker engine has "
            f"{engine.memory} MB",
            fix="Give it more in Docker Desktop's settings (Resources), leave out web "
            f"pages with --lite, {WITHOUT}",
        )


def require_disk(engine: Engine, images: tuple[Image, ...]) -> None:
    """Raise ServiceError if images will not fit on the engine's disk.

    Only where that disk is one of this machine's: nobody else tells how full it is.
    """
    root = Path(engine.root)
    needed = sum(image.disk for image in images)
    if not needed or not root.is_dir():
        return
    free = shutil.disk_usage(root).free // 2**20
    if free < needed + DISK_SPARE:
        raise ServiceError(
            f"The images need about {needed} MB; {root} has {free} MB left",
            fix="Run `docker system prune` to free some, leave out web pages with "
            f"--lite, {WITHOUT}",
        )
