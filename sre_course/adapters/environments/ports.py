"""Which port the learner's app gets."""

import socket

from sre_course.adapters.environments import processes
from sre_course.domain.errors import ServiceError


USUAL = 8000  # what the lessons show
CONNECT = 0.2  # seconds


def is_free(port: int) -> bool:
    """Return whether nobody answers on a loopback port and we may listen there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=CONNECT):
            return False
    except OSError:
        pass
    with socket.socket() as probe:
        # a connection that lingers from before is no obstacle
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose(asked: int | None, remembered: int | None) -> int:
    """Return the port asked for, or the last one, or the usual one, or any.

    Raises ServiceError if the one asked for is taken.
    """
    if asked is not None:
        if not is_free(asked):
            raise _taken(asked)
        return asked
    for port in (remembered, USUAL):
        if port and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _taken(port: int) -> ServiceError:
    who = processes.holder(port)
    by = f" by {processes.describe(who)}" if who else ""
    return ServiceError(
        f"Port {port} is taken{by}",
        fix="Name another one with --port, or leave --port out and one is found",
    )
