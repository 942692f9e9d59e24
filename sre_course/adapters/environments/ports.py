"""Which port the learner's app gets."""

import secrets
import socket

from sre_course.adapters.environments import processes
from sre_course.domain.errors import ServiceError


USUAL = 8000  # what the lessons show
CONNECT = 0.2  # seconds


def answers(port: int) -> bool:
    """Return whether somebody listens on a loopback port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=CONNECT):
            return True
    except OSError:
        return False


def is_free(port: int) -> bool:
    """Return whether nobody answers on a loopback port and we may listen there."""
    if answers(port):
        return False
    with socket.socket() as probe:
        # a connection that lingers from before is no obstacle
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def claim(asked: int | None, remembered: int | None) -> socket.socket:
    """Claim the port asked for, or the last one, or the usual one, or any.

    What is returned is bound to the UDP port of the same number, and holds the claim
    for as long as anybody has it open: two starts at the same moment, of two learners
    on one machine, never choose the same. The TCP port is left to the app. Raises
    ServiceError if the one asked for is taken.
    """
    if asked is not None:
        claimed = _claimed(asked)
        if claimed is None:
            raise _taken(asked)
        return claimed
    for port in (remembered, USUAL):
        claimed = _claimed(port) if port else None
        if claimed:
            return claimed
    while True:
        claimed = _claimed(unusual())
        if claimed:
            return claimed


def unusual() -> int:
    """Return a random port that the system does not hand out to connections.

    One from its own range may be taken by an outgoing connection before, or even
    while, the app listens there.
    """
    return 20_000 + secrets.randbelow(12_000)


def number(claimed: socket.socket) -> int:
    """Return the port that a claim is about."""
    return int(claimed.getsockname()[1])


def _claimed(port: int) -> socket.socket | None:
    claimed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claimed.bind(("127.0.0.1", port))
    except OSError:
        claimed.close()
        return None
    if not is_free(port):  # only now: whoever claimed it before may have started
        claimed.close()
        return None
    return claimed


def _taken(port: int) -> ServiceError:
    who = processes.holder(port)
    by = f" by {processes.describe(who)}" if who else ""
    return ServiceError(
        f"Port {port} is taken{by}",
        fix="Name another one with --port, or leave --port out and one is found",
    )
