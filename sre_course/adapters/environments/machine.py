"""What this machine has to offer, looked at without changing anything."""

import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil


SECONDS = 2.0  # for a Docker engine to answer


class _Unix(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self._path)


def docker_engine() -> str:
    """Return where a Docker engine answers on this machine, or nothing.

    The SDK is not loaded for that: the answer is only a hint for the learner.
    """
    for path in _sockets():
        connection = _Unix(path)
        try:
            connection.request("GET", "/_ping")
            if connection.getresponse().status == http.client.OK:
                return path
        except (OSError, http.client.HTTPException):
            continue
        finally:
            connection.close()
    return ""


def _sockets() -> Iterator[str]:
    told = os.environ.get("DOCKER_HOST", "")
    if told:
        if told.startswith("unix://"):
            yield told.removeprefix("unix://")
        return
    yield "/var/run/docker.sock"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        yield f"{runtime}/docker.sock"
    yield str(Path.home() / ".docker/run/docker.sock")


def available_memory() -> int:
    """Return the bytes of memory that programs may still get."""
    return int(psutil.virtual_memory().available)
