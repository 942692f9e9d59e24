"""What stands beside the learner's app in its container.

An app may listen on the container's loopback interface only, as it does on the
learner's machine: connections from other containers are passed on to it. Likewise the
app calls its dependency on loopback: what it sends there is passed on to the
container of that. And the supervisor's status can be asked for.

The supervisor runs this in the dependency's place. Environment: SRE_DEPENDENCY (JSON:
`app`, `dependency` and `status` as below), SRE_SOCKET (number of the listening socket
that the app calls), SRE_PARENT (pid whose end is ours too).
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
from http import HTTPStatus
from pathlib import Path

from sre_course.adapters.environments.docker.inside.pages import (
    NOT_FOUND,
    Answer,
    serve,
)
from sre_course.adapters.environments.docker.inside.relay import (
    Target,
    listen,
    take_over,
)


PARENT_POLL = 0.5  # seconds
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
LISTEN = "0A"  # a state in these tables
RESOLVER = "0B00007F"  # 127.0.0.11, as they write it
TAIL = 65_536  # bytes of each output stream


async def main() -> None:
    """Pass connections on until the supervisor ends."""
    document = json.loads(os.environ["SRE_DEPENDENCY"])
    page_port, status, output = document["status"]
    serve(int(page_port), _Pages(Path(status), str(output)).page)
    port, app_port = document["app"]
    host, dependency_port = document["dependency"]
    called = socket.socket(fileno=int(os.environ["SRE_SOCKET"]))
    await listen(int(port), Target("127.0.0.1", int(app_port)))
    await take_over(called, Target(str(host), int(dependency_port)))
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    parent = int(os.environ["SRE_PARENT"])
    while os.getppid() == parent and not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), PARENT_POLL)


class _Pages:
    """`/status`: the supervisor's status file; `/output`: the app's last output.

    `/listening`: the ports on which something in this container listens.
    """

    def __init__(self, status: Path, output: str) -> None:
        self._status = status
        self._output = output

    def page(self, method: str, path: str, body: bytes) -> Answer:
        del body
        try:
            if (method, path) == ("GET", "/status"):
                return HTTPStatus.OK, "application/json", self._status.read_bytes()
            if (method, path) == ("GET", "/output"):
                streams = {
                    s: _tail(Path(f"{self._output}.{s}")) for s in ("out", "err")
                }
                return HTTPStatus.OK, "application/json", json.dumps(streams).encode()
            if (method, path) == ("GET", "/listening"):
                return (
                    HTTPStatus.OK,
                    "application/json",
                    json.dumps(listening()).encode(),
                )
        except OSError:
            return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"not yet\n"
        return NOT_FOUND


def listening(tables: tuple[str, ...] = TABLES) -> list[int]:
    """Return the ports on which something listens, the engine's resolver aside."""
    found = set()
    for table in tables:
        if Path(table).is_file():
            for row in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                local, state = row.split()[1], row.split()[3]
                address, _, port = local.partition(":")
                if state == LISTEN and address != RESOLVER:
                    found.add(int(port, 16))
    return sorted(found)


def _tail(path: Path) -> str:
    """Return the end of a file that may have been rotated a moment ago."""
    found = b""
    for part in (Path(f"{path}.1"), path):
        if part.is_file():
            with part.open("rb") as file:
                file.seek(max(0, part.stat().st_size - TAIL))
                found += file.read(TAIL)
    return found[-TAIL:].decode("utf-8", "backslashreplace")


if __name__ == "__main__":
    asyncio.run(main())
