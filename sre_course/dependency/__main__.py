"""Run the dependency: `python -m sre_course.dependency`.

Environment: SRE_DEPENDENCY (JSON: `spec`, `seed`), SRE_TOKEN, PORT (0: any), SRE_BIND
(127.0.0.1), SRE_SOCKET (number of a listening socket that we inherit, instead of PORT),
SRE_PARENT (pid whose end is ours too; without it we stay until told to stop).
"""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType

from sre_course.dependency.ledger import CallLedger
from sre_course.dependency.server import Server, Service
from sre_course.domain.behaviour import Behaviour
from sre_course.domain.behaviour_document import spec_from


PARENT_POLL = 0.5  # seconds


def main() -> int:
    """Serve until told to stop; print one JSON line with the port first."""
    document = json.loads(os.environ["SRE_DEPENDENCY"])
    behaviour = Behaviour(spec_from(document["spec"]), str(document["seed"]))
    service = Service(behaviour, os.environ["SRE_TOKEN"], CallLedger())
    inherited = os.environ.get("SRE_SOCKET")
    taken = socket.socket(fileno=int(inherited)) if inherited else None
    address = (
        os.environ.get("SRE_BIND", "127.0.0.1"),
        int(os.environ.get("PORT", "0")),
    )
    server = Server(address, service, taken)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    parent = os.environ.get("SRE_PARENT")
    if parent:
        threading.Thread(target=_follow, args=(int(parent),), daemon=True).start()
    port = server.socket.getsockname()[1]
    with contextlib.suppress(OSError):  # nobody may be reading
        print(json.dumps({"port": port}), flush=True)  # noqa: T201
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=PARENT_POLL)
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_POLL)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
