"""Errors of Docker's engine that a learner can meet, and the next step for each.

The texts are those of engines 20.10 to 26, whose case differs: they are looked for in
lower case, together with the answer's HTTP status where that tells kinds apart.
"""

from dataclasses import dataclass


WITHOUT = "or go on without Docker: add `--backend embedded`"
START = f"Start Docker (Docker Desktop, or `sudo systemctl start docker`), {WITHOUT}"
PULL = "Run `sre-course images pull`"
REGISTRY = (
    "Check the network (a proxy needs HTTPS_PROXY in the engine's settings), load a "
    "bundle with `sre-course images load FOLDER`, name a registry that you reach in "
    f"SRE_COURSE_IMAGES, {WITHOUT}"
)


@dataclass(frozen=True, slots=True)
class Known:
    """One kind of error: any of the texts, with that status if one is told."""

    texts: tuple[str, ...]
    message: str
    fix: str
    status: int | None = None


TABLE = (
    # --- no engine
    Known(
        ("filenotfounderror", "no such file or directory')"),
        "No Docker engine is running here",
        START,
    ),
    Known(
        ("permissionerror", "permission denied"),
        "You may not talk to the Docker engine",
        f"Run `sudo usermod -aG docker $USER`, then log in again, {WITHOUT}",
    ),
    Known(
        ("install paramiko",),
        "DOCKER_HOST wants ssh, which needs another package",
        "Run `pip install 'docker[ssh]'`, or `docker context use default`",
    ),
    Known(
        ("invalid bind address", "unix:// prefix", "tls", "certificate verify failed")[
            :2
        ],
        "DOCKER_HOST is not the address of an engine",
        "Run `unset DOCKER_HOST`, or set it as in unix:///var/run/docker.sock",
    ),
    Known(
        ("read timed out", "timed out. (", "timeout("),
        "The Docker engine does not answer in time",
        "Look what keeps it busy, restart it if need be, then run the command again",
    ),
    Known(
        ("connectionrefusederror", "connection refused')"),
        "No Docker engine is running here, though one has been",
        START,
    ),
    Known(
        ("failed to establish a new connection", "failed to resolve"),
        "No Docker engine answers where DOCKER_HOST points",
        f"Start it there, run `unset DOCKER_HOST`, {WITHOUT}",
    ),
    Known(
        ("is too new. maximum supported", "is too old. minimum supported"),
        "The Docker engine and this course's client do not speak the same version",
        "Run `pip install --upgrade docker`, or upgrade the engine",
        400,
    ),
    # --- room
    Known(
        ("no space left on device",),
        "The Docker engine's disk is full",
        "Run `docker system df` to see by what, and `docker system prune` to free some",
    ),
    # --- registries
    Known(
        ("toomanyrequests", "rate limit"),
        "The registry lets you pull no more images for now",
        "Wait, or run `docker login`, then run `sre-course images pull`",
    ),
    Known(
        ("pull access denied", "unauthorized", "authentication required"),
        "The registry does not give out that image",
        "Run `docker login` for it, or correct the reference in SRE_COURSE_IMAGES",
    ),
    Known(
        ("no matching manifest",),
        "That image does not exist for this processor",
        "Name one that does in SRE_COURSE_IMAGES (amd64 and arm64 are supported)",
    ),
    Known(
        ("manifest unknown", "manifest for"),
        "The registry does not have that image",
        "Correct the reference in SRE_COURSE_IMAGES: `sre-course images list`",
    ),
    Known(
        (
            "dial tcp",
            "no such host",
            "i/o timeout",
            "tls handshake",
            "x509:",
            "proxyconnect",
            "network is unreachable",
            "server gave http response",
            "request canceled while waiting",
            "client.timeout exceeded",
        ),
        "The registry cannot be reached",
        REGISTRY,
    ),
    Known(("no such image",), "An image is missing", PULL, 404),
    # --- networks
    Known(
        ("overlaps with other one", "non-overlapping", "all predefined address pools"),
        "Docker has no addresses left for another network",
        "Run `docker network prune`, or name a free range: "
        "SRE_COURSE_SUBNETS=10.250.0.0/16",
    ),
    Known(
        ("has active endpoints",),
        "Something that is not ours is connected to the exercise's network",
        "Run `docker network disconnect` for it, then `sre-course stop`",
    ),
    Known(
        ("address already in use", "port is already allocated"),
        "A port that the exercise needs is taken",
        "Name another one with --port, or leave --port out and one is found",
    ),
    # --- containers
    Known(
        (
            "bind source path does not exist",
            "mounts denied",
            "not shared from the host",
        ),
        "Docker cannot see the folder of the exercise",
        "Share it in Docker Desktop's settings (Resources, File sharing), or point "
        "SRE_COURSE_HOME at a folder that is shared",
    ),
    Known(
        (
            "executable file not found",
            "exec format error",
            "no such file or directory:",
        ),
        "An image does not hold what it should",
        "Correct its reference in SRE_COURSE_IMAGES, or unset that",
    ),
    Known(
        ("is already in use by container", "network with name"),
        "A name that the exercise needs is taken",
        "If no other start is under way, see `docker ps -a` and `docker network ls`, "
        "and remove it with `docker rm`",
        409,
    ),
    Known(
        ("removal of container", "marked for removal"),
        "The engine is still removing a container",
        "Wait some seconds, then run the command again",
        409,
    ),
    Known(
        ("unknown runtime", "no such container", "network sre-"),
        "What the exercise runs in has been taken away meanwhile",
        "Run `sre-course stop`, then start again",
    ),
)
