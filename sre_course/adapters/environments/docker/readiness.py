"""Wait for containers as a visitor would: through the door, from this machine."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from docker.models.containers import Container

from sre_course.adapters.bounded_http import (
    Answer,
    NoAnswer,
    exchange,
    fetch,
    request_bytes,
    server_at,
)
from sre_course.adapters.environments.docker.containers import how_it_ended
from sre_course.adapters.environments.docker.known_errors import WITHOUT
from sre_course.adapters.environments.docker.services import Service
from sre_course.domain.errors import ServiceError
from sre_course.domain.supervision import Status, status_from


PATIENCE = 90.0  # seconds for all services together
POLL = 0.05
TIMEOUT = 2.0  # seconds for one answer
LIMIT = 1 << 20  # bytes of one
SILENCE = 3.0  # seconds of a page: what serves it may be starting again
LINES = 15  # of a container's log
RELOAD = 10.0  # seconds
OK = 200
NOT_THERE = "[FATAL tini"  # what Docker's init says of a command that it cannot run


def urls(door: Container, endpoints: Mapping[str, int]) -> Mapping[str, str]:
    """Return the base URL of each endpoint: where the door's ports were published."""
    door.reload()
    found = {}
    for name, inside in endpoints.items():
        published = (door.ports or {}).get(f"{inside}/tcp") or []
        if not published:
            raise _failed("door", how_it_ended(door), door)
        found[name] = f"http://127.0.0.1:{published[0]['HostPort']}"
    return found


def wait(
    containers: Mapping[str, Container],
    services: Iterable[Service],
    endpoints: Mapping[str, str],
    look: Callable[[], None],
) -> None:
    """Return once every service that can say so is ready.

    Raises ServiceError with the log of one that ended or took too long.
    """
    ready = {
        s.name: (s, endpoints.get(s.alias or s.name, "")) for s in services if s.ready
    }
    if "door" in ready:
        ready["door"] = (ready["door"][0], endpoints["alerts"])
    deadline = time.monotonic() + PATIENCE
    while True:
        look()
        ready = {n: (s, u) for n, (s, u) in ready.items() if not _answers(u, s.ready)}
        if not ready:
            return
        for name in ready:
            container = containers[name]
            container.reload()
            if container.status != "running":
                raise _failed(name, how_it_ended(container), container)
        if time.monotonic() > deadline:
            name = next(iter(ready))
            raise _failed(
                name, f"it is not ready after {PATIENCE:g} s", containers[name]
            )
        time.sleep(POLL)


def _answers(url: str, path: str) -> bool:
    answer = fetch(url, path, TIMEOUT, LIMIT)
    return isinstance(answer, Answer) and answer.status == OK


def _failed(name: str, why: str, container: Container) -> ServiceError:
    log = _log(container)
    if NOT_THERE in log:
        return ServiceError(
            f"The image of {name} does not hold what it should: {log}",
            fix="Correct its reference in SRE_COURSE_IMAGES, or unset that",
        )
    return ServiceError(
        f"The container {name} cannot be used: {why}\n{log}".rstrip(),
        fix=f"Run the command again; if it fails again, look at its log, {WITHOUT}",
    )


def _log(container: Container) -> str:
    return container.logs(tail=LINES).decode("utf-8", "backslashreplace").strip()


def status(url: str) -> Status | None:
    """Return what the app's supervisor says, or None if it cannot be asked."""
    body = _page(url, "/status")
    try:
        return status_from(body) if body else None
    except ValueError:
        return None


def listening(url: str, ours: Iterable[int]) -> Sequence[int]:
    """Return the ports on which the app listens, those of ours left out."""
    body = _page(url, "/listening")
    try:
        found = json.loads(body) if body else []
        return sorted({int(port) for port in found} - set(ours))
    except (ValueError, TypeError):
        return []


def output(url: str) -> Sequence[str]:
    """Return the end of what the app printed: standard output, then standard error."""
    body = _page(url, "/output")
    try:
        streams = json.loads(body) if body else {}
        return [str(streams.get(name, "")) for name in ("out", "err")]
    except (ValueError, AttributeError):
        return []


def reload(prometheus: str) -> None:
    """Let Prometheus read its rules again. Raises ServiceError if it will not."""
    server = server_at(prometheus)
    message = request_bytes("POST", "/-/reload", server, body=b"")
    ends = time.monotonic() + RELOAD
    answer = exchange(server, message, ends=ends, limit=LIMIT)
    if not isinstance(answer, Answer) or answer.status != OK:
        why = answer.detail if isinstance(answer, NoAnswer) else answer.body.decode()
        raise ServiceError(
            f"Prometheus does not take its new rules: {why}",
            fix="Run `sre-course start` again: it starts whatever is missing",
        )


def _page(url: str, path: str) -> str:
    """Return a page of the gate's; "" if it does not answer for some time."""
    deadline = time.monotonic() + SILENCE
    while True:
        answer = fetch(url, path, TIMEOUT, LIMIT)
        if isinstance(answer, Answer) and answer.status == OK:
            return answer.body.decode("utf-8", "backslashreplace")
        if time.monotonic() > deadline:
            return ""
        time.sleep(POLL)
