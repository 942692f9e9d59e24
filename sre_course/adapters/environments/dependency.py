"""The control side of our dependency: its own ledger of calls."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sre_course.domain.behaviour import Call
from sre_course.domain.behaviour_document import call_from
from sre_course.domain.errors import ServiceError


TIMEOUT, QUICK = 5.0, 1.0  # seconds
LIMIT = 32 << 20  # bytes of one answer


class DependencyClient:
    """Reads the ledger of a running dependency; what was read once is kept."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url
        self._token = token
        self._started = 0.0
        self._next = 0
        self._calls: list[Call] = []
        self.dropped = 0  # oldest calls that the dependency no longer has

    def calls(self) -> tuple[Call, ...]:
        """Return all calls so far, oldest first. Raises ServiceError."""
        while True:
            page = self._page()
            try:
                if page["started"] != self._started:
                    fresh = not self._next
                    self._started, self._next, self._calls = page["started"], 0, []
                    if not fresh:
                        continue  # it was started anew: so is its ledger
                found = [call_from(c) for c in page["calls"]]
                self._next = int(page["next"])
                self.dropped = int(page["dropped"])
                seen = int(page["seen"])
            except (KeyError, TypeError, ValueError) as error:
                raise _silent(f"it answers nonsense ({error})") from error
            self._calls += found
            if self._next >= seen or not found:
                return tuple(self._calls)

    def _page(self) -> Mapping[str, Any]:
        status, body = fetch(
            self._base_url,
            f"/.course/ledger?from={self._next}",
            {"Authorization": f"Bearer {self._token}"},
        )
        if status != http.client.OK:
            raise _silent(f"it answers {status}")
        try:
            document = json.loads(body)
        except ValueError as error:
            raise _silent("it does not answer JSON") from error
        if not isinstance(document, dict):
            raise _silent("it answers something else")
        return document


def is_up(base_url: str) -> bool:
    """Return whether the dependency answers."""
    try:
        status, _body = fetch(base_url, "/.course/health", {}, QUICK)
    except ServiceError:
        return False
    return status == http.client.OK


def fetch(
    base_url: str, target: str, headers: Mapping[str, str], timeout: float = TIMEOUT
) -> tuple[int, bytes]:
    """GET something; return status and body. Raises ServiceError."""
    host = urlsplit(base_url).netloc
    connection = http.client.HTTPConnection(host, timeout=timeout)
    try:
        connection.request("GET", target, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(LIMIT)
    except (OSError, http.client.HTTPException) as error:
        raise _silent(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _silent(why: str) -> ServiceError:
    return ServiceError(
        f"The dependency of this exercise cannot be asked for its calls: {why}",
        fix="Run `sre-course start` again: it starts whatever is missing",
    )
